"""`pause` and `veto`: a person's word to a run, journalled by whoever holds its lock."""

import json
import sys
import time
from pathlib import Path

from archive.disk import DiskArchive
from archive.events import Paused, Vetoed
from archive.lock import RunInUse
from dgm.cli.errors import DONE
from dgm.cli.inspect import known
from dgm.requests import Requests, Wish

LOOK_SECONDS = 0.1


def pause_run(folder: Path, *, as_json: bool) -> int:
    """Carry out `dgm pause`."""
    heard = _journalled(folder, Paused())
    if as_json:
        return _say(json.dumps({"paused": str(folder), "controller": heard}))
    doing = "what is in flight is finished first" if heard else "nobody is at work on it"
    return _say(f"{folder} is paused ({doing}); go on with: dgm resume {folder}")


def veto_agent(folder: Path, agent: str, *, as_json: bool) -> int:
    """Carry out `dgm veto`."""
    run = known(folder)
    vetoed = run.agent(agent)
    heard = _journalled(folder, Vetoed(vetoed))
    clade = run.archive.lineage.clade(vetoed)
    if as_json:
        return _say(json.dumps({"vetoed": vetoed, "clade": len(clade), "controller": heard}))
    ordinal = run.history.born[vetoed].ordinal
    return _say(f"agent #{ordinal} and its clade of {len(clade)} are not expanded any more")


def _journalled(folder: Path, wish: Wish) -> bool:
    """Journal `wish`, ourselves or by the controller at work; tells whether it was the controller."""
    placed: Path | None = None
    try:
        while placed is None or placed.exists():
            try:
                with DiskArchive.open(folder) as archive:
                    if placed is None or placed.exists():
                        archive.record(wish)
                        return False
            except RunInUse:
                placed = placed or Requests(folder).place(wish)
                time.sleep(LOOK_SECONDS)
    finally:
        if placed is not None:
            placed.unlink(missing_ok=True)
    return True


def _say(line: str) -> int:
    sys.stdout.write(line + "\n")
    return DONE
