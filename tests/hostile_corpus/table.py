"""The table of attacks in SECURITY.md, rendered from the corpus; run as a program it writes it there."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from corpus import Kind, attacks

from sandbox.registry import ISOLATING

SECURITY = Path(__file__).resolve().parents[2] / "SECURITY.md"
BEGIN, END = "<!-- attacks: tests/hostile_corpus/table.py -->", "<!-- end of attacks -->"
TITLES: Mapping[Kind, str] = {
    "patches": "Patches, while they are graded",
    "agents": "Agents, while they solve",
    "callers": "Agents, against the gateway",
    "improvers": "Agents, while they rewrite themselves",
    "runs": "Whole runs",
}


def rendered() -> str:
    """Everything between the two marks."""
    return "\n".join([BEGIN, *_lines(), END])


def _lines() -> Iterator[str]:
    for kind, title in TITLES.items():
        yield f"\n### {title}\n"
        yield f"| attack | what is tried | outcome under {' and '.join(ISOLATING)} |"
        yield "|---|---|---|"
        for attack in attacks(kind):
            yield f"| `{attack.name}` | {attack.tries} | {attack.outcome} |"
    yield ""


def split(text: str) -> tuple[str, str, str]:
    """What stands before the table, the table, and what stands after it."""
    before, begin, rest = text.partition(BEGIN)
    inner, end, after = rest.partition(END)
    return before, begin + inner + end, after


if __name__ == "__main__":
    before, _, after = split(SECURITY.read_text())
    SECURITY.write_text(before + rendered() + after)
