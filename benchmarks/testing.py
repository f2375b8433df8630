"""Running tests by our rules in a fresh sandbox, and the report that comes back."""

from collections.abc import Mapping

from benchmarks.junit import ReportError, TestOutcome, outcomes
from sandbox.base import Exit, Folder, Limits, Order
from sandbox.tree import Tree

REPOSITORY = "/repository"
_CONFIG = b"[pytest]\naddopts =\npythonpath = . src\ntestpaths =\n"
_ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}


def tests_order(tree: Tree, tests: tuple[str, ...], python: str, nonce: str, seconds: float) -> Order:
    """Runs `tests` (files, node ids or options) by our rules; the report comes back as `/out/<nonce>.xml`."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", f"dgm_{nonce}.ini"]
    command += ["--rootdir", REPOSITORY, "-o", "junit_family=xunit1", "--junitxml", f"/out/{nonce}.xml"]
    return Order(
        command=(*command, *tests),
        folders={
            # The report first: what the tests leave in the repository must not use up its room.
            "/out": Folder(writable=True, collect=True),
            REPOSITORY: Folder(tree.overlaid({f"dgm_{nonce}.ini": _CONFIG}), writable=True, collect=True),
        },
        cwd=REPOSITORY,
        environment=_ENVIRONMENT,
        limits=Limits(
            wall_seconds=seconds, cpu_seconds=seconds, disk_mib=128, collected_bytes=tree.size + 2**26
        ),
    )


def reported(ended: Exit, nonce: str) -> Mapping[str, TestOutcome]:
    """The outcome of each test by node id, from the report that `tests_order` asked for.

    Raises:
        ReportError: there is none, or not one to be believed.
    """
    report = ended.folders.get("/out", Tree()).get(f"{nonce}.xml")
    if report is None:
        raise ReportError(f"no test report (exit code {ended.code})")
    return outcomes(report.data)
