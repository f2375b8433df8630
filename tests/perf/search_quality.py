"""What `phylo` is worth against `hgm`, DGM and SICA on the reporting worlds: docs/simulation.md's tables.

`python tests/perf/search_quality.py [PART [FILE]]`: with that part of the worlds (default 0.05) that
`tests/simulation/plays.py` names, the first ones; where some plays are shorter, the longest come first. Plays
are kept in FILE, and the same command goes on from there. Exits 1 where a target is missed.
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import numpy as np

from dgm.bootstrap import mean_interval, resampled
from dgm.simulation.families import FAMILIES, MISSPECIFIED, NOTHING_TO_FIND
from dgm.simulation.figures import MARGIN, at_cost, curves, paired, reached, speed, spent
from tests.simulation.plays import (
    APART,
    BUDGETS,
    CROWDS,
    DEAR,
    EVALUATIONS,
    EXPANSION_COST,
    LENGTHS,
    MAIN,
    RULED,
    SEARCHES,
    Plays,
    carried_out,
    crowded,
    of,
    some,
)

EQUIVALENT = 0.02


def traces(plays: Plays, search: str, family: str, *, other: bool = False) -> np.ndarray:
    """`[world, i]`: skill at 25 (i + 1) evaluations, by the search's own champion rule or the other one."""
    told = [each for each in of(plays, search, family) if each.other or not other]
    own = curves([t.result for t in told], EVALUATIONS)
    if not other:
        return own
    size = own.shape[1]
    # What is said last is of the end, and holds for what is left.
    return np.array([(t.other[:-1] + [t.other[-1]] * size)[:size] for t in told])


