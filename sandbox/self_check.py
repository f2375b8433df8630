"""The promises that every backend makes, each tried for real by code that breaks them if it can."""

import os
import socket
import struct
import tempfile
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from sandbox.base import GATEWAY_SOCKET, Exit, Folder, How, Limits, Order, Sandbox, Strength
from sandbox.tree import Tree

PLACE = "/workspace"

_SEE = """
import os, socket, sys
port, file, gateway = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3]
said = []
host = socket.socket()
host.settimeout(2)
if host.connect_ex(("127.0.0.1", port)) == 0:
    said.append("network")
try:
    open(file).read()
    said.append("host_files")
except OSError:
    pass
for line in open("/proc/self/uid_map"):
    inside, outside, length = map(int, line.split())
    if inside <= os.getuid() < inside + length:
        said.append("uid=%d" % (outside + os.getuid() - inside))
door = socket.socket(socket.AF_UNIX)
door.connect(gateway)
door.sendall(" ".join(said).encode())
door.recv(1)
"""
_HOG = "keep = []\nwhile True: keep.append(b'x' * 2**20)"
_FORK = """
import os, time
for _ in range(40):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
time.sleep(60)
"""
_FILL = """
import time
with open("big", "wb", buffering=0) as file:
    try:
        for _ in range(64):
            file.write(b"x" * 2**18)
    except OSError:
        pass
    time.sleep(60)
"""
_LITTER = "import time\nfor i in range(2000): open(str(i), 'w').close()\ntime.sleep(60)"
_SHOUT = "import sys\nwhile True: sys.stdout.write('x' * 4096)"
_SPIN = "while True: pass"
_SLEEP = "import time\ntime.sleep(60)"
_LARGE = "open('large', 'wb').write(b'x' * 50000)"


@dataclass(frozen=True, slots=True)
class Report:
    """Which promises held, and what was seen of those that did not."""

    held: Mapping[str, bool]
    seen: Mapping[str, str]


def self_check(sandbox: Sandbox) -> Report:
    """Try every promise; takes about a second.

    Raises:
        SandboxError: the sandbox can't run anything.
    """
    seen = _looked_around(sandbox)
    with ThreadPoolExecutor(max_workers=4) as pool:
        trials = {name: pool.submit(trial, sandbox) for name, trial in _TRIALS.items()}
        for name, ended in trials.items():
            seen[name] = ended.result()
    return Report({name: not what for name, what in seen.items()}, seen)


def strengths(sandbox: Sandbox, by_kernel: Collection[str]) -> dict[str, Strength]:
    """How strongly each promise holds, given which of them the kernel holds where they hold at all."""
    held = self_check(sandbox).held
    return {
        name: "none" if not holds else "enforced" if name in by_kernel else "watched"
        for name, holds in held.items()
    }


def _looked_around(sandbox: Sandbox) -> dict[str, str]:
    """What a command reaches, told through the socket it is lent, which also tells who it is."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as server,
        closing(socket.socket(socket.AF_UNIX)) as door,
        tempfile.TemporaryDirectory(prefix="dgm-check-") as name,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        secret, lent = folder / "secret", folder / "lent"
        secret.write_text(token_hex())
        secret.chmod(0o644)
        lent.mkdir()
        door.bind(str(lent / "sock"))
        (lent / "sock").chmod(0o666)
        door.listen()
        port = str(server.getsockname()[1])
        # in hexadecimal, so that no backend takes it for a path of the order
        host_file = os.fsencode(secret).hex()
        command = (sandbox.python, "-I", "-S", "-c", _SEE, port, host_file, GATEWAY_SOCKET)
        with ThreadPoolExecutor(max_workers=1) as waiting:
            heard = waiting.submit(_heard, door)
            end = sandbox.run(Order(command=command, socket_folder=lent, limits=Limits(wall_seconds=10)))
            with suppress(OSError):  # nobody may have come
                door.shutdown(socket.SHUT_RDWR)
    said, peer, uid = heard.result()
    names = ("network", "host_files", "host_uid")
    if not said:
        return dict.fromkeys(names, f"no answer: {end.output.decode('utf-8', 'replace')}")
    # Behind a relay the kernel knows of our own end only; then the word of the code that we sent counts.
    if "uid=0" in said if peer == os.getpid() else uid == 0:
        said.append("host_uid")
    return {name: "reached" if name in said else "" for name in names}


def _heard(door: socket.socket) -> tuple[list[str], int, int]:
    """What the first caller says, its process and its uid."""
    try:
        caller, _ = door.accept()
    except OSError:
        return [], 0, 0
    with closing(caller):
        caller.settimeout(5)
        said = caller.recv(1024).decode("ascii", "replace").split()
        peer, uid, _ = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return said, peer, uid


def _python(sandbox: Sandbox, source: str, limits: Limits) -> Exit:
    return sandbox.run(
        Order(
            command=(sandbox.python, "-I", "-S", "-c", source),
            folders={PLACE: Folder(Tree(), writable=True, collect=True)},
            cwd=PLACE,
            limits=limits,
        )
    )


def _ends(how: How, source: str, limits: Limits) -> Callable[[Sandbox], str]:
    def trial(sandbox: Sandbox) -> str:
        end = _python(sandbox, source, limits)
        return "" if end.how == how else f"ended by {end.how}"

    return trial


def _collects_at_most(sandbox: Sandbox) -> str:
    end = _python(sandbox, _LARGE, Limits(wall_seconds=5, collected_bytes=1000))
    return "" if PLACE not in end.folders else "the folder came back"


_TRIALS: Mapping[str, Callable[[Sandbox], str]] = {
    "wall_seconds": _ends("deadline", _SLEEP, Limits(wall_seconds=0.3)),
    "cpu_seconds": _ends("cpu", _SPIN, Limits(wall_seconds=20, cpu_seconds=0.3)),
    "memory_mib": _ends("memory", _HOG, Limits(wall_seconds=20, memory_mib=64)),
    "processes": _ends("processes", _FORK, Limits(wall_seconds=20, processes=8)),
    "disk_mib": _ends("disk", _FILL, Limits(wall_seconds=20, disk_mib=4)),
    "entries": _ends("entries", _LITTER, Limits(wall_seconds=20, entries=300)),
    "output_bytes": _ends("output", _SHOUT, Limits(wall_seconds=20, output_bytes=2**16)),
    "collected_bytes": _collects_at_most,
}
