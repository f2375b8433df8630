"""What `phylo` is worth against `hgm`, DGM and SICA on the reporting worlds: docs/simulation.md's tables.

`python tests/perf/search_quality.py [WORLDS [CROWDED [EARLY]]]`: so many worlds of each family (default 8,
half of them for the lesser searches), so many for the comparison of 1, 4 and 16 workers (default 2), and so
many more in which `hgm` and `phylo` are played to 200 evaluations alone, where differences are small (default
0). Exits 1 where a target is missed. Both champion rules are asked at the same moments of the same searches.
"""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from operator import itemgetter

import numpy as np

from dgm.bootstrap import mean_interval
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Choice, Policy, Recommendation, View
from dgm.policy.phylo.policy import Phylo
from dgm.policy.thompson import best_by_quantile
from dgm.simulate import Game, Result
from dgm.simulation.families import FAMILIES, MISSPECIFIED, NOTHING_TO_FIND, world
from dgm.simulation.figures import MARGIN, at_cost, curves, paired, reached, speed

EVALUATIONS = 800
BUDGETS = (100, 200, 400, 800)
EXPANSION_COST = 10.0
EQUIVALENT = 0.02
DEAR = "phylo 10"
SEARCHES = ("hgm", "hgm 0.8", "phylo", DEAR, "darwin", "greedy")
"""`hgm 0.8` expands as often as `phylo`, `phylo 10` knows that an expansion costs 10 evaluations; `darwin`
stands for DGM, `greedy` for SICA."""
EARLY_EVALUATIONS = 275
"""Of them the policy decides on 234."""


@dataclass
class Heard:
    """A policy, with what another champion rule says whenever it is asked for its own."""

    policy: Policy
    other: Policy | None
    name: str = "heard"
    said: list[str] = field(default_factory=list)

    def choose(self, view: View, rng: np.random.Generator) -> Choice | None:
        return self.policy.choose(view, rng)

    def champion(self, view: View) -> Recommendation:
        if isinstance(self.other, Phylo):
            self.said.append(self.other.champion(view).agent)
        elif self.other is not None:
            self.said.append(best_by_quantile(view, 0.05).agent)
        return self.policy.champion(view)


@dataclass(frozen=True)
class Play:
    """One search in one world."""

    search: str
    family: str
    index: int
    workers: int = 1
    evaluations: int = EVALUATIONS


@dataclass(frozen=True)
class Told:
    """What came of it: `other` is the trace under the other champion rule, `covered` is of `phylo` alone."""

    result: Result
    other: list[float]
    covered: float | None
    held: bool


def carry_out(play: Play) -> Told:
    place = world(play.family, "reporting", play.index)
    settings = {
        "hgm 0.8": Settings(alpha=0.8),
        DEAR: Settings(expansion_cost=EXPANSION_COST),
    }.get(play.search, Settings())
    policy = POLICIES[play.search.partition(" ")[0]](settings)
    other = {"phylo": POLICIES["hgm"](settings), "hgm": Phylo()}.get(play.search)
    heard = Heard(policy, other if play.workers == 1 else None)
    game = Game(place, heard, play.evaluations, play.index, play.workers)
    result = game.carry_out()
    # The lower end of the central 90 %: a bound that should hold in 95 % of plays.
    skill, covered, held = place.skill, None, result.champion_skill >= result.interval[0]
    if isinstance(policy, Phylo):
        beliefs = policy.beliefs(game.search.view())
        inside = [
            low <= skill(game.index[agent]) <= high
            for n, agent in enumerate(game.search.agents)
            if game.search.view().own.attempted[n]
            for low, high in (beliefs.interval(n, 0.9),)
        ]
        covered = float(np.mean(inside))
    return Told(result, [skill(game.index[agent]) for agent in heard.said], covered, held)


Plays = dict[Play, Told]


def traces(plays: Plays, search: str, family: str, *, other: bool = False) -> np.ndarray:
    """`[world, i]`: skill at 25 (i + 1) evaluations, by the search's own champion rule or the other one."""
    told = of(plays, search, family)
    own = curves([t.result for t in told], EVALUATIONS)
    if not other:
        return own
    size = own.shape[1]
    # One more is asked at the end, and holds for what is left.
    return np.array([(t.other[:-1] + [t.other[-1]] * size)[:size] for t in told])


