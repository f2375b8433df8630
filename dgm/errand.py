"""An agent sent to mend a repository of the user's, outside of any run."""

from dataclasses import dataclass, replace

from benchmarks.task import Task
from benchmarks.visible import Visible, visible
from dgm.gateway import Unbounded
from dgm.models.base import Model
from dgm.session import Ran, Session, Terms
from dgm.worker import work
from sandbox.tree import Change, Tree

UNTOUCHED = Change(Tree(), frozenset())


@dataclass(frozen=True, slots=True)
class Errand:
    """What came of it. The repository's own tests are counted without the agent's change and with it."""

    ran: Ran
    change: Change
    tests_before: Visible
    tests_after: Visible

    @property
    def said(self) -> str:
        """The last line that the agent printed: untrusted."""
        lines = self.ran.exit.output[-2000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def send(session: Session, agent: Tree, repository: Tree, issue: str, model: Model, terms: Terms) -> Errand:
    """Let `agent` work on `repository`; raises as `Session.solve` does."""
    roomy = _roomier(terms, repository)
    ran = session.solve(agent, repository, issue, {"id": "issue"}, model, roomy, Unbounded())
    change = work(repository, ran.after)
    task = Task("issue", "search", issue, repository, UNTOUCHED, Tree(), (), ())
    if not change:
        return Errand(ran, change, Visible(), Visible())
    before, after = (visible(task, each, session.sandbox) for each in (UNTOUCHED, change))
    return Errand(ran, change, before, after)


def _roomier(terms: Terms, repository: Tree) -> Terms:
    """Terms for a repository that may be larger than any task: its files, git's objects, and a copy."""
    limits, size = terms.limits, 3 * repository.size
    return replace(
        terms,
        limits=replace(
            limits,
            memory_mib=limits.memory_mib + size // 2**20,
            disk_mib=limits.disk_mib + size // 2**20,
            entries=limits.entries + 4 * len(repository),
            collected_bytes=limits.collected_bytes + size,
        ),
    )
