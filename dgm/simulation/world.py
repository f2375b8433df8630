"""A world whose truth is known: who is born of whom with which ability, and what each agent solves."""

from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_LOWEST, _HIGHEST = -40.0, 40.0
_MERGE = 2**32 - 1
"""Parts the parents' keys in the key of a merge: no agent has so many children."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a world is like; abilities and difficulties in logits, rates in 0..1.

    A child's ability is its parent's + the parent's drift + Normal(`step`, `step_sd`); drift (what makes a
    lineage productive) starts at 0, keeps the share `drift_kept` of the parent's and adds Normal(0,
    `drift_sd`). `trade` in -1..1 correlates a child's step with its change of drift.
    """

    n_tasks: int = 60
    seed_skill: float = 0.3
    difficulty_sd: float = 2.0
    step: float = -0.1
    step_sd: float = 0.4
    drift_sd: float = 0.1
    drift_kept: float = 0.9
    trade: float = 0.0
    broken: float = 0.15
    """Share of children whose ability falls by `broken_by`; theirs inherit the fall."""
    broken_by: float = 4.0
    jump: float = 0.0
    """Share of children whose ability rises by `jump_by` besides."""
    jump_by: float = 2.0
    inherited: bool = True
    """False: every child starts from the seed agent's ability, whoever its parent is."""
    no_better: bool = False
    """True: no child is above its parent."""
    groups: int = 1
    """Groups of tasks that ask for different skills."""
    exchange_sd: float = 0.0
    """What a child trades of one skill for another, each group's share of a change that sums to 0."""
    mood_sd: float = 0.0
    """What an agent is better or worse at one group of tasks, not inherited."""
    grouped: float = 0.0
    """Share of the variance of difficulty that lies between the groups."""
    guess: float = 0.0
    slip: float = 0.0
    seconds_sd: float = 1.0
    """Standard deviation of the logarithm of how long an attempt takes."""
    failure_slower: float = 1.0
    """How many times as long as a success a failure takes."""


@dataclass(frozen=True, slots=True)
class _Agent:
    """`path` is the key of birth: the place among its siblings of each agent down from the seed's child.

    That of a merge is made of both parents' keys.
    """

    path: tuple[int, ...]
    ability: float
    skills: _Floats
    drift: float
    rates: _Floats
    luck: _Floats
    seconds: _Floats


class TermsWorld:
    """A world of `terms`. Agent 0 is the seed.

    Random numbers are common to all who play here: a child's are keyed by `seed`, its parent's key and its
    place among the parent's children, an attempt's by the agent's key and the task, so that what another
    policy does elsewhere in the tree changes nothing.
    """

    def __init__(self, terms: Terms, seed: int) -> None:
        self.terms, self._seed = terms, seed
        self.n_tasks = terms.n_tasks
        rng = self._source(())
        self._group = np.arange(self.n_tasks) % terms.groups
        between = rng.normal(size=terms.groups)[self._group] * terms.grouped**0.5
        within = rng.normal(size=self.n_tasks) * (1 - terms.grouped) ** 0.5
        self._difficulty = terms.difficulty_sd * (between + within)
        skills = np.zeros(terms.groups)
        self._agents = [self._made((), self._ability_of(terms.seed_skill), skills, 0.0, rng)]
        self._births = [0]

    def birth(self, parent: int) -> int:
        """A new child of `parent`; its index."""
        terms, origin = self.terms, self._agents[parent]
        path = (*origin.path, self._births[parent])
        self._births[parent] += 1
        rng = self._source(path)
        step, other, broken, jump = *rng.normal(size=2), *rng.random(2)
        base = origin if terms.inherited else self._agents[0]
        gain = terms.step + terms.step_sd * step
        gain = -abs(gain) if terms.no_better else gain + base.drift
        gain += terms.jump_by * (jump < terms.jump) - terms.broken_by * (broken < terms.broken)
        turn = terms.trade * step + (1 - terms.trade**2) ** 0.5 * other
        traded = rng.normal(size=terms.groups) * terms.exchange_sd
        child = self._made(
            path,
            base.ability + gain,
            base.skills + traded - traded.mean(),
            terms.drift_kept * base.drift + terms.drift_sd * turn,
            rng,
        )
        self._agents.append(child)
        self._births.append(0)
        return len(self._agents) - 1

    def merge(self, one: int, other: int) -> int:
        """A new child of both; its index. At each group of tasks it is as able as the better of them.

        It may be broken as any child; it takes no step of its own, and the mean of its parents' drifts. Where
        nothing is inherited it is as able as the seed agent.
        """
        terms, parents = self.terms, [self._agents[one], self._agents[other]]
        path = (*parents[0].path, _MERGE, *parents[1].path)
        rng = self._source(path)
        bases = parents if terms.inherited else self._agents[:1]
        level = np.max([base.ability + base.skills for base in bases], axis=0)
        ability = float(level.mean())
        drift = terms.drift_kept * float(np.mean([base.drift for base in bases]))
        fall = terms.broken_by * (rng.random() < terms.broken)
        self._agents.append(self._made(path, ability - fall, level - ability, drift, rng))
        self._births.append(0)
        return len(self._agents) - 1

    def attempt(self, agent: int, task: int) -> bool:
        """Whether the agent solves the task; the same each time."""
        one = self._agents[agent]
        return bool(one.luck[task] < one.rates[task])

    def skill(self, agent: int) -> float:
        """The agent's true mean solve rate over the tasks."""
        return float(self._agents[agent].rates.mean())

    def seconds(self, agent: int, task: int) -> float:
        """How long the attempt takes."""
        slower = 1.0 if self.attempt(agent, task) else self.terms.failure_slower
        return float(self._agents[agent].seconds[task]) * slower

    def _source(self, path: tuple[int, ...]) -> Generator:
        return Generator(PCG64(SeedSequence(self._seed, spawn_key=path)))

    def _made(
        self, path: tuple[int, ...], ability: float, skills: _Floats, drift: float, rng: Generator
    ) -> _Agent:
        # The seed agent has none, so that its skill is the one told.
        mood = rng.normal(size=self.terms.groups) * self.terms.mood_sd * bool(path)
        logits = ability + (skills + mood)[self._group] - self._difficulty
        rates = self._rates(logits)
        luck = rng.random(self.n_tasks)
        seconds = np.exp(self.terms.seconds_sd * rng.normal(size=self.n_tasks))
        return _Agent(path, ability, skills, drift, rates, luck, seconds)

    def _rates(self, logits: _Floats) -> _Floats:
        guess, slip = self.terms.guess, self.terms.slip
        return np.asarray(guess + (1 - guess - slip) / (1 + np.exp(-np.clip(logits, _LOWEST, _HIGHEST))))

    def _ability_of(self, skill: float) -> float:
        """The ability at which the mean rate is `skill`, or the nearest there is."""
        low, high = _LOWEST, _HIGHEST
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if self._rates(middle - self._difficulty).mean() < skill else (low, middle)
            )
        return high
