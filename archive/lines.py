"""One journal line and back: ASCII JSON, strict when read and bounded when written.

A line is one JSON object: `v`, `at`, `prev`, `event`, then the event's fields in the order of its class,
with the fields of a `Usage` in place of `usage`. Lines of every version so far are read.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from itertools import product
from operator import itemgetter
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from archive.base import ArchiveError, Entry
from archive.events import EVENTS, AgentId, Digest, Event, Usage
from sandbox.tree import TreeHash

VERSION = 2
SINCE_2 = frozenset({("called", "status"), ("failed", "estimated"), ("usage", "tokens_cached")})
"""Fields that version 1 did not have; read as their defaults."""
MAX_LINE = 16 * 1024
"""Bytes of a line with its newline."""
MAX_REASON = 1_000
"""Characters of free text kept; each takes at most 12 bytes."""
MAX_NAME = 256
MAX_WHY_VALUE = 2 * 1024
MAX_WHY = 8 * 1024
FIRST = "0" * 16
"""`prev` of a journal's first line."""
HEADER = ("v", "at", "prev", "event")
FREE_TEXT = "reason"
FLAGS = "flags"
RARE: Mapping[str, Mapping[str, Any]] = {
    "started": {"splits": None},
    "born": {FLAGS: []},
    "called": {"saved": 0, "estimated": 0},
}
"""Last of their event's fields, and written only where they differ from these."""
MAX_FLAGS = 8
MAX_FLAG = 100
"""Characters of one."""
HASHES = frozenset({"request", "reply"})

_USAGE = tuple(field.name for field in fields(Usage))
_DIGITS_40 = re.compile(r"[0-9a-f]{40}").fullmatch
_DIGITS_64 = re.compile(r"[0-9a-f]{64}").fullmatch


class LineError(ArchiveError):
    """A line that is none of ours; the message says what is wrong with it, not where it is."""


def link(line: bytes) -> str:
    """What the next line's `prev` must be, given a line without its newline."""
    return hashlib.sha256(line).hexdigest()[:16]


def encode(event: Event, at: datetime, prev: str, version: int = VERSION) -> bytes:
    """`event` as a line with its newline, as a program of `version` wrote it; over-long free text is clipped.

    Raises:
        ArchiveError: a field can't be written: a name too long, a value JSON does not know.
    """
    kind = type(event).__name__.lower()
    record: dict[str, Any] = {"v": version, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "prev": prev, "event": kind}
    for field in fields(event):
        if not _known(kind, field.name, version):
            continue
        value = getattr(event, field.name)
        if isinstance(value, Usage):
            record |= {name: getattr(value, name) for name in _USAGE if _known("usage", name, version)}
        elif field.name == FREE_TEXT:
            record[FREE_TEXT] = _clipped(value)
        elif field.name in RARE.get(kind, ()) and not value:
            continue
        elif field.name == "why":
            record["why"] = _bounded(value, kind)
        else:
            record[field.name] = float(value) if field.type in {float, "float"} else value
    line = _dumps(record, kind)
    try:
        decode(line)
    except LineError as error:
        raise ArchiveError(f"a {kind!r} event can't be written: {error}") from None
    return line + b"\n"


def version_of(line: bytes) -> int:
    """The format version of a line that `decode` reads."""
    return int(json.loads(line)["v"])


def entry(number: int, line: bytes) -> Entry:
    """The entry a line just written makes."""
    at, _, event = decode(line.removesuffix(b"\n"))
    return Entry(number, at, event)


def _dumps(value: object, kind: str) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ArchiveError(f"a {kind!r} event can't be written: {error}") from None


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"


