"""Models by name; a provider's library loads when it is asked for."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from dgm.config import ConfigError
from dgm.keys import PLACEHOLDER, Key, Keys
from dgm.models.base import Model
from dgm.models.guarded import Guarded

FORMS = ("offline", "anthropic:<model>", "openai:<model>", "openai:<model>@<base_url>")
_NAMED = re.compile(r"(?P<kind>[a-z]+):(?P<model>[!-~]+?)(?:@(?P<url>https?://[!-~]+))?")
# What a person may type who forgot the prefix.
_MEANT = {"claude": "anthropic", "gpt": "openai", "o1": "openai", "o3": "openai", "o4": "openai"}


def _offline() -> Model:
    from dgm.models.offline import Offline

    return Offline()


def _openai(name: str, model: str, key: Key, base_url: str | None) -> Model:
    from dgm.models.openai_chat import BASE_URL, OpenAIChat
    from dgm.models.provider import Caller, Patience

    return OpenAIChat(Caller(name, key, Patience()), model, base_url or BASE_URL)


def _anthropic(name: str, model: str, key: Key, base_url: str | None) -> Model:
    from dgm.models.anthropic_messages import BASE_URL, AnthropicMessages
    from dgm.models.provider import Caller, Patience

    return AnthropicMessages(Caller(name, key, Patience()), model, base_url or BASE_URL)


MODELS: Mapping[str, Callable[[], Model]] = {"offline": _offline}
"""Those that need nothing."""
PROVIDERS: Mapping[str, tuple[str, Callable[[str, str, Key, str | None], Model]]] = {
    "anthropic": ("ANTHROPIC_API_KEY", _anthropic),
    "openai": ("OPENAI_API_KEY", _openai),
}
"""By prefix: the name of the key, and how a model is opened."""


def open_model(name: str, keys: Keys | None = None) -> Model:
    """The model called `name`; `keys` are those of the environment if absent.

    Raises:
        ConfigError: there is none, or it needs a key that is missing.
    """
    if name in MODELS:
        return MODELS[name]()
    named = _NAMED.fullmatch(name)
    if named is None or named["kind"] not in PROVIDERS:
        prefix = next((kind for start, kind in _MEANT.items() if name.startswith(start)), None)
        meant = f"; did you mean {f'{prefix}:{name}'!r}?" if prefix else ""
        raise ConfigError(f"model {name!r} is unknown{meant}; allowed: {', '.join(FORMS)}")
    variable, opened = PROVIDERS[named["kind"]]
    keys = keys or Keys()
    if named["url"] is None:
        key = keys.need(variable, name)
    else:
        address = urlsplit(named["url"])
        if address.username or address.password or address.query:
            # The name is written into settings and journal.
            raise ConfigError(
                f"model {named['model']!r}: its address holds a secret; mend: {variable}=... instead"
            )
        key = keys.get(variable) or Key(variable, PLACEHOLDER)
    return Guarded(opened(name, named["model"], key, named["url"]), key.revealed(), f"<{variable}>")
