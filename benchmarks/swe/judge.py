"""What swebench makes of a log: `judge.py` with an inquiry as JSON on stdin answers with JSON on stdout.

Runs as a program of its own, in a folder of its own: a log is what untrusted code printed, and a parser that
never comes to an end of it can be ended here. Of swebench only types, parsers and grading are loaded; its
package `harness` would load data sets and a cloud's client along, for ten times as long.
"""

import json
import sys
import types
from importlib import metadata
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer one inquiry."""
    json.dump(_answer(json.load(sys.stdin)), sys.stdout)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    import swebench

    # Stands in for the package's own start, which imports what grading has no use for.
    harness = types.ModuleType("swebench.harness")
    harness.__path__ = [str(Path(swebench.__path__[0], "harness"))]
    sys.modules["swebench.harness"] = harness
    from swebench.harness import grading
    from swebench.types import TestSpec

    spec = TestSpec(**asked["spec"])
    log = Path("test_output.txt")
    log.write_text(asked["log"])
    prediction = {"instance_id": spec.instance_id, "model_name_or_path": "dgm", "model_patch": "given"}
    report = grading.get_eval_report(spec, prediction, str(log), include_tests_status=True)[spec.instance_id]
    found, parsed = grading.get_logs_eval(spec, str(log))
    answer = {
        "swebench": metadata.version("swebench"),
        "parsed": parsed,
        "resolved": report["resolved"],
        "why": report.get("infra_failure_reason", ""),
        "canaries": {name: found.get(name) for name in asked["canaries"]},
        "tests": {},
        "resolved_by_whole_ids": False,
    }
    if parsed:
        whole = {**found, **_whole_ids(asked["log"], spec)}
        needed = {"FAIL_TO_PASS": spec.FAIL_TO_PASS, "PASS_TO_PASS": spec.PASS_TO_PASS}
        tests = grading.get_eval_tests_report(whole, needed, eval_type=grading.EvalType(spec.eval_type))
        full = grading.ResolvedStatus.FULL.value
        answer["resolved_by_whole_ids"] = grading.get_resolution_status(tests) == full
        for kind in needed:
            answer["tests"] |= dict.fromkeys(tests[kind]["success"], "passed")
            for name in tests[kind]["failure"]:
                answer["tests"][name] = whole.get(name, "missing").lower()
    return answer


def _whole_ids(log: str, spec: Any) -> dict[str, str]:
    """The outcomes of needed tests whose ids hold a space, where pytest's parsers cut a line at the first."""
    from swebench.harness.log_parsers import PARSER_REGISTRY, python

    cutting = {python.parse_log_pytest, python.parse_log_pytest_options, python.parse_log_pytest_v2}
    if PARSER_REGISTRY[spec.log_parser] not in cutting:
        return {}
    spaced = {name for name in (*spec.FAIL_TO_PASS, *spec.PASS_TO_PASS) if len(name.split()) > 1}
    outcomes: dict[str, str] = {}
    for line in log.splitlines() if spaced else ():
        status, _, rest = line.partition(" ")
        if status in {"PASSED", "FAILED", "ERROR", "XFAIL", "SKIPPED"}:
            named = {name for name in spaced if rest == name or rest.startswith(f"{name} - ")}
            outcomes |= dict.fromkeys(named, status)
    return outcomes


if __name__ == "__main__":
    main()
