"""Who descends from whom: a directed graph of agents, grown by one birth at a time."""

import threading
from collections.abc import Iterable
from typing import TypeAlias

import networkx as nx

from archive.base import ArchiveError
from archive.events import AgentId

SHORTEST_PREFIX = 4
LONGEST_NUMBER = 18
SHOWN = 5
Graph: TypeAlias = "nx.DiGraph[AgentId]"


class Lineage:
    """Agents in birth order with their parents. Thread-safe; answers are copies.

    Asking about an agent that was never added raises `ArchiveError`.
    """

    def __init__(self) -> None:
        self._graph: nx.DiGraph[AgentId] = nx.DiGraph()
        self._ordinals: dict[AgentId, int] = {}
        self._agents: dict[int, AgentId] = {}
        self._lock = threading.RLock()

    def add(self, agent: AgentId, ordinal: int, parents: Iterable[AgentId]) -> None:
        """Add a newborn.

        Raises:
            ArchiveError: the agent or its ordinal is there already, or a parent is not.
        """
        parents = tuple(parents)
        with self._lock:
            if agent in self._ordinals:
                raise ArchiveError(f"agent {agent[:12]} is already born, as number {self._ordinals[agent]}")
            if ordinal in self._agents:
                raise ArchiveError(f"number {ordinal} is already agent {self._agents[ordinal][:12]}")
            for parent in parents:
                self._known(parent)
            self._ordinals[agent] = ordinal
            self._agents[ordinal] = agent
            self._graph.add_node(agent)
            self._graph.add_edges_from((parent, agent) for parent in parents)

    def __contains__(self, agent: object) -> bool:
        return agent in self._ordinals

    def __len__(self) -> int:
        return len(self._ordinals)

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """Every agent, in birth order."""
        with self._lock:
            return tuple(self._ordinals)

    @property
    def roots(self) -> tuple[AgentId, ...]:
        """The agents without parents, in birth order."""
        with self._lock:
            return tuple(agent for agent in self._ordinals if not self._graph.pred[agent])

    def ordinal(self, agent: AgentId) -> int:
        """The number of the ticket that made `agent`."""
        self._known(agent)
        return self._ordinals[agent]

    def agent(self, ordinal: int) -> AgentId | None:
        """The agent with that number."""
        return self._agents.get(ordinal)

    def parents(self, agent: AgentId) -> tuple[AgentId, ...]:
        """What `agent` was made from, in the order its birth names them."""
        with self._lock:
            self._known(agent)
            return tuple(self._graph.pred[agent])

    def children(self, agent: AgentId) -> tuple[AgentId, ...]:
        """What was made from `agent`, in birth order."""
        with self._lock:
            self._known(agent)
            return tuple(self._graph.succ[agent])

    def ancestors(self, agent: AgentId) -> tuple[AgentId, ...]:
        """Everything `agent` descends from, in birth order."""
        with self._lock:
            self._known(agent)
            return self._by_birth(nx.ancestors(self._graph, agent))

    def clade(self, agent: AgentId) -> tuple[AgentId, ...]:
        """`agent` and all its descendants, in birth order."""
        with self._lock:
            self._known(agent)
            return self._by_birth({agent, *nx.descendants(self._graph, agent)})

    def depth(self, agent: AgentId) -> int:
        """Births between `agent` and its nearest root; a root has 0."""
        with self._lock:
            self._known(agent)
            distances = nx.single_source_shortest_path_length(self._graph.reverse(copy=False), agent)
            return min(distance for other, distance in distances.items() if not self._graph.pred[other])

    def common_ancestor(self, one: AgentId, other: AgentId) -> AgentId | None:
        """The youngest agent both descend from; an agent counts among its own ancestors."""
        with self._lock:
            shared = {one, *self.ancestors(one)} & {other, *self.ancestors(other)}
            return self._by_birth(shared)[-1] if shared else None

    def graph(self) -> Graph:
        """A copy as a networkx graph, edges from parent to child."""
        with self._lock:
            return self._graph.copy()

    def resolve(self, text: str) -> AgentId:
        """The agent a person means by a number or by the first digits (4 or more) of a commit.

        Raises:
            ArchiveError: no agent, or more than one, answers to `text`.
        """
        wanted = text.strip().lower()
        said = repr(text[:60])
        with self._lock:
            if wanted.isdecimal() and len(wanted) <= LONGEST_NUMBER and int(wanted) in self._agents:
                return self._agents[int(wanted)]
            long_enough = len(wanted) >= SHORTEST_PREFIX
            matches = [agent for agent in self._ordinals if long_enough and agent.startswith(wanted)]
            if len(matches) == 1:
                return matches[0]
            if matches:
                named = ", ".join(
                    f"{agent[:12]} (number {self._ordinals[agent]})" for agent in matches[:SHOWN]
                )
                raise ArchiveError(f"agent {said} matches {len(matches)}: {named}; give more digits")
            if not self._agents:
                raise ArchiveError(f"no agent {said}: none is born yet")
            raise ArchiveError(
                f"no agent {said}: give a number that `dgm tree` shows (the last is {max(self._agents)}), "
                f"or at least {SHORTEST_PREFIX} digits of a commit"
            )

    def _known(self, agent: AgentId) -> None:
        if agent not in self._ordinals:
            raise ArchiveError(f"agent {str(agent)[:12]!r} is not in this run")

    def _by_birth(self, agents: Iterable[AgentId]) -> tuple[AgentId, ...]:
        order = {agent: place for place, agent in enumerate(self._ordinals)}
        return tuple(sorted(agents, key=order.__getitem__))
