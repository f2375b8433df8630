"""The code blocks of a Markdown document, each with its place and the reason why it is not run."""

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_NOT_RUN = re.compile(r"<!-- not run: (.+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is that of its first line of code, `heading` the last one above it."""

    document: Path
    line: int
    heading: str
    language: str
    text: str
    not_run: str | None

    @property
    def commands(self) -> str:
        """What a shell is given: all of it, or, of a console, what stands behind `$`."""
        if self.language != "console":
            return self.text
        return "".join(f"{line[2:]}\n" for line in self.text.splitlines() if line.startswith("$ "))

    @property
    def shown(self) -> list[str]:
        """Lines that the document says come out."""
        if self.language == "python":
            return re.findall(r"^print\(.*\)  # (.+)$", self.text, re.MULTILINE)
        lines = self.text.splitlines() if self.language == "console" else []
        return [line for line in lines if line.strip() and not line.startswith("$ ")]

    def untold(self, lines: Sequence[str]) -> list[str]:
        """What is shown and is not among the lines that came: a console's numbers and ids aside."""
        same = operator.eq if self.language == "python" else _is_like
        return [shown for shown in self.shown if not any(same(shown, line) for line in lines)]

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def blocks(document: Path) -> Iterator[Block]:
    """Every fenced block, in order."""
    heading, above, fence, code, first = "", "", None, [], 0
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if fence is None and line.startswith("```"):
            fence, code, first = line[3:].strip(), [], number + 1
        elif fence is not None and line == "```":
            reason = _NOT_RUN.fullmatch(above)
            text = "".join(f"{each}\n" for each in code)
            yield Block(document, first, heading, fence, text, reason[1] if reason else None)
            fence, above = None, ""
        elif fence is not None:
            code.append(line)
        elif line.startswith("#"):
            heading, above = line.lstrip("# "), ""
        elif line.strip():
            above = line.strip()


def spans(document: Path) -> Iterator[str]:
    """What stands between single backticks outside of blocks."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    return (found[1] for found in re.finditer(r"(?<!`)`([^`\n]+)`(?!`)", text))


def _is_like(shown: str, told: str) -> bool:
    """`...` stands for anything."""
    parts = re.split(r"(\.\.\.|[0-9a-f]{8,}|\d[\d,.]*)", shown.strip())
    pattern = "".join(
        re.escape(part) if place % 2 == 0 else ".*" if part == "..." else r"[0-9a-f.,]+"
        for place, part in enumerate(parts)
    )
    return re.fullmatch(pattern, told.strip()) is not None
