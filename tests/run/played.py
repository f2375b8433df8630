"""A run without agents, sandboxes or models: a real search and journal, births and verdicts of a world."""

from archive.events import AgentId, Born, End, Scored, Started, Stopped
from archive.memory import MemoryArchive
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.policy import POLICIES
from dgm.report.facts import Facts, facts
from dgm.run_toml import read, to_toml
from dgm.search import Plan, Search
from dgm.simulate import World
from sandbox.tree import Tree
from tests.search.world import NOTHING, tasks


def born(archive: MemoryArchive, number: int, parents: tuple[AgentId, ...]) -> Born:
    """An agent of that number, committed; its birth is for the caller to record."""
    tree = Tree({"name": str(number).encode()})
    agent = archive.commit(number, parents, tree, "an agent", number)
    return Born(number, agent, number, parents, tree.hash, archive.put(b"an agent"))


class Played:
    """What its search asked of `world`, as a journal; of one that goes on, `tickets` were asked."""

    def __init__(
        self, world: World, policy: str, evaluations: int, seed: int = 0, tickets: int | None = None
    ) -> None:
        config = read(None, [f"search.policy={policy}", f"budget.evaluations={evaluations}", f"seed={seed}"])
        self.archive, self.world = MemoryArchive(), world
        said = self.archive.put(to_toml(config).encode())
        self.archive.record(Started("run", seed, 0, said, "simulated", "0" * 64, {}))
        names = tasks(world.n_tasks)
        chosen = POLICIES[policy](config.search.settings)
        self.search = search = Search(chosen, names, [], Plan(evaluations), seed)
        self.index: dict[AgentId, int] = {}
        root = self._born(0, (), 0)
        self.archive.record(root)
        search.tell(root)
        while tickets != 0 and (ticket := search.ask()) is not None:
            tickets = None if tickets is None else tickets - 1
            self.archive.record(ticket.asked(0))
            end = self._end(ticket)
            self.archive.record(end)
            search.tell(end)
        if tickets is None:
            self.archive.record(Stopped("done", search.champion().agent))

    @property
    def known(self) -> Facts:
        return facts(self.archive)

    def _end(self, ticket: Ticket) -> End:
        match ticket.job:
            case Expand(parent):
                return self._born(ticket.number, (parent,), self.world.birth(self.index[parent]))
            case Evaluate(agent, task):
                won = self.world.attempt(self.index[agent], int(task[1:]))
                verdict = "resolved" if won else "unresolved"
                return Scored(ticket.number, agent, task, "search", verdict, "", NOTHING, NOTHING)  # type: ignore[arg-type]

    def _born(self, number: int, parents: tuple[AgentId, ...], index: int) -> Born:
        event = born(self.archive, number, parents)
        self.index[event.agent] = index
        return event
