"""Traps of bubblewrap itself: what an order must not see, write, keep or outlive."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sandbox_orders import alive, below, new_mark, python, running, until

from sandbox.base import Exit, Folder, Limits, Order, Sandbox
from sandbox.tree import Tree

ROOT = os.geteuid() == 0


def shell(isolated: Sandbox, script: str, **limits: float) -> Exit:
    bounds = {"wall_seconds": 20.0, **limits}
    order = Order(
        command=("/bin/sh", "-c", script),
        folders={
            "/workspace": Folder(writable=True, collect=True),
            "/agent": Folder(Tree({"agent.toml": b"x"}), collect=True),
        },
        cwd="/workspace",
        limits=Limits(**bounds),  # type: ignore[arg-type]
    )
    return isolated.run(order)


def test_it_is_never_host_root(isolated: Sandbox) -> None:
    assert isolated.enforcement()["host_uid"] == "enforced"
    end = shell(isolated, "id -u; cat /proc/self/status")
    assert not end.output.startswith(b"0\n")
    status = dict(line.split(":\t", 1) for line in end.output.decode().splitlines() if ":\t" in line)
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


def test_kernel_settings_can_not_be_written(isolated: Sandbox) -> None:
    before = Path("/proc/sys/kernel/core_pattern").read_text()
    end = shell(isolated, "cat /proc/sys/kernel/core_pattern > p; cat p > /proc/sys/kernel/core_pattern")
    assert end.code != 0
    assert b"denied" in end.output or b"Read-only" in end.output
    assert Path("/proc/sys/kernel/core_pattern").read_text() == before


def test_a_file_only_root_may_read_stays_closed(isolated: Sandbox) -> None:
    closed = [path for path in ("/usr/bin", "/usr/lib", "/usr/sbin") for path in _root_only(Path(path))]
    end = shell(
        isolated, "cat /etc/shadow; " + "".join(f"cat '{path}' && echo REACHED;" for path in closed[:5])
    )
    assert b"REACHED" not in end.output
    assert b"/etc/shadow" in end.output


def _root_only(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.stat().st_mode & 0o044]


def test_no_further_user_namespace(isolated: Sandbox) -> None:
    assert shell(isolated, "unshare --user true").code != 0


def test_nothing_of_the_controller_shows_in_proc(isolated: Sandbox) -> None:
    os.environ["DGM_TEST_KEY"] = "nonce-in-environment"
    try:
        end = python(
            isolated,
            """
import os
for entry in sorted(os.listdir("/proc")):
    for name in ("environ", "cmdline"):
        try:
            print(entry, name, open(f"/proc/{entry}/{name}", "rb").read())
        except OSError as error:
            print(entry, name, error.strerror)
for entry in os.listdir("/proc/self/fd"):
    try:
        print("fd", entry, os.readlink(f"/proc/self/fd/{entry}"))
    except OSError:
        pass
""",
        )
    finally:
        del os.environ["DGM_TEST_KEY"]
    assert b"nonce-in" not in end.output
    assert b"1 environ Permission denied" in end.output
    assert end.output.count(b"\nfd ") <= 4, end.output
    assert str(Path(__file__).parents[2]).encode() not in end.output


def test_descriptors_of_the_controller_are_not_inherited(isolated: Sandbox) -> None:
    with tempfile.TemporaryFile() as file:
        os.set_inheritable(file.fileno(), True)
        end = shell(isolated, "ls /proc/self/fd | wc -l")
    assert int(end.output) <= 4


def test_the_launcher_can_not_be_reached(isolated: Sandbox) -> None:
    end = python(
        isolated,
        """
import os, signal
for name in ("fd/0", "fd/1", "fd/3", "fd/4", "mem", "environ"):
    try:
        open("/proc/1/" + name, "r+b" if name != "environ" else "rb")
        print("REACHED", name)
    except OSError as error:
        print(error.errno)
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
    os.kill(1, number)
os.write(1, b"Z\\0\\0\\0\\0E\\0\\0\\0\\x05forge")
print("still here")
""",
    )
    assert end.succeeded
    assert b"REACHED" not in end.output
    assert b"still here" in end.output
    assert end.folders["/workspace"] == Tree()


def test_the_network_is_out_of_reach(isolated: Sandbox) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server, socket.socket(socket.AF_UNIX) as abstract:
        name = f"\0dgm-test-{os.urandom(6).hex()}"
        abstract.bind(name)
        abstract.listen()
        end = python(
            isolated,
            f"""
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", {server.getsockname()[1]})),
                        (socket.AF_UNIX, {name!r}), (socket.AF_INET, ("192.0.2.1", 80))):
    s = socket.socket(family); s.settimeout(2)
    print(s.connect_ex(address) == 0)
print(sorted(name for _, name in socket.if_nameindex()))
""",
        )
    assert end.output == b"False\nFalse\nFalse\n['lo']\n"


def test_only_what_was_lent_can_be_written(isolated: Sandbox) -> None:
    source = """
import os
written = set()
for top, folders, files in os.walk("/"):
    if top.startswith(("/proc", "/sys")):
        folders[:] = []
        continue
    if os.access(top, os.W_OK):
        try:
            open(top + "/.probe", "w").close(); os.remove(top + "/.probe"); written.add(top)
        except OSError:
            pass
