"""The choice of a sandbox fails closed, and says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import owner, registry
from sandbox.base import Order, Sandbox, SandboxError
from sandbox.cgroup import PREFIX, Cgroups
from sandbox.container import DockerSandbox
from sandbox.engine import Engine, NoEngine
from sandbox.images.debian import mirror
from sandbox.process import ProcessSandbox, substituted
from sandbox.registry import BACKENDS, SandboxUnavailable, open_sandbox
from sandbox.slots import held_uid
from tests.without_engine import BACKENDS_WITHOUT_ENGINE, environment


def test_auto_isolates_where_it_can() -> None:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as sandbox:
        assert sandbox.name == "bubblewrap"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no sandbox is called 'dokcer'"):
        open_sandbox("dokcer")


class Broken(ProcessSandbox):
    """A backend that can't start here."""

    name = "bubblewrap"

    def __init__(self) -> None:
        raise SandboxError("there is no bwrap")


BROKEN = {"bubblewrap": Broken, "process": ProcessSandbox}


def test_without_isolation_untrusted_code_is_refused() -> None:
    with pytest.raises(SandboxUnavailable, match="there is no bwrap"):
        open_sandbox("auto", trusted=False, backends=BROKEN)


def test_without_isolation_trusted_code_runs_and_it_is_said() -> None:
    told: list[str] = []
    with open_sandbox("auto", trusted=True, notice=told.append, backends=BROKEN) as sandbox:
        assert sandbox.name == "process"
    assert len(told) == 1
    assert "there is no bwrap" in told[0]


REFUSED = """
from sandbox.base import Order
from sandbox.registry import SandboxUnavailable, open_sandbox
try:
    open_sandbox("auto")
except SandboxUnavailable as error:
    print("refused:", error)
with open_sandbox("auto", trusted=True, notice=lambda text: print("notice:", *text.split())) as sandbox:
    print(sandbox.name, sandbox.run(Order(command=("/bin/echo", "ran"))).output)
"""


def test_where_namespaces_are_refused() -> None:
    program = Path(__file__).with_name("without_namespaces.py")
    command = [sys.executable, str(program), REFUSED]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=root, env=environment(), capture_output=True, text=True, check=True, timeout=60
    )
    refused, notice, ran = done.stdout.splitlines()
    assert "user namespaces are off" in refused
    assert "user namespaces are off" in notice
    assert ran == "process b'ran\\n'"


def test_the_cause_is_named(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text("Seccomp:\t2\n")
    refused = "bwrap: No permissions to create new namespace"
    assert "seccomp" in registry.known_cause(refused, tmp_path)
    assert "/proc is masked" in registry.known_cause("bwrap: Can't mount proc on /newroot/proc", tmp_path)
    (tmp_path / "sys/kernel").mkdir(parents=True)
    (tmp_path / "sys/kernel/apparmor_restrict_unprivileged_userns").write_text("1\n")
    assert "AppArmor" in registry.known_cause("bwrap: setting up uid map: Permission denied", tmp_path)


def test_paths_are_substituted_only_whole() -> None:
    places = {"/agent": "/tmp/x/agent", "/tmp": "/tmp/x/tmp"}
    for text, expected in {
        "/agent": "/tmp/x/agent",
        "/agent/a.py:/tmp/b": "/tmp/x/agent/a.py:/tmp/x/tmp/b",
        "/agents /my/agent agent": "/agents /my/agent agent",
        "cd '/agent' && ls": "cd '/tmp/x/agent' && ls",
    }.items():
        assert substituted(text, places) == expected


def test_no_two_orders_share_a_uid(tmp_path: Path) -> None:
    with held_uid(tmp_path) as first, held_uid(tmp_path) as second:
        if os.geteuid() == 0:
            assert first is not None
            assert second is not None
            assert first != second
        else:
            assert first is second is None


def test_a_label_tells_whether_its_process_lives() -> None:
    assert not owner.abandoned("dgm-" + owner.label())
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    gone = f"{pid:08x}{1:016x}{0:08x}"
    assert owner.abandoned("dgm-" + gone)
    assert not owner.abandoned("dgm-of-someone-else")


def test_groups_are_removed(bubblewrap: Sandbox) -> None:
    groups = Cgroups.found()
    if groups is None:
        assert bubblewrap.enforcement()["memory_mib"] != "enforced"
        return
    mine = PREFIX + f"{os.getpid():08x}"
    assert [folder for parent in groups.parents for folder in parent.glob(mine + "*")] == []
    stale = groups.parents[0] / f"{PREFIX}{2**22 + 5:08x}{1:016x}{0:08x}"
    stale.mkdir()
    groups.clear_stale()
    assert not stale.exists()


def test_where_no_engine_answers_it_is_used_neither_silently_nor_by_name() -> None:
    backends = {**BACKENDS, "docker": lambda: DockerSandbox(Engine("unix:///no/engine"))}
    told: list[str] = []
    with open_sandbox("auto", notice=told.append, backends=backends) as sandbox:
        assert (sandbox.name, told) == ("bubblewrap", [])
    with pytest.raises(SandboxUnavailable, match="no container engine answers at unix:///no/engine"):
        open_sandbox("docker", backends=backends)


def test_an_engine_that_can_not_be_spoken_to_is_told_with_a_mend() -> None:
    with pytest.raises(NoEngine, match="mend: forward its socket"):
        Engine("ssh://host")


def test_a_backend_without_images_refuses_one(bubblewrap: Sandbox) -> None:
    with pytest.raises(SandboxError, match="bubblewrap has no images"):
        bubblewrap.run(Order(("/bin/true",), image="python:3.6"))


def test_a_mark_is_judged_only_on_its_own_machine() -> None:
    mine = owner.mark()
    machine, boot, process = mine.split("-")
    dead = f"{2**22 + 9:08x}{1:016x}{0:08x}"
    assert not owner.forsaken(mine)
    assert owner.forsaken(f"{machine}-{boot}-{dead}")
    assert owner.forsaken(f"{machine}-{'0' * 32}-{process}")
    assert not owner.forsaken(f"{'0' * 16}-{boot}-{dead}")
    assert not owner.forsaken("somebody else's")


LINES = "# deb http://old/debian bookworm main\ndeb [arch=amd64] http://near/debian bookworm main contrib\n"
STANZAS = """Types: deb
# http://said/once
URIs: http://near/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://security/debian
Suites: bookworm-security
Components: main
"""


@pytest.mark.parametrize(
    ("name", "text"), [("sources.list", LINES), ("sources.list.d/debian.sources", STANZAS)]
)
def test_the_mirror_is_the_machines_own(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert mirror(tmp_path, "bookworm") == "http://near/debian"
    with pytest.raises(SandboxError, match="no source of trixie"):
        mirror(tmp_path, "trixie")
