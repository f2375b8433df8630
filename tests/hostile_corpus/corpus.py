"""The hostile corpus: each attack a folder, what must happen in its `expect.toml`, tried on every backend."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import pytest

from sandbox.base import Limits, Sandbox
from sandbox.tree import File, Tree

Kind = Literal["patches", "agents", "callers", "improvers", "runs"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CORPUS = Path(__file__).resolve().parents[1] / "hostile"
EXPECT = "expect.toml"
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Attack:
    """What is tried, what must come of it (`expect`), and the outcome in words for people."""

    kind: Kind
    name: str
    folder: Path
    tries: str
    outcome: str
    expect: Mapping[str, Any]
    under: Mapping[str, Mapping[str, Any]]
    """What must come of it instead, by backend."""
    limits: Mapping[str, Any]
    needs: tuple[str, ...]
    """Limits without which it would hurt the machine."""
    named: Mapping[str, str]
    """Files whose names git, or the file system of a clone, would stumble over."""
    claimed: bool
    slow: bool

    @property
    def tree(self) -> Tree:
        """The attacker's files."""
        found = {
            path.relative_to(self.folder).as_posix(): File(path.read_bytes())
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != EXPECT and "__pycache__" not in path.parts
        }
        return Tree({**found, **{path: text.encode() for path, text in self.named.items()}})

    def bounds(self, defaults: Limits) -> Limits:
        """`defaults` with the attack's own limits over them."""
        values = {name: getattr(defaults, name) for name in Limits.__dataclass_fields__}
        return Limits(**{**values, **self.limits})


def attacks(kind: Kind) -> list[Attack]:
    """Every attack of a kind, by name."""
    return [_read(kind, path.parent) for path in sorted((CORPUS / kind).glob(f"*/{EXPECT}"))]


def _read(kind: Kind, folder: Path) -> Attack:
    table = tomllib.loads((folder / EXPECT).read_text())
    attack = Attack(
        kind=kind,
        name=folder.name,
        folder=folder,
        tries=table.pop("tries"),
        outcome=table.pop("outcome"),
        expect=table.pop("expect"),
        under=table.pop("under", {}),
        limits=table.pop("limits", {}),
        needs=tuple(table.pop("needs", ())),
        named=table.pop("files", {}),
        claimed=table.pop("claimed", True),
        slow=table.pop("slow", False),
    )
    if table or not attack.expect:
        raise ValueError(f"{folder / EXPECT}: expects nothing, or has unknown keys: {', '.join(table)}")
    return attack


def each(kind: Kind) -> pytest.MarkDecorator:
    """Parametrises a test over the attacks of a kind."""
    marked = [pytest.param(a, id=a.name, marks=[pytest.mark.slow] if a.slow else []) for a in attacks(kind)]
    return pytest.mark.parametrize("attack", marked)


def hold(
    attack: Attack, sandbox: Sandbox, seen: Seen, checks: Mapping[str, Callable[[Seen, Any], bool]]
) -> None:
    """Every expectation holds; one that has no check is an error, not a pass."""
    expect = {**attack.expect, **attack.under.get(sandbox.name, {})}
    broken = {name: wanted for name, wanted in expect.items() if not checks[name](seen, wanted)}
    assert not broken, f"{attack.name} expected {broken}, seen {seen}"


def armed(attack: Attack, sandbox: Sandbox) -> None:
    """A bomb goes off only where the limit that bounds it was tried and held."""
    loose = [name for name in attack.needs if sandbox.enforcement()[name] == "none"]
    if loose:
        pytest.fail(f"{attack.name} is not tried: {sandbox.name} does not hold {', '.join(loose)}")


def everything() -> Iterator[Attack]:
    """The whole corpus."""
    for kind in KINDS:
        yield from attacks(kind)
