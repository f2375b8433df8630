"""Time of a policy's decision at 100, 1,000 and 10,000 agents, against gathering every clade by recursion.

`python tests/perf/decision_time.py`; exits 1 past a target. Agents have 20 outcomes each, on 60 tasks. The
time of `phylo` is amortised: that of a fit is spread over the outcomes until the next one.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.random import PCG64, Generator

from archive.events import AgentId, TaskId
from dgm.clades import Tally
from dgm.policy.base import Outcomes, Policy, View
from dgm.policy.hgm import Hgm
from dgm.policy.phylo.beliefs import CHAIN, Beliefs, fitted_counts
from dgm.policy.phylo.policy import Phylo

SIZES = (100, 1_000, 10_000)
OUTCOMES_EACH, TASKS = 20, 60
HGM_MS, PHYLO_MS, TIMES_FASTER = 2.0, 20.0, 100.0
COMPARED_AT = 3_000


def view_of(size: int) -> View:
    """A random tree whose agents met random tasks."""
    rng = Generator(PCG64(size))
    parents = [()] + [(int(rng.integers(max(0, agent - 200), agent)),) for agent in range(1, size)]
    count = size * OUTCOMES_EACH
    task = np.concatenate([rng.permutation(TASKS)[:OUTCOMES_EACH] for _ in range(size)])
    agent = np.repeat(np.arange(size), OUTCOMES_EACH)
    resolved = rng.random(count) < 0.3
    own = Tally(np.bincount(agent[resolved], minlength=size), np.bincount(agent[~resolved], minlength=size))
    sums = [own.resolved.copy(), own.unresolved.copy()]
    for child in range(size - 1, 0, -1):
        for row in sums:
            row[parents[child][0]] += row[child]
    untried = np.ones((size, TASKS), dtype=np.bool_)
    untried[agent, task] = False
    nothing = np.zeros(size, dtype=np.int64)
    return View(
        agents=[AgentId(f"{n:040x}") for n in range(size)],
        tasks=[TaskId(f"t{n}") for n in range(TASKS)],
        staged=np.arange(TASKS),
        parents=parents,
        own=own,
        clade=Tally(*sums),
        outcomes=Outcomes(*(column.astype(np.int32) for column in (agent, task, resolved))),
        children=np.bincount([p[0] for p in parents[1:]], minlength=size),
        expanding=nothing,
        pending=nothing,
        untried=untried,
        untried_count=untried.sum(axis=1),
        attempts_left=untried.sum(axis=1),
        set_aside=nothing,
        barred=np.zeros(size, dtype=np.bool_),
        evaluations=count,
        expansions=size,
        evaluations_left=count,
        expansions_left=None,
    )


def recursive_clades(view: View) -> list[int]:
    """Resolved outcomes of every clade, gathered anew from its agents' lists as in HGM's public code."""
    children: list[list[int]] = [[] for _ in view.parents]
    for child, parents in enumerate(view.parents):
        for parent in parents:
            children[parent].append(child)
    own = view.outcomes.resolved.reshape(-1, OUTCOMES_EACH).tolist()

    def gathered(agent: int) -> list[int]:
        found = list(own[agent])
        for child in children[agent]:
            found += gathered(child)
        return found

    return [sum(gathered(agent)) for agent in range(len(view.parents))]


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Of processor time, the mean of so many."""
    work()
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1000


def decisions(view: View) -> tuple[float, float, float, int]:
    """Milliseconds of `hgm`, of `phylo` between fits, and of a fit; and the outcomes from fit to fit."""
    # As many that expand as that evaluate, and where `phylo` has to compare both.
    counts = (2 * len(view.outcomes), 0, int(view.evaluations**0.65))
    turns = [replace(view, expansions=count) for count in counts]
    rng, phylo = Generator(PCG64(0)), Phylo()

    def decide(policy: Policy) -> float:
        return milliseconds(lambda: [policy.choose(turn, rng) for turn in turns], 10) / len(turns)

    last = fitted_counts(len(view.outcomes))[-1]
    following = next(n for n in range(last + 1, 3 * last) if fitted_counts(n)[-1] != last)
    before = Beliefs.refit(view, last)
    cold = milliseconds(lambda: Beliefs.refit(view, last), 1)
    warm = milliseconds(lambda: Beliefs.refit(view, last, before), 1)
    return decide(Hgm()), decide(phylo), (cold + (CHAIN - 1) * warm) / CHAIN, following - last


def main() -> int:
    """Print the figures; 1 if a target was missed."""
    fine = True
    print("| agents | outcomes | hgm, ms | phylo between fits, ms | a fit, ms | phylo amortised, ms |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        hgm, between, fitting, spread = decisions(view_of(size))
        amortised = between + fitting / spread
        told = size * OUTCOMES_EACH
        print(f"| {size:,} | {told:,} | {hgm:.2f} | {between:.2f} | {fitting:,.0f} | {amortised:.2f} |")
        fine = fine and amortised <= PHYLO_MS and hgm <= HGM_MS
    view = view_of(COMPARED_AT)
    kept = milliseconds(lambda: Hgm().choose(replace(view, expansions=0), Generator(PCG64(0))), 20)
    assert recursive_clades(view) == list(view.clade.resolved)
    anew = milliseconds(lambda: recursive_clades(view), 3)
    print(
        f"\n{COMPARED_AT:,} agents: clades by recursion {anew:.1f} ms, hgm's whole decision {kept:.2f} ms: "
        f"{anew / kept:.0f} times (target {TIMES_FASTER:.0f})"
    )
    return 0 if fine and anew / kept >= TIMES_FASTER else 1


if __name__ == "__main__":
    sys.exit(main())
