"""What swebench's own harness needs of a task: the image it runs in and the script that prints its tests."""

import hashlib

from benchmarks.task import Task

PYTEST = "8.4.2"


def image_name(task: str) -> str:
    """The name swebench derives from an instance's id."""
    return f"swebench/sweb.eval.x86_64.{task}:latest".lower().replace("__", "_1776_")


def dockerfile() -> str:
    """An image with the repository at /testbed, one commit and no later history."""
    return (
        "FROM python:3.11-slim\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends git patch"
        " && rm -rf /var/lib/apt/lists/*\n"
        f"RUN pip install --no-cache-dir pytest=={PYTEST}\n"
        "WORKDIR /testbed\n"
        "ADD repository.tar.gz /testbed/\n"
        "RUN git init -q . && git add -A -f"
        ' && git -c user.name=dgm -c user.email=dgm@localhost commit -q -m "base"\n'
    )


def eval_script(task: Task, test_patch: bytes) -> str:
    """Adds the hidden tests, runs theirs and those that must go on passing, and takes them away again."""
    patch = test_patch.decode()
    end = f"EOF_{hashlib.sha256(test_patch).hexdigest()[:12]}"
    files = sorted({test.partition("::")[0] for test in (*task.fail_to_pass, *task.pass_to_pass)})
    quoted = " ".join("'" + file.replace("'", "'\\''") + "'" for file in files)
    settings = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONHASHSEED=0 TZ=UTC LC_ALL=C.UTF-8 PYTHONPATH=.:src"
    return (
        "#!/bin/bash\n"
        "set -uxo pipefail\n"
        "cd /testbed\n"
        "git config --global --add safe.directory /testbed\n"
        f"git apply -v - <<'{end}'\n{patch}{'' if patch.endswith(chr(10)) else chr(10)}{end}\n"
        ": '>>>>> Start Test Output'\n"
        f"{settings} python -m pytest -rA -p no:cacheprovider {quoted}\n"
        ": '>>>>> End Test Output'\n"
        f"git apply -R - <<'{end}'\n{patch}{'' if patch.endswith(chr(10)) else chr(10)}{end}\n"
    )