def of(plays: Plays, search: str, family: str, workers: int = 1, *, early: bool = False) -> list[Told]:
    """In the order of the worlds; with `early` also those that were not played to the end."""
    found = [
        (play.index, told)
        for play, told in plays.items()
        if (play.search, play.family, play.workers) == (search, family, workers)
        and (early or play.evaluations == EVALUATIONS)
    ]
    return [told for _, told in sorted(found, key=itemgetter(0))]


def at(curve: np.ndarray, budget: int) -> np.ndarray:
    return curve[:, budget // 25 - 1]


def quality(plays: Plays) -> None:
    print("\n## Quality: mean true skill of the champion\n")
    print("| family | search |" + "".join(f" {b} |" for b in BUDGETS) + " reaches `hgm` at 800 |")
    print("|---|---|" + "---|" * (len(BUDGETS) + 1))
    for family in FAMILIES:
        level = traces(plays, "hgm", family)[:, -1].mean()
        for search in SEARCHES:
            curve = traces(plays, search, family)
            cells = []
            for budget in BUDGETS:
                low, high = mean_interval(at(curve, budget))
                cells.append(f" {at(curve, budget).mean():.3f} [{low:.2f}, {high:.2f}] |")
            arrives = reached(curve.mean(axis=0), level) or "never"
            print(f"| {family} | {search} |{''.join(cells)} {arrives} |")
    reverse = [
        family
        for family in FAMILIES
        if traces(plays, "darwin", family)[:, -1].mean() > traces(plays, "hgm", family)[:, -1].mean()
    ]
    print(f"\nFamilies in which DGM ends above HGM: {', '.join(reverse) or 'none'}.")


def shares(plays: Plays) -> bool:
    """The headline, for each search and champion rule."""
    print("\n## Evaluations to reach `hgm`'s mean at 800, as a share of 800\n")
    print(
        "Geometric mean over the families with something to find; never counts 2; 90 % bootstrap interval.\n"
    )
    print("| search | champion | share | interval |\n|---|---|---|---|")
    found = [family for family in FAMILIES if family not in NOTHING_TO_FIND]
    theirs = {family: traces(plays, "hgm", family) for family in found}
    headline = 2.0
    for search, other in (
        ("hgm", False), ("hgm", True), ("hgm 0.8", False), ("phylo", True), ("phylo", False),
        ("darwin", False), ("greedy", False),
    ):  # fmt: skip
        share, (low, high) = speed({f: traces(plays, search, f, other=other) for f in found}, theirs)
        rule = "posterior" if (search == "phylo") != other else "Beta quantile"
        print(f"| {search} | {rule} | {share:.2f} | {low:.2f} to {high:.2f} |")
        headline = share if (search, other) == ("phylo", False) else headline
    return headline <= 0.5


def not_inferior(plays: Plays) -> bool:
    """At equal evaluations, and at equal cost."""
    fine = True
    dear = f"cost, an expansion being {EXPANSION_COST:g} evaluations"
    for search, name in (("phylo", "evaluations"), (DEAR, dear)):
        cells = {}
        for family, budget in product(FAMILIES, BUDGETS):
            early = budget <= EARLY_EVALUATIONS * 0.85
            ours, theirs = (
                [told.result for told in of(plays, each, family, early=early)] for each in (search, "hgm")
            )
            if name == dear:
                # What `hgm` has spent by its schedule at the budget.
                cost = np.array([budget + EXPANSION_COST * np.ceil(budget**0.6)])
                left, right = (at_cost(played, EXPANSION_COST, cost)[:, 0] for played in (ours, theirs))
            else:
                left, right = (at(curves(played, EVALUATIONS), budget) for played in (ours, theirs))
            cells[family, budget] = left - right
        told = paired(cells)
        print(f"\n## `{search}` less `hgm` at equal {name}\n")
        print("Mean, and one-sided 95 % lower end, Holm-adjusted over all cells.\n")
        print("| family |" + "".join(f" {b} |" for b in BUDGETS) + "\n|---|" + "---|" * len(BUDGETS))
        for family in FAMILIES:
            row = [told[family, b] for b in BUDGETS]
            print(f"| {family} |" + "".join(f" {d.mean:+.3f} > {d.lower:+.3f} |" for d in row))
        below = [f"{f} at {b}" for (f, b), d in told.items() if d.mean < -MARGIN]
        shown = sum(d.not_inferior for d in told.values())
        print(
            f"\nShown not inferior by more than {MARGIN}: {shown} of {len(told)} cells. "
            f"Mean below -{MARGIN}: {', '.join(below) or 'none'}."
        )
        fine = fine and shown == len(told)
    return fine


def calibration(plays: Plays) -> bool:
    print("\n## 90 % intervals of `phylo` at the end, and the champion's lower end (of a 95 % interval)\n")
    print("| family | agents covered | champion's bound holds |\n|---|---|---|")
    fine, held = True, []
    for family in FAMILIES:
        told = of(plays, "phylo", family)
        covered = float(np.mean([t.covered for t in told]))
        held += [t.held for t in told]
        print(
            f"| {family}{' (breaks the model)' if family in MISSPECIFIED else ''} | {covered:.0%} "
            f"| {np.mean([t.held for t in told]):.0%} |"
        )
        fine = fine and (family in MISSPECIFIED or 0.85 <= covered <= 0.95)
    print(f"\nThe champion's bound holds in {np.mean(held):.0%} of all plays.")
    return bool(fine and np.mean(held) >= 0.9)


def workers(plays: Plays, worlds: int) -> bool:
    print(f"\n## Workers: `phylo`'s final quality, the same {worlds} worlds of each family\n")
    print("| workers | mean | less one worker's | 90 % interval |\n|---|---|---|---|")
    final = {
        n: np.array([told.result.champion_skill for family in FAMILIES
                     for told in of(plays, "phylo", family, n)[:worlds]])
        for n in (1, 4, 16)
    }  # fmt: skip
    fine = True
    for n, skill in final.items():
        low, high = mean_interval(skill - final[1])
        print(f"| {n} | {skill.mean():.3f} | {(skill - final[1]).mean():+.3f} | {low:+.3f} to {high:+.3f} |")
        fine = fine and low > -EQUIVALENT and high < EQUIVALENT
    return fine


def main() -> int:
    """Print the figures; 1 if a target was missed."""
    worlds, crowded, early = (*map(int, sys.argv[1:4]), *(8, 2, 0)[len(sys.argv) - 1 :])
    main = ("hgm", "phylo", DEAR)
    wanted = [Play(s, f, n) for n in range(worlds) for f in FAMILIES for s in main]
    wanted += [Play(s, f, n) for n in range(worlds // 2) for f in FAMILIES for s in SEARCHES if s not in main]
    wanted += [Play("phylo", f, n, w) for n in range(crowded) for f in FAMILIES for w in (4, 16)]
    wanted += [
        Play(s, f, worlds + n, evaluations=EARLY_EVALUATIONS)
        for n in range(early)
        for f in FAMILIES
        for s in main
    ]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    plays: Plays = {}
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        for play, told in zip(wanted, pool.map(carry_out, wanted, chunksize=4), strict=True):
            plays[play] = told
            if len(plays) % 40 == 0:
                print(f"{len(plays)} of {len(wanted)} plays", file=sys.stderr, flush=True)
    print(f"{worlds} reporting worlds of each of {len(FAMILIES)} families, {EVALUATIONS} evaluations;")
    print(f"{early} more of each at 100 and 200.")
    quality(plays)
    met = {
        "share of evaluations at most half": shares(plays),
        "not inferior anywhere": not_inferior(plays),
        "intervals cover": calibration(plays),
        "workers equivalent": workers(plays, crowded),
    }
    print("\n## Targets\n")
    for target, fine in met.items():
        print(f"- {target}: {'met' if fine else 'missed'}")
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
