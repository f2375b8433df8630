"""What an entry of the playbook is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from numpy.random import Generator

Files = Mapping[str, str]
"""An agent's own Python sources, by path."""


class NotApplicable(Exception):
    """The edit finds nothing to hold on to in this source, or is there already. The message says which."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A known self-modification. `edit` returns the files that change, whole, from the files that are there.

    `source` says where it is known from, `needs` what it takes hold of. `signs` are phrases which in the
    evidence of past failures speak for it. `helps` is what we expect of it: for readers, no code looks at it.
    """

    name: str
    title: str
    source: str
    needs: str
    helps: Literal["helps", "neutral", "hurts"]
    edit: Callable[[Files, Generator], Files] = field(repr=False)
    signs: tuple[str, ...] = ()
