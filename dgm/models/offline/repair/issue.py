"""What an issue tells: ways to reproduce it, and the names it speaks of."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_FENCE = re.compile(r"^[ \t]*(```|~~~)[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}|\t)[^\n]*\n(?:[ \t]*\n(?=(?: {4}|\t)))?)+", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LITERAL = "|".join(
    (
        r"`[^`\n]+`",
        r'"[^"\n]*"',
        r"'[^'\n]*'",
        r"[\[({][^\n]*?[\])}](?=[\s,.;]|$)",
        r"-?\d[\d_.,:/-]*\d|-?\d",
        r"True|False|None|an? empty \w+|nothing|zero",
        r"[A-Z]\w*\([^\n]*?\)",
    )
)
_EXPECTED = tuple(
    re.compile(pattern.replace("VALUE", f"(?P<value>(?:{_LITERAL}))"), re.IGNORECASE)
    for pattern in (
        r"\bexpect(?:ed|ing|s)?\b(?:(?!\b(?:got|but|actual)\b)[^`'\"\n.\[({\d-]){0,40}?[:=]?\s*VALUE",
        (
            r"\b(?:should|must|ought to|supposed to|needs? to|want(?:ed)?|would)\b"
            r"(?:(?!\bnot\b|\bbut\b)[^`'\"\n.\[({\d-]){0,40}?\s*VALUE"
        ),
        r"VALUE\s+(?:is|was|were)?\s*expected",
        r"\b(?:instead of|rather than)\s+(?:the\s+)?(?:\w+\s+){0,2}?VALUE",
        r"(?:,|\()\s*not\s+VALUE",
    )
)
_LABELLED = re.compile(r"^\W*expected[^:\n]{0,30}:[ \t]*(\S[^\n]*)$", re.MULTILINE | re.IGNORECASE)
_RAISES = re.compile(
    r"\b(?:should|must|expect(?:ed|s)?|ought|supposed)\b[^.\n]{0,60}?`?\b(\w*(?:Error|Exception|Warning|StopIteration))\b"
)
_NOT_RAISES = re.compile(r"\b(?:not|never|without|no)\b", re.IGNORECASE)
_SHOWN = re.compile(r"^\s*(?:->|=>|→|==>|gives|prints|returns|output:?|result:?)?\s*(.+?)\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(expected|expect|should (?:be|print|give|return|look like)|wanted|correct|instead of)\b", re.I
)
_ACTUAL = re.compile(
    r"\b(actual(?:ly)?|got|get|gets|observed|currently|instead i|what happens)\b", re.IGNORECASE
)
_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_EMPTY = {
    "list": "[]",
    "string": "''",
    "str": "''",
    "dict": "{}",
    "dictionary": "{}",
    "tuple": "()",
    "set": "set()",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Code to run, and what it should show. With no expectation it only has to run."""

    code: str
    expected: str | None = None
    """The value's or output's text."""
    raises: str | None = None
    """The exception that is right here."""
    shown: str | None = None
    """What the issue shows under it, right or wrong."""
    shell: bool = False

    @property
    def decides(self) -> bool:
        """Whether something is expected of it."""
        return self.expected is not None or self.raises is not None


@dataclass(frozen=True, slots=True)
class Report:
    """An issue as read. `courses` are ways to reproduce it, the likeliest first."""

    courses: tuple[tuple[Step, ...], ...]
    words: frozenset[str]


def read(issue: str) -> Report:
    """Read an issue."""
    blocks, prose = _blocks(issue)
    steps: list[Step] = []
    for language, code, before in blocks:
        _add_block(steps, language, code, before)
    steps += _spoken(prose, steps)
    raised = _should_raise(prose)
    wanted = [value for value in _wanted(prose) if raised is None or not value.startswith(raised)]
    courses: list[tuple[Step, ...]] = []
    last = max((i for i, step in enumerate(steps) if _shows(step)), default=None)
    if any(step.decides for step in steps):
        courses.append(tuple(steps))
    if last is not None:
        courses += [
            (*steps[:last], replace(steps[last], expected=value), *steps[last + 1 :]) for value in wanted
        ]
        if raised:
            courses.append(
                (*steps[:last], replace(steps[last], expected=None, raises=raised), *steps[last + 1 :])
            )
        if any(step.shown for step in steps):
            courses.append(
                tuple(step if step.decides else replace(step, expected=step.shown) for step in steps)
            )
    if steps:
        courses.append(tuple(steps))
    return Report(tuple(dict.fromkeys(courses)), frozenset(_WORD.findall(issue)))


