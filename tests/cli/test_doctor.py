"""`dgm doctor` where sandboxes work, and where the kernel refuses them."""

import json
import subprocess
import sys

import pytest

from sandbox.base import Limits
from sandbox.registry import BACKENDS
from tests.cli.command import ROOT, dgm
from tests.without_engine import environment

DOCTOR = "import sys\nfrom dgm.cli import main\nsys.argv[1:] = ['doctor'{}]\nmain()\n"


def refused(words: str = "") -> subprocess.CompletedProcess[str]:
    """The doctor's word where no user namespace may be made."""
    program = ROOT / "tests/sandbox/without_namespaces.py"
    command = [sys.executable, str(program), DOCTOR.format(words)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def test_every_promise_of_every_sandbox_is_tried() -> None:
    done = dgm("doctor", "--json")
    facts = json.loads(done.stdout)
    assert done.returncode == (0 if facts["isolates"] else 1)
    assert set(facts["sandboxes"]) == set(BACKENDS)
    for found in facts["sandboxes"].values():
        if found["works"]:
            assert {"network", "host_files", "host_uid"} < found["promises"].keys()
            assert found["promises"].keys() - {"network", "host_files", "host_uid"} == set(Limits.__slots__)
        else:
            assert found["fault"]
    assert facts["sandboxes"]["process"]["promises"]["network"] == "none"
    assert facts["programs"]["git"]["works"]
    assert facts["disk"]["runs"]["free_bytes"] > 0


def test_what_is_refused_is_told_with_its_cause_and_the_code_is_one() -> None:
    done = refused(", '--json'")
    facts = json.loads(done.stdout)
    assert done.returncode == 1
    assert facts["isolates"] is False
    assert facts["sandboxes"]["process"]["works"]
    assert "user namespaces are off: raise the sysctl" in facts["sandboxes"]["bubblewrap"]["fault"]
    told = refused()
    assert told.returncode == 1
    assert "No sandbox that isolates works" in told.stdout
    assert "Traceback" not in told.stderr


@pytest.mark.docker
def test_an_engine_is_told_of_and_its_limits_tried() -> None:
    command = [sys.executable, "-m", "dgm", "doctor", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    facts = json.loads(done.stdout)
    told = facts["programs"]["container engine"]
    assert told["works"]
    assert all(word in told["what"] for word in ("storage ", "rootless", "cgroup v", "image sha256:"))
    assert facts["disk"]["engine"]["free_bytes"] > 0
    promises = facts["sandboxes"]["docker"]["promises"]
    held = ("network", "host_files", "host_uid", "memory_mib", "processes", "disk_mib", "entries")
    assert {name: promises[name] for name in held} == dict.fromkeys(held, "enforced")