print(sorted(written))
"""
    end = python(isolated, source)
    assert end.output.decode().strip() == "['/dev/shm', '/tmp', '/workspace']"


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", "/workspace"])
def test_writable_places_have_a_size(isolated: Sandbox, place: str) -> None:
    end = shell(isolated, f"head -c 40000000 /dev/zero > {place}/big; sleep 5", disk_mib=8)
    assert end.how == "disk"
    assert end.wall_seconds < 4


def test_a_lent_read_only_folder_can_not_be_opened_up(bubblewrap: Sandbox) -> None:
    end = shell(
        bubblewrap, "chmod u+w /agent /agent/agent.toml; echo y > /agent/agent.toml; rm -rf /agent; true"
    )
    assert b"Read-only file system" in end.output
    assert end.folders["/agent"] == Tree({"agent.toml": b"x"})


def test_a_nonce_planted_around_is_nowhere_to_be_read(isolated: Sandbox, tmp_path: Path) -> None:
    nonce = f"nonce{os.urandom(8).hex()}"
    home_file = Path.home() / f".dgm-test-{os.getpid()}"
    clone_file = Path(__file__).parent / f".planted-{os.getpid()}"
    planted = [
        home_file,
        clone_file,
        tmp_path / "planted",
        Path(tempfile.gettempdir(), f"dgm-planted-{os.getpid()}"),
    ]
    os.environ["DGM_TEST_NONCE"] = nonce
    try:
        for path in planted:
            path.write_text(nonce)
        end = python(
            isolated,
            """
import os, sys
nonce = sys.argv[1].encode()[::-1]
seen = 0
for top, folders, files in os.walk("/"):
    own = top.startswith("/usr/") and not top.startswith(("/usr/local", "/usr/src"))
    if own or top in ("/proc/sys", "/sys"):
        # the distribution's own files, which no test writes: names are enough
        for name in files:
            if nonce.decode() in name: print("FOUND", top, name)
        if top.count("/") > 3 or top in ("/proc/sys", "/sys"): folders[:] = []
        continue
    for name in files:
        path = os.path.join(top, name)
        try:
            if not os.path.isfile(path) or name in ("pagemap", "kmsg", "kcore", "clear_refs"):
                continue
            with open(path, "rb") as file:
                seen += 1
                if nonce in file.read(2**22): print("FOUND", path)
        except OSError:
            pass
print("seen", seen > 50)
""",
            nonce[::-1],
        )
    finally:
        del os.environ["DGM_TEST_NONCE"]
        for path in planted:
            path.unlink(missing_ok=True)
    assert end.output == b"seen True\n", end


def test_a_fork_bomb_is_bounded_by_its_limit(isolated: Sandbox) -> None:
    if isolated.enforcement()["processes"] == "none":
        pytest.fail("no limit was shown to hold")
    started = time.monotonic()
    end = shell(isolated, "b() { b | b & }; b; sleep 10", processes=40, wall_seconds=8)
    assert end.how == "processes"
    assert time.monotonic() - started < 8


def test_memory_is_bounded_for_all_processes_together(isolated: Sandbox) -> None:
    source = """
import os, time
for _ in range(8):
    if os.fork() == 0: break
keep = b"x" * (24 * 2**20)
time.sleep(10)
"""
    end = python(isolated, source, memory_mib=96, wall_seconds=8)
    assert end.how == "memory"
    assert end.wall_seconds < 6


def test_an_inode_bomb_is_stopped(isolated: Sandbox) -> None:
    end = shell(isolated, "i=0; while :; do i=$((i+1)); : > /tmp/$i; done", entries=3000, wall_seconds=15)
    assert end.how == "entries"


CONTROLLER = """
import sys
from sandbox.base import Limits, Order
from sandbox.registry import BACKENDS
sandbox = BACKENDS[sys.argv[1]]()
script = "setsid sleep 61 & sleep 62; : " + sys.argv[2]
print("starting", flush=True)
sandbox.run(Order(command=("/bin/sh", "-c", script), limits=Limits(wall_seconds=60)))
"""


def start_controller(name: str, mark: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CONTROLLER, name, mark]
    controller = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert controller.stdout is not None
    assert controller.stdout.readline() == b"starting\n"
    return controller


def test_killing_the_controller_leaves_nothing(sandbox: Sandbox) -> None:
    mark = new_mark()
    with start_controller(sandbox.name, mark) as controller:
        assert until(lambda: len(alive(mark)) > 1, 10)
        children = below(controller.pid)
        controller.send_signal(signal.SIGKILL)
    # those of a container are the engine's
    assert children or sandbox.name == "docker"
    assert until(lambda: not alive(mark) and not any(map(running, children)), 10)


def test_killing_the_controller_at_the_spawn_leaves_nothing() -> None:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, str(here / "killed_at_spawn.py"), "60"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parents[1]), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    under_way, left = map(int, done.stdout.split())
    assert under_way > 20
    assert left == 0


def test_a_killed_bwrap_is_no_verdict_of_ours_to_raise(bubblewrap: Sandbox) -> None:
    mark = new_mark()
    ends = []
    thread = threading.Thread(target=lambda: ends.append(shell(bubblewrap, f"sleep 30; : {mark}")))
    thread.start()
    assert until(lambda: alive(mark) != [], 10)
    launcher = [
        pid for pid in below(os.getpid()) if b"launcher.pyc" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    for pid in launcher:
        os.kill(pid, signal.SIGKILL)
    thread.join(10)
    assert ends[0].how == "vanished"
    assert until(lambda: alive(mark) == [], 5)
