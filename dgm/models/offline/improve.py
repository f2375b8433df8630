"""The mind of role `improve`: it makes one entry of the playbook in the source that it is shown."""

import re
import shlex
import tomllib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.random import PCG64, SeedSequence
from numpy.random import Generator as Random

from dgm.models.hands import Action, Hands
from dgm.models.mind import Brief, Mind, Results, Say, Turn, each
from dgm.playbook import PLAYBOOK, Entry, Files, NotApplicable

_LIST = r"find . \( -name '*.py' -o -name '*.toml' \) -not -path '*/.*' | sort | xargs wc -c"
_LISTED = re.compile(r"^\s*(\d{1,7}) \./(\S+\.(?:py|toml))$", re.MULTILINE)
_MAX_FILES = 60
MAX_SIGNS, SIGN_WEIGHT = 3, 3.0
MAX_TRIES = 3
# What a scaffold may put around a text: a heading, a tag, a fence.
_WRAPPING_LINES = 4
_STARTS = "It starts."


@dataclass(frozen=True, slots=True)
class _Source:
    """The files that were seen whole, and the sizes in bytes of all that are there."""

    files: Files
    sizes: Mapping[str, int]


def improve_mind(brief: Brief, hands: Hands) -> Mind:
    """Look at the source, draw an entry that applies and was not tried, make it, see that it starts."""
    source = yield from _look(hands)
    if source is None:
        yield Say("I could not look at my own source, and changed nothing.")
        return
    said = "I know of no change that applies to what I could see of my source."
    signs = yield from _signs(hands)
    for entry, changed in islice(_drawn(brief, source, signs), MAX_TRIES):
        if (yield from _written(hands, changed)) and (yield from _starts(hands, source, changed)):
            yield Say(f"{entry.title}\n\nWhy: {entry.source}. Changed: {', '.join(sorted(changed))}.")
            return
        yield from _put_back(hands, source, changed)
        said = f"{entry.title}\n\nIt did not work out with this source, so I put everything back."
    yield Say(said)


def _look(hands: Hands) -> Generator[Turn, Results, _Source | None]:
    listing = hands.shell(_LIST)
    if listing is None or not hands.can_view:
        return None
    (shown,) = yield [listing]
    sizes = {path: int(size) for size, path in _LISTED.findall(shown or "")[:_MAX_FILES]}
    texts = yield from each(_actions(hands.view(path) for path in sizes))
    whole = {path: _whole(text, sizes[path]) for path, text in zip(sizes, texts, strict=True)}
    return _Source({path: text for path, text in whole.items() if text is not None}, sizes)


def _whole(shown: str | None, size: int) -> str | None:
    """The file of `size` bytes in what was shown of it, or None if it is not all there."""
    lines = (shown or "").split("\n")
    for before in range(_WRAPPING_LINES):
        for after in range(min(_WRAPPING_LINES, len(lines) - before)):
            text = "\n".join(lines[before : len(lines) - after])
            for ending in ("", "\n"):
                if len((text + ending).encode()) == size:
                    return text + ending
    return None


def _signs(hands: Hands) -> Generator[Turn, Results, Mapping[str, int]]:
    """How often the past failures show each sign that speaks for an entry."""
    known = sorted({sign for entry in PLAYBOOK for sign in entry.signs})
    wanted = " ".join(f"-e {shlex.quote(sign)}" for sign in known)
    count = hands.shell(
        f'grep -rohF {wanted} "${{DGM_EVIDENCE:-/evidence}}/tasks" 2>/dev/null | sort | uniq -c'
    )
    shown = ((yield [count])[0] if count else None) or ""
    told = {sign: re.search(rf"^ *(\d{{1,6}}) {re.escape(sign)}$", shown, re.MULTILINE) for sign in known}
    return {sign: int(found[1]) if found else 0 for sign, found in told.items()}


def _drawn(brief: Brief, source: _Source, signs: Mapping[str, int]) -> Iterator[tuple[Entry, Files]]:
    """Entries in a drawn order, with the files they change; sooner those that the evidence speaks for."""
    rng = Random(PCG64(SeedSequence(abs(brief.seed))))
    seen = [sum(signs[sign] for sign in entry.signs) for entry in PLAYBOOK]
    likely = 1.0 + SIGN_WEIGHT * np.minimum(MAX_SIGNS, seen)
    order = [
        PLAYBOOK[place]
        for place in rng.choice(len(PLAYBOOK), len(PLAYBOOK), replace=False, p=likely / likely.sum())
    ]
    own = {path: text for path, text in source.files.items() if path.endswith(".py")}
    # A second try with other draws comes after all that was never tried.
    for entry in sorted(order, key=lambda entry: f"{entry.title}\n\nWhy:" in brief.user):
        try:
            changed = entry.edit(own, rng)
        except NotApplicable:
            continue
        if all(path in source.files for path in changed if path in source.sizes):
            yield entry, changed


def _written(hands: Hands, files: Files) -> Generator[Turn, Results, bool]:
    actions = _actions(hands.write(path, text) for path, text in sorted(files.items()))
    if len(actions) < len(files):
        return False
    return None not in (yield from each(actions))


def _starts(hands: Hands, source: _Source, changed: Files) -> Generator[Turn, Results, bool]:
    """Whether the changed files compile and the agent's own command answers a call for help."""
    compiles = "import ast, sys; [ast.parse(open(path).read(), path) for path in sys.argv[1:]]"
    commands = [["python3", "-c", compiles, *sorted(changed)]]
    if "agent.toml" in source.files:
        commands.append([*_command(source.files["agent.toml"]), "--help"])
    tried = " && ".join(f"{shlex.join(command)} >/dev/null" for command in commands)
    action = hands.shell(f"{tried} && echo {shlex.quote(_STARTS)}")
    if action is None:
        return False
    (shown,) = yield [action]
    return _STARTS in (shown or "")


def _command(manifest: str) -> Sequence[str]:
    try:
        words = tomllib.loads(manifest)["commands"]["solve"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return ["true"]
    return [str(word) for word in words] if isinstance(words, list) else ["true"]


def _put_back(hands: Hands, source: _Source, changed: Files) -> Generator[Turn, Results, Results]:
    old = _actions(hands.write(path, source.files[path]) for path in sorted(changed) if path in source.files)
    added = sorted(path for path in changed if path not in source.files)
    removal = hands.shell(shlex.join(["rm", "-f", *added])) if added else None
    return (yield from each([*old, *_actions([removal])]))


def _actions(wanted: Iterable[Action | None]) -> list[Action]:
    return [action for action in wanted if action is not None]
