"""What a run was set to do without, as it was recorded at its start."""

import tomllib
from typing import Any

from archive.base import Archive
from dgm.config import AblationSection, EvidenceSection, ReportSection
from dgm.history import History


def controls(archive: Archive, history: History) -> list[str]:
    """A line for each ablation and control; none for a plain run."""
    said: dict[str, Any] = {}
    if history.started is not None:
        said = tomllib.loads(archive.blob(history.started.config).decode())
    ablation = AblationSection.model_validate(said.get("ablation", {}))
    lines = {
        "no self-improvement: the seed agent's improve rewrote every agent": ablation.improve == "seed",
        "no archive: only the agent admitted last was expanded": ablation.archive == "latest",
        "shuffled evidence: agents read of another one": EvidenceSection.model_validate(
            said.get("evidence", {})
        ).shuffled,
        "no comparison: the seed agent was not to meet the held-out tasks": not ReportSection.model_validate(
            said.get("report", {})
        ).seed_agent,
    }
    return [line for line, holds in lines.items() if holds]
