"""Models by name; a provider's library loads when it is asked for."""

from collections.abc import Callable, Mapping

from dgm.config import ConfigError
from dgm.models.base import Model


def _offline() -> Model:
    from dgm.models.offline import Offline

    return Offline()


MODELS: Mapping[str, Callable[[], Model]] = {"offline": _offline}


def open_model(name: str) -> Model:
    """The model called `name`.

    Raises:
        ConfigError: there is none.
    """
    if name not in MODELS:
        raise ConfigError(f"model {name!r} is unknown; allowed: {', '.join(MODELS)}")
    return MODELS[name]()
