"""Null, gold and tamperer on the own-written exercises in every language whose toolchain works here.

Names the languages that could not be tried. Toolchains are this machine's, as bubblewrap lends them. Of
another checkout: `polyglot_languages.py PATH [LANGUAGE...]`.
"""

import sys
import time
from pathlib import Path

from benchmarks.floor import tamperer
from benchmarks.grade import grade
from benchmarks.polyglot.grading import toolchain_works
from benchmarks.polyglot.languages import LANGUAGES
from benchmarks.polyglot.suite import Polyglot
from sandbox.registry import open_sandbox
from sandbox.tree import Change, Tree

OWN = Path(__file__).resolve().parents[1] / "benchmarks" / "exercises"


def main() -> int:
    """1 if a control of any exercise did not give what it should."""
    suite = Polyglot(Path(sys.argv[1]) if len(sys.argv) > 1 else OWN)
    wanted = set(sys.argv[2:]) or {task.language for task in suite.tasks.values()}
    wrong = 0
    with open_sandbox("bubblewrap") as sandbox:
        for name in sorted(wanted):
            found = "pytest" if name not in LANGUAGES else toolchain_works(name, sandbox)
            print(f"{name}: {found or 'no toolchain works in the sandbox; not tried'}", flush=True)
            for task in suite.tasks.values() if found else ():
                if task.language != name:
                    continue
                started = time.monotonic()
                changes = (Change(Tree(), frozenset()), task.gold, tamperer(task))
                grades = [grade(task, change, sandbox) for change in changes]
                seconds = (time.monotonic() - started) / len(grades)
                ok = [one.verdict for one in grades] == ["unresolved", "resolved", "unresolved"]
                wrong += not ok
                told = ", ".join(
                    f"{how}: {one.reason}" for how, one in zip(("null", "gold", "cheat"), grades, strict=True)
                )
                print(f"  {'ok' if ok else 'WRONG'} {task.id} ({seconds:.1f} s a grade; {told})", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
