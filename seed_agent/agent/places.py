"""Where things are: the environment says, or else the contract."""

import os
from pathlib import Path


def place(name: str) -> Path:
    """The folder called `name`: task, workspace, agent, evidence or out."""
    return Path(os.environ.get("DGM_" + name.upper(), "/" + name))
