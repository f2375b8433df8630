"""Patches that are after the grader: no verdict is bought, and what was tried is flagged."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from corpus import Attack, armed, each, hold
from target import NONCE, TARGET

from benchmarks.grade import Grade, grade
from sandbox.base import Sandbox
from sandbox.tree import Change, Tree, TreeError

CHANGE = "change.json"
"""A change in the archive's own form, as a hostile archive would hold it."""
DELETED = "deleted.txt"

CHECKS: Mapping[str, Callable[[Grade, Any], bool]] = {
    "verdict": lambda seen, wanted: seen.verdict == wanted,
    "reason": lambda seen, wanted: re.search(wanted, seen.reason) is not None,
    "flag": lambda seen, wanted: any(re.search(wanted, flag) for flag in seen.tampering),
    "flagged": lambda seen, wanted: bool(seen.tampering) == wanted,
}


def change_of(attack: Attack) -> Change:
    """The attack's files written over the target's repository, and those it names deleted."""
    tree = attack.tree
    deleted = tree.text(DELETED).split() if DELETED in tree else []
    return Change(tree.where(lambda path: path != DELETED), frozenset(deleted))


def test_the_target_is_sound(sandbox: Sandbox) -> None:
    assert grade(TARGET, TARGET.gold, sandbox).verdict == "resolved"
    nothing = grade(TARGET, Change(Tree(), frozenset()), sandbox)
    assert (nothing.verdict, nothing.tampering) == ("unresolved", ())


@each("patches")
def test_a_hostile_patch(attack: Attack, sandbox: Sandbox) -> None:
    armed(attack, sandbox)
    seconds = attack.limits.get("wall_seconds", TARGET.grading_seconds)
    if CHANGE in attack.tree:
        refused(attack)
        return
    seen = grade(replace(TARGET, grading_seconds=seconds), change_of(attack), sandbox)
    hold(attack, sandbox, seen, CHECKS)
    assert NONCE.encode() not in seen.to_bytes()


def refused(attack: Attack) -> None:
    """None of the attack's lines is a change."""
    for line in attack.tree[CHANGE].data.splitlines():
        with pytest.raises(TreeError, match=attack.expect["refused"]):
            Change.from_bytes(line)
