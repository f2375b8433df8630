"""Several things named in one option, with commas between."""

from collections.abc import Sequence

from dgm.config import ConfigError


def named(option: str, text: str, known: Sequence[str]) -> Sequence[str]:
    """Each of `known` that `text` names, once, in its order; `all` names all.

    Raises:
        ConfigError: a name is not known.
    """
    names = list(known) if text == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise ConfigError(f"{option}: no {name!r}; there are {', '.join(known)}")
    return list(dict.fromkeys(names))
