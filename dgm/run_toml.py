"""Reads a run's settings from presets, run.toml and `--set` overrides, and writes them back."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dgm.config import Config, ConfigError, Section
from dgm.policy import POLICIES, STAGED
from sandbox.registry import BACKENDS

PRESETS = Path(__file__).resolve().parent / "presets"
"""Published settings as data, one file a method."""
_BARE = re.compile(r"[A-Za-z0-9_-]+").fullmatch


def read(path: Path | None = None, overrides: Iterable[str] = (), preset: str | None = None) -> Config:
    """The configuration of `preset`, then `path`, then `key=value` overrides: the later one wins.

    Raises:
        ConfigError: a file can't be read, no preset has the name, or a key or value is wrong.
    """
    table: dict[str, Any] = {}
    if preset is not None:
        allowed = sorted(each.stem for each in PRESETS.glob("*.toml"))
        if preset not in allowed:
            raise ConfigError(f"--preset: unknown {preset!r}; allowed: {', '.join(allowed)}")
        table = _toml(PRESETS / f"{preset}.toml")
    if path is not None:
        table = _over(table, _toml(path))
    return _validated(overridden(table, overrides), str(path) if path is not None else "settings")


def changed(config: Config, overrides: Iterable[str]) -> Config:
    """`config` with `key=value` overrides on top.

    Raises:
        ConfigError: a key or value is wrong.
    """
    return _validated(overridden(config.model_dump(), overrides), "--set")


def overridden(table: Mapping[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """`table` with each `a.b=value` set in it; a value is TOML, or else taken as text."""
    result = {key: dict(value) if isinstance(value, Mapping) else value for key, value in table.items()}
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set {override}: expected key=value, such as budget.evaluations=100")
        *sections, last = key.strip().split(".")
        level = result
        for section in sections:
            inner = level.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"--set {override}: {section!r} is no section")
            level = inner
        try:
            level[last] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            level[last] = text
    return result


def to_toml(config: Config) -> str:
    """`config` as a run.toml that reads back to the same; what is unset is left out."""
    plain, tables = [], []
    for key, value in config.model_dump(exclude_none=True).items():
        if isinstance(value, dict):
            if value:
                tables.append("\n".join([f"[{key}]", *_lines(value)]))
        else:
            plain.append(f"{key} = {inline(value)}")
    return "\n\n".join(["\n".join(plain), *tables]) + "\n"


def inline(value: object) -> str:
    """`value` as TOML in one line: a table, an array, a string, a number or a truth value."""
    match value:
        case dict():
            return "{" + ", ".join(_lines(value)) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            # TOML knows no surrogate pairs, and wants DEL escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{key if _BARE(key) else inline(key)} = {inline(value)}" for key, value in table.items()]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


def _over(under: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """`table` over `under`, key by key in every section that both have."""
    merged = {**under, **table}
    for key in under.keys() & table.keys():
        if isinstance(under[key], dict) and isinstance(table[key], dict):
            merged[key] = {**under[key], **table[key]}
    return merged


def _validated(table: Mapping[str, Any], source: str) -> Config:
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"{source}: {_explained(first)}") from None
    for key, value, allowed in (
        ("search.policy", config.search.policy, sorted(POLICIES)),
        ("sandbox.backend", config.sandbox.backend, ["auto", *sorted(BACKENDS)]),
    ):
        if value not in allowed:
            raise ConfigError(f"{source}: {key}: unknown {value!r}; allowed: {', '.join(allowed)}")
    if config.search.rounds > 1 and config.search.policy in STAGED:
        raise ConfigError(f"{source}: search.rounds: {config.search.policy} has its own stages; allowed: 1")
    if config.cassette.mode in {"replay", "refresh"} and config.cassette.run is None:
        raise ConfigError(
            f"{source}: cassette.mode {config.cassette.mode!r} needs cassette.run, the run that was recorded"
        )
    return config


def _explained(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        if isinstance(problem["input"], Mapping) and problem["input"]:
            key = f"{key}.{next(iter(problem['input']))}"
        near = difflib.get_close_matches(key, _known_keys(), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; allowed: {', '.join(_known_keys())}"
        return f"unknown key {key!r}{hint}"
    return f"{key}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {problem['input']!r}"


def _known_keys() -> list[str]:
    keys: list[str] = []
    for name, field in Config.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            keys += [f"{name}.{inner}" for inner in kind.model_fields]
        else:
            keys.append(name)
    return keys
