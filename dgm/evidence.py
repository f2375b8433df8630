"""What a parent may read about its failures when it improves itself: the tree placed at /evidence."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.random import Generator

from archive.base import Archive
from archive.events import AgentId, Born, Digest, Scored, TaskId
from benchmarks.task import Task
from dgm.config import EvidenceSection
from dgm.history import History
from dgm.playbook import SUGGESTIONS, suggestions
from sandbox.diff import render
from sandbox.tree import Change, Tree

MAX_TRANSCRIPT = 32 * 1024
MAX_PATCH = 16 * 1024
MAX_SUMMARY = 2 * 1024
MAX_SAID = 500
MAX_RELATIVES = 20


@dataclass(frozen=True, slots=True)
class Sources:
    """Where evidence comes from. `transcript` gives the lines of one ticket's attempt, oldest first."""

    archive: Archive
    history: History
    tasks: Mapping[TaskId, Task]
    transcript: Callable[[int, int], Sequence[bytes]]


def evidence(sources: Sources, agent: AgentId, settings: EvidenceSection, rng: Generator) -> Tree:
    """The evidence on `agent`: scores, some unresolved tasks drawn at random, relatives, suggestions."""
    scores = sources.history.scores(agent, "search")
    files = {
        "scores.json": _json(
            {
                "agent": agent,
                "split": "search",
                "resolved": sum(scored.verdict == "resolved" for scored in scores.values()),
                "attempted": len(scores),
                "tasks": {task: scored.verdict for task, scored in sorted(scores.items())},
            }
        ),
        "lineage.json": _json({"agent": agent, "ancestors": list(_ancestors(sources, agent))}),
        "earlier.json": _json(list(_earlier(sources, agent))),
    }
    unresolved = sorted(task for task, scored in scores.items() if scored.verdict == "unresolved")
    for index in sorted(rng.permutation(len(unresolved))[: settings.failures]):
        scored = scores[unresolved[index]]
        for name, data in _failure(sources, scored, settings.hidden_tests).items():
            files[f"tasks/{scored.task}/{name}"] = data
    suggested = suggestions(settings.playbook)
    if suggested:
        files[SUGGESTIONS] = suggested.encode()
    return Tree(files)


def _failure(
    sources: Sources, scored: Scored, hidden_tests: Literal["none", "verdict"]
) -> Mapping[str, bytes]:
    task = sources.tasks[scored.task]
    change = Change.from_bytes(sources.archive.blob(scored.patch))
    detail = json.loads(sources.archive.blob(scored.detail))
    said = str(detail.get("ending", {}).get("output", ""))[-MAX_SAID:]
    verdict: dict[str, Any] = {"verdict": scored.verdict, "reason": scored.reason, "said": said}
    if hidden_tests == "verdict":
        tests = detail.get("tests", {})
        verdict["hidden_tests"] = {name: tests.get(name, "missing") for name in task.fail_to_pass}
    lines = sources.transcript(scored.ticket, sources.history.attempt(scored.ticket))
    after = change.applied_to(task.repository)
    return {
        "issue.md": task.issue.encode(),
        "patch.diff": render(task.repository, after, at_most=MAX_PATCH).encode()[:MAX_PATCH],
        "transcript.jsonl": _tail(lines, MAX_TRANSCRIPT),
        "verdict.json": _json(verdict),
    }


def _ancestors(sources: Sources, agent: AgentId) -> Iterator[Mapping[str, Any]]:
    born = sources.history.born[agent]
    for _ in range(MAX_RELATIVES):
        yield {
            "agent": born.agent,
            "summary": summary_of(sources, born.summary),
            **record_of(sources, born.agent),
        }
        if not born.parents:
            return
        born = sources.history.born[born.parents[0]]


def _earlier(sources: Sources, agent: AgentId) -> Iterator[Mapping[str, Any]]:
    for end in sources.history.offspring(agent)[-MAX_RELATIVES:]:
        summary = summary_of(sources, end.summary)
        if isinstance(end, Born):
            yield {"summary": summary, "outcome": "born", "reason": "", **record_of(sources, end.agent)}
        else:
            nothing = {"resolved": 0, "attempted": 0}
            yield {"summary": summary, "outcome": "rejected", "reason": end.reason, **nothing}


def record_of(sources: Sources, agent: AgentId) -> Mapping[str, int]:
    """How many search tasks `agent` resolved, and how many it attempted."""
    scores = sources.history.scores(agent, "search").values()
    return {"resolved": sum(s.verdict == "resolved" for s in scores), "attempted": len(scores)}


def summary_of(sources: Sources, digest: Digest) -> str:
    """The beginning of a summary."""
    return sources.archive.blob(digest)[:MAX_SUMMARY].decode("utf-8", "ignore")


def _tail(lines: Sequence[bytes], limit: int) -> bytes:
    kept: list[bytes] = []
    size = 0
    for line in reversed(lines):
        size += len(line) + 1
        if size > limit:
            break
        kept.append(line)
    return b"".join(line + b"\n" for line in reversed(kept))


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()
