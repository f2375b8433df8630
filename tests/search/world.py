"""A simulated world with known truth, driving a search without agents, sandboxes or models."""

import hashlib

from archive.events import AgentId, Born, Digest, End, Failed, Rejected, Scored, TaskId, Usage
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.search import Search
from sandbox.tree import TreeHash


def agent_id(name: object) -> AgentId:
    return AgentId(hashlib.sha1(str(name).encode()).hexdigest())


NOTHING = Digest("0" * 64)
ROOT = agent_id("root")


def born(ticket: int, parents: tuple[AgentId, ...]) -> Born:
    agent = ROOT if ticket == 0 else agent_id(ticket)
    return Born(ticket, agent, ticket, parents, TreeHash(agent), NOTHING)


def scored(ticket: Ticket, *, resolved: bool, split: str = "search", tokens: int = 0) -> Scored:
    assert isinstance(ticket.job, Evaluate)
    verdict = "resolved" if resolved else "unresolved"
    job, usage = ticket.job, Usage(1, tokens)
    return Scored(ticket.number, job.agent, job.task, split, verdict, "", NOTHING, NOTHING, usage)


def rejected(ticket: Ticket) -> Rejected:
    assert isinstance(ticket.job, Expand)
    return Rejected(ticket.number, (ticket.job.parent,), None, "no", NOTHING)


def failed(ticket: Ticket) -> Failed:
    return Failed(ticket.number, "ours", "broke")


def tasks(count: int, prefix: str = "t") -> list[TaskId]:
    return [TaskId(f"{prefix}{index}") for index in range(count)]


class World:
    """Each child's skill is its parent's plus one; an agent resolves a task if its skill beats the index."""

    def __init__(self, search: Search, *, rejects: bool = False, child_tokens: int = 100) -> None:
        self.search = search
        self.rejects, self.child_tokens = rejects, child_tokens
        self.skill = {ROOT: 0}
        search.tell(born(0, ()))

    def end_of(self, ticket: Ticket) -> End:
        match ticket.job:
            case Expand(parent):
                if self.rejects:
                    return rejected(ticket)
                end = born(ticket.number, (parent,))
                self.skill[end.agent] = self.skill[parent] + 1
                return end
            case Evaluate(agent, task):
                resolved = self.skill[agent] > int(task[1:])
                split = "held_out" if ticket.purpose == "held_out" else "search"
                tokens = 100 if agent == ROOT else self.child_tokens
                return scored(ticket, resolved=resolved, split=split, tokens=tokens)