def _blocks(issue: str) -> tuple[list[tuple[str, str, str]], str]:
    """Code blocks as (language, code, the line before), and the text without them."""
    found = [(m.start(), m.end(), m[2].lower(), _dedent(m[3])) for m in _FENCE.finditer(issue)]
    if not found:
        found = [(m.start(), m.end(), "", _dedent(m[0])) for m in _INDENTED.finditer(issue)]
    prose, at = "", 0
    blocks: list[tuple[str, str, str]] = []
    for start, end, language, code in found:
        before = issue[at:start]
        blocks.append((language, code, _last_line(before)))
        prose += before + "\n"
        at = end
    return blocks, prose + issue[at:]


def _add_block(steps: list[Step], language: str, code: str, before: str) -> None:
    if ">>>" in code:
        steps.extend(_session(code))
        return
    if re.search(r"^\$ ", code, re.MULTILINE):
        steps.extend(_console(code))
        return
    if "Traceback (most recent call last)" in code:
        return
    tree = _parse(code)
    labelled = bool(_LABEL.search(before)) and not _ACTUAL.search(before)
    named = language in {"python", "py", "python3", "pycon"}
    calls = tree is not None and any(
        isinstance(n, ast.Call | ast.Import | ast.ImportFrom) for n in ast.walk(tree)
    )
    if tree is not None and (named or calls) and not (labelled and not named):
        steps.extend(_script(code, tree))
    elif steps and labelled:
        _expect_last(steps, code.strip("\n"))
    elif steps and not named and not _ACTUAL.search(before):
        shown = code.strip("\n")
        last = max((i for i, step in enumerate(steps) if _shows(step)), default=None)
        if last is not None:
            steps[last] = replace(steps[last], shown=shown)


def _expect_last(steps: list[Step], text: str) -> None:
    last = max((i for i, step in enumerate(steps) if _shows(step)), default=None)
    if last is not None and steps[last].expected is None:
        steps[last] = replace(steps[last], expected=text)


def _session(code: str) -> Iterator[Step]:
    parts: list[tuple[list[str], list[str]]] = []
    for line in code.splitlines():
        if line.startswith(">>>"):
            parts.append(([line[4:]], []))
        elif line.startswith("...") and parts and not parts[-1][1]:
            parts[-1][0].append(line[4:])
        elif parts:
            parts[-1][1].append(line)
    for lines, output in parts:
        text = "\n".join(lines)
        tree = _parse(text)
        if tree is None:
            continue
        step = _commented(text)
        notes = [line for line in output if line.lstrip().startswith("#")]
        bare = "\n".join(line for line in output if line not in notes).strip("\n")
        for note in notes:
            step = _noted(step, note.lstrip("# "))
        if bare and "Traceback (most recent" in bare:
            yield step
            continue
        main, mark, note = bare.partition("  #")
        if mark and "\n" not in bare:
            step, bare = _noted(step, note), main.rstrip()
        yield replace(step, shown=bare or step.shown)


