"""Names for things on the host that outlive a killed controller, so that the next one may clear them."""

import hashlib
import os
import re
import secrets
import socket
from pathlib import Path

_LABEL = re.compile(r"([0-9a-f]{8})([0-9a-f]{16})[0-9a-f]{8}")


def label() -> str:
    """A new name part that tells which process made the thing: 32 hex digits."""
    pid = os.getpid()
    return f"{pid:08x}{_start_time(pid):016x}{secrets.token_hex(4)}"


def abandoned(name: str) -> bool:
    """Tell whether `name` ends in a label whose process is gone."""
    found = _LABEL.fullmatch(name[-32:])
    return found is not None and _start_time(int(found[1], 16)) != int(found[2], 16)


def mark() -> str:
    """A label that also names this machine and its boot, for things on an engine that others use too."""
    return f"{_machine()}-{_boot()}-{label()}"


def forsaken(mark: str) -> bool:
    """Tell whether `mark` names a process of this machine that is gone; no other machine's is ever judged."""
    machine, _, rest = mark.partition("-")
    boot, _, process = rest.partition("-")
    if machine != _machine() or _LABEL.fullmatch(process) is None:
        return False
    return boot != _boot() or abandoned(process)


def _machine() -> str:
    """Host, and the pid namespace in which our process numbers mean something."""
    known = Path("/etc/machine-id")
    identity = known.read_text() if known.exists() else ""
    namespace = Path("/proc/self/ns/pid").readlink()
    return hashlib.sha256(f"{identity}\n{socket.gethostname()}\n{namespace}".encode()).hexdigest()[:16]


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")


def _start_time(pid: int) -> int:
    """Clock ticks since boot at which a process started, 0 if there is none: tells a reused pid apart."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except OSError:
        return 0
