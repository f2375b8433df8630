import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.base import ArchiveError
from archive.lock import RunLock

HOLD = "import sys; from pathlib import Path; from archive.lock import RunLock\n"
HOLD += "lock = RunLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()\n"


def test_a_second_controller_is_told_who_holds_the_run(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ArchiveError, match=f"run in use by another controller .pid {holder.pid} on "):
            RunLock(path)
        holder.kill()
        holder.wait()
    lock = RunLock(path)
    assert json.loads(path.read_text())["pid"] == os.getpid()
    lock.close()
    assert path.exists()


def test_it_is_exclusive_within_a_process_and_free_after_close(tmp_path: Path) -> None:
    lock = RunLock(tmp_path / "lock")
    with pytest.raises(ArchiveError, match="in use"):
        RunLock(tmp_path / "lock")
    lock.close()
    lock.close()
    RunLock(tmp_path / "lock").close()


def test_a_lock_of_garbage_is_still_a_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"\0" * 9000)
    lock = RunLock(tmp_path / "lock")
    os.truncate(tmp_path / "lock", 0)
    with pytest.raises(ArchiveError, match="it left no name"):
        RunLock(tmp_path / "lock")
    lock.close()


FORK = """
import os, sys
from pathlib import Path
from archive.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
if os.fork() == 0:
    print(os.getpid(), flush=True)
    sys.stdin.read()
    os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED)
"""


def test_a_forked_child_does_not_keep_it_past_its_parents_death(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", FORK, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        with pytest.raises(ArchiveError, match=f"pid {parent.pid} "):
            RunLock(tmp_path / "lock")
        parent.kill()
        parent.wait()
        os.kill(child, 0)
        RunLock(tmp_path / "lock").close()


def test_a_started_program_does_not_keep_it(tmp_path: Path) -> None:
    lock = RunLock(tmp_path / "lock")
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child:
        lock.close()
        RunLock(tmp_path / "lock").close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere: can't take the run's lock: No such file"):
        RunLock(tmp_path / "nowhere" / "lock")
