"""What an option may name, one thing or several."""

from collections.abc import Collection, Sequence

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


def one_of(option: str, text: str, allowed: Collection[str]) -> None:
    """See that `text` is one of those.

    Raises:
        ConfigError: it is none.
    """
    if text not in allowed:
        raise ConfigError(f"{option} {text}: expected one of {', '.join(allowed)}")