def _bounded(why: Mapping[str, Any], kind: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    dropped, room = [], MAX_WHY
    for key, value in why.items():
        size = len(_dumps({key: value}, kind))
        if size <= min(MAX_WHY_VALUE, room):
            kept[key] = value
            room -= size
        else:
            dropped.append(key[:40])
    return kept | {"clipped": dropped[:20]} if dropped else kept


def _refuse_constant(text: str) -> float:
    raise LineError(f"{text} is no number")


_DECODE = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the lines of one event look like, laid out so that reading one costs few steps."""

    kind: type[Event]
    keys: tuple[str, ...]
    types: frozenset[tuple[type, ...]]
    ints: Callable[[list[Any]], Any]
    checks: tuple[tuple[int, Callable[[Any], object]], ...]
    lists: tuple[int, ...]
    added: tuple[tuple[int, Any], ...]
    """Values of fields that came with a later version, each with its place."""
    usage: int | None
    rare: Mapping[str, Any]


def decode(line: bytes) -> tuple[datetime, str, Event]:
    """The time, `prev` and event of a line without its newline.

    Raises:
        LineError: it is not what `encode` writes; names the key.
    """
    if len(line) >= MAX_LINE:
        raise LineError(f"longer than {MAX_LINE} bytes")
    try:
        record, end = _DECODE(line.decode("ascii"))
    except UnicodeDecodeError:
        raise LineError("holds bytes that are not ASCII") from None
    except ValueError as error:
        raise LineError(f"no JSON: {error}") from None
    except RecursionError:
        raise LineError("nested too deeply") from None
    if type(record) is not dict or end != len(line):
        raise LineError("no JSON object, or more than one")
    shape = _shape_of(record)
    if len(record) < len(shape.keys):
        record |= {key: record.pop(key, value) for key, value in shape.rare.items()}
    values = list(record.values())
    if tuple(record) != shape.keys or tuple(map(type, values)) not in shape.types:
        raise LineError(_misfit(record, shape))
    for place, check in shape.checks:
        if not check(values[place]):
            raise LineError(f"key {shape.keys[place]!r}: not allowed: {str(values[place])[:80]!r}")
    if min(shape.ints(values)) < 0:
        raise LineError("a number is negative")
    for place in shape.lists:
        values[place] = tuple(values[place])
    for place, value in shape.added:
        values.insert(place, value)
    if shape.usage is not None:
        end = shape.usage + len(_USAGE)
        values[shape.usage : end] = (Usage(*values[shape.usage : end]),)
    return _moment(values[1]), values[2], shape.kind(*values[4:])


def _shape_of(record: dict[str, Any]) -> _Shape:
    kind, version = record.get("event"), record.get("v")
    shapes = _shapes(1) if version == 1 and type(version) is int else _shapes(VERSION)
    shape = shapes.get(kind) if type(kind) is str else None
    if shape is None:
        raise LineError(f"key 'event': no event is called {str(kind)[:40]!r}")
    return shape


def _moment(text: str) -> datetime:
    if len(text) == 20 and text[-1] == "Z" and text[10] == "T":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise LineError(f"key 'at': {text[:40]!r} is no UTC time")


def _misfit(record: dict[str, Any], shape: _Shape) -> str:
    for key in shape.keys:
        if key not in record:
            return f"key {key!r} is missing"
    for key in record:
        if key not in shape.keys:
            return f"key {str(key)[:40]!r} is unknown"
    for place, key in enumerate(shape.keys):
        allowed = {types[place] for types in shape.types}
        if type(record[key]) not in allowed:
            names = " or ".join(sorted("null" if kind is type(None) else kind.__name__ for kind in allowed))
            return f"key {key!r}: {type(record[key]).__name__} where {names} belongs"
    return "keys are out of order"


def _known(owner: str, field: str, version: int) -> bool:
    return version >= 2 or (owner, field) not in SINCE_2


@cache
def _shapes(version: int) -> Mapping[str, _Shape]:
    return {name: _shape(name, kind, version) for name, kind in EVENTS.items()}


def _shape(name: str, kind: type[Event], version: int) -> _Shape:
    hints = get_type_hints(kind)
    keys: list[str] = list(HEADER)
    types: list[tuple[type, ...]] = [(int,), (str,), (str,), (str,)]
    checks: list[tuple[int, Callable[[Any], object]]] = [(0, version.__eq__)]
    lists: list[int] = []
    added: list[tuple[int, Any]] = []
    usage: int | None = None
    for field in fields(kind):
        hint = hints[field.name]
        if hint is Usage:
            usage = len(keys) + len(added)
            for each in fields(Usage):
                if _known("usage", each.name, version):
                    keys.append(each.name)
                    types.append((int,))
                else:
                    added.append((len(keys) + len(added), each.default))
            continue
        if not _known(name, field.name, version):
            added.append((len(keys) + len(added), field.default))
            continue
        variants, check = _rule(field.name, hint)
        if check is not None:
            checks.append((len(keys), check))
        if list in variants:
            lists.append(len(keys))
        keys.append(field.name)
        types.append(variants)
    ints = [place for place, variants in enumerate(types) if variants == (int,)]
    return _Shape(
        kind=kind,
        keys=tuple(keys),
        types=frozenset(product(*types)),
        # Twice the first: with a single index itemgetter gives no tuple.
        ints=itemgetter(ints[0], *ints),
        checks=tuple(checks),
        lists=tuple(lists),
        added=tuple(added),
        usage=usage,
        rare=RARE.get(name, {}),
    )


def _rule(name: str, hint: Any) -> tuple[tuple[type, ...], Callable[[Any], object] | None]:
    if get_origin(hint) in {Union, UnionType}:
        (inner,) = (arm for arm in get_args(hint) if arm is not type(None))
        variants, check = _rule(name, inner)
        assert check is not None
        return (*variants, type(None)), lambda value: value is None or check(value)
    if get_origin(hint) is Literal:
        return (str,), frozenset(get_args(hint)).__contains__
    if get_origin(hint) is tuple:
        return (list,), _flags if name == FLAGS else _agents
    if get_args(hint) == (str, str):
        return (dict,), _texts
    if get_args(hint) == (str, Any):
        return (dict,), None
    if hint in {AgentId, TreeHash}:
        return (str,), _DIGITS_40
    if hint is Digest or name in HASHES:
        return (str,), _DIGITS_64
    if hint in {int, float}:
        return (hint,), None
    return (str,), (_free if name == FREE_TEXT else _name)


def _agents(value: list[Any]) -> bool:
    return not value or all(type(agent) is str and _DIGITS_40(agent) for agent in value)


def _flags(value: list[Any]) -> bool:
    return len(value) <= MAX_FLAGS and all(type(flag) is str and 0 < len(flag) <= MAX_FLAG for flag in value)


def _texts(value: dict[str, Any]) -> bool:
    return all(type(text) is str for text in value.values())


def _name(value: str) -> bool:
    return 0 < len(value) <= MAX_NAME


def _free(value: str) -> bool:
    return len(value) <= MAX_REASON
