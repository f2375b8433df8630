"""Coding agents that rewrite their own code: search, safe evaluation, archive, replay.

`dgm.open("runs/001")` gives a run as pandas tables and a networkx graph.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dgm.report.tables import Run

__all__ = ["open"]


def open(folder: "Path | str") -> "Run":  # noqa: A001 - as in tarfile.open: always said with the module's name
    """The run in `folder`, for notebooks and scripts.

    Raises:
        ArchiveError: there is none, or its journal is damaged.
    """
    from dgm.report.tables import open_run

    return open_run(folder)
