"""What the agent can learn about itself: its scores, its failures, its ancestors, its earlier attempts."""

import json
from pathlib import Path
from typing import Any, List

LIMITS = {"issue.md": 2_000, "patch.diff": 2_000, "verdict.json": 1_000, "transcript.jsonl": 3_000}
FAILURES = 3


def evidence(folder: Path) -> str:
    """The evidence in `folder` as a text for the model."""
    scores = read(folder / "scores.json", {})
    attempts = read(folder / "earlier.json", [])
    ancestors = read(folder / "lineage.json", {}).get("ancestors", [])
    parts = [f"# Scores\nResolved {scores.get('resolved', 0)} of {scores.get('attempted', 0)} tasks."]
    parts += ["# Ancestors, youngest first", *(told(ancestor) for ancestor in ancestors)]
    parts += ["# Earlier attempts at improving this agent", *(told(attempt) for attempt in attempts)]
    parts += ["# Failures", *failures(folder / "tasks")]
    suggestions = folder / "suggestions.md"
    if suggestions.exists():
        parts += ["# Suggestions", suggestions.read_text(encoding="utf-8")]
    return "\n\n".join(parts)


def failures(folder: Path) -> List[str]:
    """A few unresolved tasks: issue, patch, verdict, and how the attempt ended."""
    texts = []
    for task in sorted(folder.glob("*"))[:FAILURES]:
        for name, limit in LIMITS.items():
            # The end of a transcript tells most, of all else the beginning.
            text = (task / name).read_text(encoding="utf-8", errors="replace")
            shown = text[-limit:] if name == "transcript.jsonl" else text[:limit]
            texts.append(f"## {task.name}: {name}\n{shown}")
    return texts


def told(relative: dict) -> str:
    """An ancestor or an earlier attempt, and what became of it."""
    score = f"resolved {relative.get('resolved')} of {relative.get('attempted')}"
    fate = " ".join(str(relative[key]) for key in ("outcome", "reason") if relative.get(key))
    return f"{relative.get('summary', '')}\n({fate or 'ancestor'}; {score})"


def read(path: Path, default: Any) -> Any:
    """The JSON at `path`, or `default` where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else default