def _console(code: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        command = re.sub(r"^python\b", "python3", command.strip())
        if "Traceback (most recent" in output:
            output = ""
        yield Step(command, shown=output.strip("\n") or None, shell=True)  # noqa: S604 - runs in the sandbox


def _script(code: str, tree: ast.Module) -> Iterator[Step]:
    """One step a statement, with the comments on and under it."""
    lines = code.splitlines()
    for index, node in enumerate(tree.body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        until = tree.body[index + 1].lineno - 1 if index + 1 < len(tree.body) else len(lines)
        for deco in getattr(tree.body[index + 1], "decorator_list", []) if index + 1 < len(tree.body) else []:
            until = min(until, deco.lineno - 1)
        end = node.end_lineno or node.lineno
        step = _commented("\n".join(lines[first - 1 : end]))
        for line in lines[end:until]:
            if line.lstrip().startswith("#"):
                step = _noted(step, line.lstrip().lstrip("# "))
        yield step


def _commented(code: str) -> Step:
    """A step whose last line's comment tells what it shows or should show."""
    last = code.splitlines()[-1] if code else ""
    place = _comment(last)
    return Step(code) if place is None else _noted(Step(code), last[place:].lstrip("# "))


def _comment(line: str) -> int | None:
    quote = ""
    for place, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#":
            return place
    return None


def _noted(step: Step, note: str) -> Step:
    if not _shows(step):
        return step
    wanted = _wanted(note)
    if wanted:
        return replace(step, expected=wanted[0])
    raised = _should_raise(note)
    if raised:
        return replace(step, raises=raised)
    labelled = re.match(r"(?:expected|should be|want(?:ed)?)\b\s*:?\s*(.+)$", note.strip(), re.IGNORECASE)
    if labelled:
        return replace(step, expected=labelled[1].strip().strip("`"))
    if re.match(r"(?:actual|got|was)\b", note.strip(), re.IGNORECASE) or step.shown:
        return step
    shown = _SHOWN.match(note)
    return replace(step, shown=_value(shown[1])) if shown else step


def _spoken(prose: str, known: Sequence[Step]) -> Iterator[Step]:
    """Calls that a sentence quotes together with what they should give."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z`])|\n\s*\n|\n(?=\s*[-*] )", prose):
        spans = _SPAN.findall(sentence)
        call = next((s for s in spans if _is_call(s)), None)
        if call is None or any(call in step.code for step in known if step.decides):
            continue
        rest = sentence.replace(f"`{call}`", " it ", 1)
        wanted, raised = _wanted(rest), _should_raise(rest)
        compared = _parse(call)
        if compared is not None and isinstance(compared.body[0].value, ast.Compare):  # type: ignore[attr-defined]
            left, mark, right = call.partition("==")
            if mark and not known:
                yield Step(left.strip(), expected=right.strip())
        elif wanted:
            yield Step(call, expected=wanted[0])
        elif raised:
            yield Step(call, raises=raised)
        elif not known:
            yield Step(call)


def _is_call(code: str) -> bool:
    tree = _parse(code)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return False
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    # `f()` in a sentence mostly names f.
    return any(call.args or call.keywords for call in calls) and not re.search(r"\.\.\.|…", code)


def _wanted(text: str) -> list[str]:
    """Values that the text says are right, the surest first."""
    flat = re.sub(r"[ \t]*\n[ \t]*", " ", text)
    found = [_value(m["value"]) for pattern in _EXPECTED for m in pattern.finditer(flat)]
    found += [_value(plain) for plain in _LABELLED.findall(text)]
    return list(dict.fromkeys(found))[:3]


def _should_raise(text: str) -> str | None:
    found = _RAISES.search(text)
    return found[1] if found and not _NOT_RAISES.search(found[0]) else None


def _value(text: str) -> str:
    text = text.strip().strip("`").strip()
    empty = re.fullmatch(r"an? empty (\w+)", text, re.IGNORECASE)
    if empty:
        return _EMPTY.get(empty[1].lower(), "[]")
    return {"nothing": "None", "zero": "0"}.get(text.lower(), text.rstrip(",;") if len(text) > 1 else text)


def _shows(step: Step) -> bool:
    if step.shell:
        return True
    tree = _parse(step.code)
    if tree is None or not tree.body:
        return False
    last = tree.body[-1]
    return isinstance(last, ast.Expr | ast.For | ast.With | ast.If | ast.Assign)


def _parse(code: str) -> ast.Module | None:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return tree if tree.body else None


def _dedent(code: str) -> str:
    lines = code.expandtabs(4).splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines).strip("\n")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
