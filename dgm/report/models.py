"""Which models took part in a run, what became of their children, and whether they stayed what they were."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from archive.base import Archive
from dgm.config import ModelSection
from dgm.history import History
from dgm.identity import reported, warnings
from dgm.improvers import children
from sandbox.diff import visible


def models(archive: Archive, history: History) -> dict[str, Any]:
    """Ready for JSON; `improvers` is empty where one model alone improves."""
    section = _section(archive, history)
    offline = history.started is not None and section.names == ("offline",)
    improvers = list(section.improve_weights)
    tallies = children(history, improvers) if len(improvers) > 1 else {}
    return {
        "models": "offline stand-in: no language model took part" if offline else "see the journal",
        "reported": {name: dict(ids) for name, ids in reported(history, section).items()},
        "warnings": list(warnings(history, section)),
        "improvers": [{"model": name, **asdict(tally)} for name, tally in tallies.items()],
    }


def models_view(facts: Mapping[str, Any]) -> Sequence[Table | Text]:
    """Draw what is worth a look of `models`."""
    parts: list[Table | Text] = []
    if facts["improvers"]:
        table = Table(title="models that improved", title_justify="left", box=None)
        for column in ("model", "children", "admitted", "scored", "as good as its parent or better"):
            table.add_column(column)
        for row in facts["improvers"]:
            numbers = (str(row[key]) for key in ("made", "admitted", "scored", "kept_up"))
            table.add_row(Text(visible(row["model"])), *numbers)
        parts += [Text(), table]
    return [*parts, *(Text(f"warning: {visible(told)}", style="yellow") for told in facts["warnings"])]


def _section(archive: Archive, history: History) -> ModelSection:
    if history.started is None:
        return ModelSection()
    settings = tomllib.loads(archive.blob(history.started.config).decode())
    return ModelSection.model_validate(settings.get("model", {}))