def at(curve: np.ndarray, budget: int) -> np.ndarray:
    return curve[:, budget // 25 - 1]


def quality(plays: Plays) -> None:
    print("\n## Quality: mean true skill of the champion, and its 90 % bootstrap interval\n")
    print("| family | search |" + "".join(f" {b} |" for b in BUDGETS) + " reaches `hgm` at 800 |")
    print("|---|---|" + "---|" * (len(BUDGETS) + 1))
    for family in FAMILIES:
        theirs = traces(plays, "hgm", family)
        for search in SEARCHES:
            curve = traces(plays, search, family)
            cells = []
            for budget in BUDGETS:
                low, high = mean_interval(at(curve, budget))
                cells.append(f" {at(curve, budget).mean():.3f} [{low:.2f}, {high:.2f}] |")
            level = theirs[: len(curve)].mean(axis=0)[-1]
            arrives = reached(curve.mean(axis=0), level) or "never"
            print(f"| {family} | {search} |{''.join(cells)} {arrives} |")
    reverse = [
        family
        for family in FAMILIES
        if (ours := traces(plays, "darwin", family)[:, -1]).mean()
        > traces(plays, "hgm", family)[: len(ours), -1].mean()
    ]
    print(f"\nFamilies in which DGM ends above HGM: {', '.join(reverse) or 'none'}.")


def shares(plays: Plays) -> bool:
    """The headline, for each search and champion rule."""
    print("\n## Evaluations to reach `hgm`'s mean at 800, as a share of 800\n")
    print(
        "Geometric mean over the families with something to find; never counts 2; 90 % bootstrap interval.\n"
    )
    print("| search | champion | worlds of each | share | interval |\n|---|---|---|---|---|")
    found = [family for family in FAMILIES if family not in NOTHING_TO_FIND]
    headline = 2.0
    rows = [(search, other, RULED) for search in MAIN for other in (False, True)]
    for search, other, most in [*rows, *((search, False, APART) for search in SEARCHES if search != DEAR)]:
        ours = {family: traces(plays, search, family, other=other)[:most] for family in found}
        theirs = {family: traces(plays, "hgm", family)[: len(ours[family])] for family in found}
        share, (low, high) = speed(ours, theirs)
        rule = "posterior" if (search == "phylo") != other else "Beta quantile"
        worlds = span([len(each) for each in ours.values()])
        print(f"| {search} | {rule} | {worlds} | {share:.2f} | {low:.2f} to {high:.2f} |")
        headline = share if (search, most) == ("phylo", APART) else headline
    return headline <= 0.5


def not_inferior(plays: Plays) -> bool:
    """At equal evaluations, and at equal cost."""
    fine = True
    dear = f"cost, an expansion being {EXPANSION_COST:g} evaluations"
    for search, name in (("phylo", "evaluations"), (DEAR, dear)):
        cells = {}
        for family, budget in product(FAMILIES, BUDGETS):
            ours, theirs = (
                [told.result for told in of(plays, each, family, least=LENGTHS[budget])]
                for each in (search, "hgm")
            )
            size = min(len(ours), len(theirs))
            ours, theirs = ours[:size], theirs[:size]
            if name == dear:
                # What `hgm` has spent by its schedule at the budget, or by the last moment of its trace.
                by_schedule = budget + EXPANSION_COST * np.ceil(budget**0.6)
                costs = np.minimum(by_schedule, [spent(result, EXPANSION_COST)[-1] for result in theirs])
                left, right = (at_cost(played, EXPANSION_COST, costs) for played in (ours, theirs))
            else:
                left, right = (at(curves(played, EVALUATIONS), budget) for played in (ours, theirs))
            cells[family, budget] = left - right
        told = paired(cells)
        print(f"\n## `{search}` less `hgm` at equal {name}\n")
        print(
            "Mean, one-sided lower end at its step of Holm's test of all cells, and the number of worlds.\n"
            "That all lower ends are above the margin holds at 5 %; they are not bounds that hold at once.\n"
        )
        print("| family |" + "".join(f" {b} |" for b in BUDGETS) + "\n|---|" + "---|" * len(BUDGETS))
        for family in FAMILIES:
            row = [(told[family, b], len(cells[family, b])) for b in BUDGETS]
            print(f"| {family} |" + "".join(f" {d.mean:+.3f} > {d.lower:+.3f}, {n} |" for d, n in row))
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
        held.append(float(np.mean([t.held for t in told])))
        print(
            f"| {family}{' (breaks the model)' if family in MISSPECIFIED else ''} | {covered:.0%} "
            f"| {np.mean([t.held for t in told]):.0%} |"
        )
        fine = fine and (family in MISSPECIFIED or 0.85 <= covered <= 0.95)
    print(f"\nThe champion's bound holds in {np.mean(held):.0%} of plays, families weighing the same.")
    return bool(fine and np.mean(held) >= 0.9)


def workers(plays: Plays, part: float) -> bool:
    """Several are held against one, and 16 beside it against 4."""
    print("\n## Workers: final quality at equal evaluations\n")
    print("In the same worlds, families weighing the same; stratified 90 % bootstrap interval.\n")
    print("| search | workers | worlds of each | means | difference | interval | expansions |")
    print("|---|---|---|---|---|---|---|")
    fine = True
    for search, (few, many) in product(MAIN, combinations((1, *CROWDS), 2)):
        means, draws, expansions, sizes = [], [], [], []
        for stratum, family in enumerate(FAMILIES):
            worlds = some(part, crowded(search, family, many))
            played = [of(plays, search, family, size, among=worlds) for size in (few, many)]
            skills = np.array([[told.result.champion_skill for told in side] for side in played])
            less = skills[1] - skills[0]
            draws.append(less[resampled(len(worlds), stratum)].mean(axis=1))
            means.append(skills.mean(axis=1))
            # Every expansion of a simulated world gives a child.
            expansions.append([np.mean([told.result.agents - 1 for told in side]) for side in played])
            sizes.append(len(worlds))
        low, high = np.quantile(np.mean(draws, axis=0), [0.05, 0.95])
        (one, other), (before, after) = np.mean(means, axis=0), np.mean(expansions, axis=0)
        print(
            f"| {search} | {few}, {many} | {span(sizes)} | {one:.3f}, {other:.3f} | {other - one:+.3f} "
            f"| {low:+.3f} to {high:+.3f} | {before:.0f}, {after:.0f} |"
        )
        fine = fine and (few > 1 or (low > -EQUIVALENT and high < EQUIVALENT))
    return fine


def span(sizes: Sequence[int]) -> str:
    least, most = min(sizes), max(sizes)
    return f"{least}" if least == most else f"{least} to {most}"


def main() -> int:
    """Print the figures; 1 if a target was missed."""
    part = float(sys.argv[1]) if len(sys.argv) > 1 else 0.05
    kept = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.devnull)
    plays = carried_out(part, kept)
    sizes = Counter(
        (play.search, play.family)
        for play in plays
        if play.workers == 1 and play.evaluations == EVALUATIONS and play.index < APART
    )
    print("Reporting worlds of each family:")
    for search in SEARCHES:
        usual, *other = sorted({sizes[search, family] for family in FAMILIES})
        special = [f"{sizes[search, f]} of `{f}`" for f in FAMILIES if sizes[search, f] in other]
        print(f"- `{search}`: {', '.join([str(usual), *special])}")
    print("Beside them shorter plays, for what comes early, and worlds for `phylo`'s workers alone.")
    quality(plays)
    met = {
        "share of evaluations at most half": shares(plays),
        "not inferior anywhere": not_inferior(plays),
        "intervals cover": calibration(plays),
        "workers equivalent": workers(plays, part),
    }
    print("\n## Targets\n")
    for target, fine in met.items():
        print(f"- {target}: {'met' if fine else 'missed'}")
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
