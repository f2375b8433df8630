"""A small repository as a user has one, made by the user's own git."""

import os
import subprocess
from pathlib import Path

SUMS = '''"""Sums."""


def largest(values):
    """The largest value."""
    best = values[0]
    for value in values:
        if value < best:
            best = value
    return best
'''
ISSUE = """# largest gives the smallest

```python
from sums import largest
largest([3, 9, 4])
```

I expected `9`, and got `3`.
"""


def git(folder: Path, *arguments: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "HOME": "/dev/null",
    }
    who = (
        "-c",
        "user.name=someone",
        "-c",
        "user.email=someone@localhost",
        "-c",
        "protocol.file.allow=always",
    )
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def made(folder: Path) -> Path:
    """A clean repository with an executable, a link, and files in folders."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "sums.py").write_text(SUMS)
    (folder / "docs").mkdir()
    (folder / "docs/read me.md").write_text("Sums.\n")
    (folder / "go.sh").write_text("#!/bin/sh\n")
    (folder / "go.sh").chmod(0o755)
    (folder / "alias.py").symlink_to("sums.py")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "as it is")
