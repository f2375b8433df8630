"""What every backend must do, whatever it isolates."""

import os
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sandbox_orders import alive, new_mark, python, until

from sandbox.base import GATEWAY_SOCKET, Folder, Limits, Order, Sandbox, SandboxError
from sandbox.self_check import self_check
from sandbox.tree import File, Tree

ALWAYS = {
    "wall_seconds",
    "cpu_seconds",
    "memory_mib",
    "processes",
    "disk_mib",
    "entries",
    "output_bytes",
    "collected_bytes",
}


def test_every_limit_is_tried_and_held(sandbox: Sandbox) -> None:
    report = self_check(sandbox)
    assert {name for name in ALWAYS if not report.held[name]} == set(), report.seen
    assert set(report.held) == ALWAYS | {"network", "host_files", "host_uid"}


def test_files_go_in_and_come_back(sandbox: Sandbox) -> None:
    tree = Tree(
        {
            "plain.txt": b"one\n",
            "bin/tool": File(b"#!/bin/sh\n", executable=True),
            "large.bin": os.urandom(300_000),
            "empty": b"",
            "naïve/ünï.txt": "ü".encode(),
            "a b/c": b"space",
        }
    )
    end = python(sandbox, "pass", tree=tree)
    assert end.succeeded
    assert end.folders["/workspace"] == tree
    assert end.breaches == ()


def test_changes_come_back(sandbox: Sandbox) -> None:
    source = (
        "import os; os.remove('gone'); open('new','w').write('n'); os.chmod('new', 0o755); os.mkdir('hollow')"
    )
    end = python(sandbox, source, tree=Tree({"gone": b"", "kept": b"k"}))
    assert dict(end.folders["/workspace"]) == {"kept": File(b"k"), "new": File(b"n", executable=True)}


@pytest.mark.parametrize(
    ("source", "code"), [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.abort()", -6)]
)
def test_exit_codes(sandbox: Sandbox, source: str, code: int) -> None:
    end = python(sandbox, source)
    assert (end.how, end.code) == ("exited", code)


def test_a_command_that_is_not_there(sandbox: Sandbox) -> None:
    end = sandbox.run(Order(command=("/no/such/program",)))
    assert (end.how, end.code) == ("exited", 127)
    assert b"No such file" in end.output


def test_the_environment_is_the_orders_and_nothing_else(sandbox: Sandbox) -> None:
    os.environ["DGM_TEST_SECRET"] = "s3cret"
    try:
        end = python(sandbox, "import os; print(sorted(os.environ))")
    finally:
        del os.environ["DGM_TEST_SECRET"]
    names = set(eval(end.output, {"__builtins__": {}}))
    assert names - {"TMPDIR", "LC_CTYPE"} == {
        "HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "TZ", "WORKSPACE",
    }  # fmt: skip


def test_paths_are_found_through_the_environment(sandbox: Sandbox) -> None:
    end = python(
        sandbox, "import os; print(open(os.environ['WORKSPACE'] + '/f').read())", tree=Tree({"f": b"here"})
    )
    assert end.output == b"here\n"


def test_stdin_is_empty_and_both_outputs_are_kept_in_order(sandbox: Sandbox) -> None:
    source = "import sys; print(repr(sys.stdin.read()), flush=True); print('err', file=sys.stderr)"
    assert python(sandbox, source).output == b"''\nerr\n"


def test_pytest_is_there_and_dgm_is_not(sandbox: Sandbox) -> None:
    tree = Tree({"test_it.py": b"def test_it():\n    assert 6 * 7 == 42\n"})
    end = python(
        sandbox, "import pytest; raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider']))", tree=tree
    )
    assert end.succeeded, end.output
    for name in ("dgm", "sandbox", "benchmarks", "numpy", "git"):
        assert python(sandbox, f"import {name}").code == 1


def test_a_lent_socket_answers(sandbox: Sandbox) -> None:
    with tempfile.TemporaryDirectory(prefix="dgm-t-") as name:
        os.chmod(name, 0o755)
        folder = Path(name, "g")
        folder.mkdir(mode=0o700)
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(folder / "sock"))
            door.listen()

            def answer() -> None:
                caller, _ = door.accept()
                with caller:
                    caller.sendall(caller.recv(10).upper())

            thread = threading.Thread(target=answer)
            thread.start()
            source = (
                "import os,socket; s=socket.socket(socket.AF_UNIX); s.connect(os.environ['DOOR']); "
                "s.sendall(b'hello'); print(s.recv(10).decode())"
            )
            end = sandbox.run(
                Order(
                    command=(sandbox.python, "-c", source),
                    environment={"DOOR": GATEWAY_SOCKET},
                    socket_folder=folder,
                )
            )
            thread.join(5)
    assert end.output == b"HELLO\n", end


def test_time_waited_for_the_gateway_is_free(sandbox: Sandbox) -> None:
    def order(paused: float) -> Order:
        return Order(
            command=(sandbox.python, "-c", "import time; time.sleep(0.8)"),
            limits=Limits(wall_seconds=0.4),
            paused=lambda: paused,
        )

    assert sandbox.run(order(0.0)).how == "deadline"
    assert sandbox.run(order(5.0)).how == "exited"


def test_a_deadline_kills_what_ignores_signals_and_keeps_the_files(sandbox: Sandbox) -> None:
    source = (
        "import signal,time\nfor s in (15, 2, 1): signal.signal(s, signal.SIG_IGN)\n"
        "open('progress','w').write('half')\nprint('on', flush=True)\ntime.sleep(60)"
    )
    end = python(sandbox, source, wall_seconds=0.7)
    assert (end.how, end.code) == ("deadline", None)
    assert 0.6 < end.wall_seconds < 3
    assert end.output == b"on\n"
    assert end.folders["/workspace"]["progress"].data == b"half"


def test_output_keeps_head_and_tail(sandbox: Sandbox) -> None:
    end = python(sandbox, "print('head'); print('x' * 2_000_000); print('tail')")
    assert end.succeeded
    assert len(end.output) <= 256 * 1024
    assert end.output.startswith(b"head\n")
    assert end.output.endswith(b"tail\n")
    assert b"bytes left out" in end.output


def test_a_gigabyte_of_output_is_stopped(sandbox: Sandbox) -> None:
    end = python(sandbox, "import os\nwhile True: os.write(1, b'x' * 65536)", output_bytes=4 * 2**20)
    assert end.how == "output"
    assert end.wall_seconds < 10


@pytest.mark.parametrize("forks", [1, 2])
def test_no_descendant_survives(sandbox: Sandbox, forks: int) -> None:
    mark = new_mark()
    source = f"""
import os, sys, time, subprocess
for _ in range({forks}):
    if os.fork():
        time.sleep(0.2)
        os._exit(0)
    os.setsid()
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]])
time.sleep(60)
"""
    end = python(sandbox, source, mark)
    assert end.how == "exited"
    assert alive(mark) == []


def test_a_command_that_kills_its_parent_harms_only_itself(sandbox: Sandbox) -> None:
    mark = new_mark()
    source = """
import os, signal, subprocess, sys, time
os.kill(os.getppid(), signal.SIGKILL)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]], start_new_session=True)
time.sleep(1)
"""
    end = python(sandbox, source, mark)
    # pid 1 of a namespace of its own can't be killed from inside of it
    assert end.how == ("vanished" if sandbox.name == "process" else "exited")
    assert until(lambda: alive(mark) == [], 5)


def test_a_read_only_folder_comes_back_as_it_was(sandbox: Sandbox) -> None:
    tree = Tree({"a": b"1", "d/b": File(b"2", executable=True)})
    source = "import os; a = os.environ['A']; print(open(a + '/d/b').read(), flush=True); open(a + '/a', 'w')"
    end = sandbox.run(
        Order(
            command=(sandbox.python, "-c", source),
            folders={"/agent": Folder(tree, collect=True)},
            environment={"A": "/agent"},
        )
    )
    assert end.code == 1
    assert end.output.startswith(b"2\n")
    assert end.folders["/agent"] == tree


def test_junk_stays_out_unless_it_was_there(sandbox: Sandbox) -> None:
    source = """
import os
for d in ("__pycache__", ".venv", "pkg/__pycache__"):
    os.makedirs(d, exist_ok=True); open(d + "/m.pyc", "w").close()
open(".vscode/new.json", "w").close()
"""
    tree = Tree({".vscode/settings.json": b"{}", "pkg/m.py": b""})
    end = python(sandbox, source, tree=tree)
    assert set(end.folders["/workspace"]) == {".vscode/settings.json", "pkg/m.py"}


def test_a_tree_larger_than_its_disk_is_our_error(sandbox: Sandbox) -> None:
    tree = Tree({"f": bytes(3 * 2**20)})
    order = Order(
        command=("/bin/true",), folders={"/workspace": Folder(tree, writable=True)}, limits=Limits(disk_mib=1)
    )
    with pytest.raises(SandboxError, match="more than its disk"):
        sandbox.run(order)


def test_many_at_once(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(6) as pool:
        ends = [pool.submit(python, sandbox, f"open('n', 'w').write('{n}')") for n in range(12)]
    assert [end.result().folders["/workspace"]["n"].data for end in ends] == [b"%d" % n for n in range(12)]
