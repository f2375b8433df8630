"""What `phylo` is worth against `hgm`, DGM and SICA on the reporting worlds: docs/simulation.md's tables.

`python tests/perf/search_quality.py [PART [FILE]]`: with that part of the worlds below (default 0.05), the
first ones; where some plays are shorter, the longest come first. Plays are kept in FILE, and the same command
goes on from there. Exits 1 where a target is missed. Both champion rules are asked at the same moments of the
same searches.
"""

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from inspect import getsource
from itertools import combinations, product
from math import ceil
from operator import itemgetter
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

import dgm
from archive.events import AgentId
from dgm.bootstrap import mean_interval, resampled
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Choice, Policy, Recommendation, View
from dgm.policy.phylo.policy import Phylo
from dgm.simulate import Game, Result
from dgm.simulation.families import FAMILIES, MISSPECIFIED, NOTHING_TO_FIND, world
from dgm.simulation.figures import MARGIN, at_cost, curves, paired, reached, speed, spent

EVALUATIONS = 800
BUDGETS = (100, 200, 400, 800)
LENGTHS = dict(zip(BUDGETS, (240, 400, 640, EVALUATIONS), strict=True))
"""Of plays that are looked at only up to a budget: no policy knows how many evaluations are left, and a
budget's cost is spent before the end begins (`phylo 10` asks for more children than it must)."""
EXPANSION_COST = 10.0
EQUIVALENT = 0.02
DEAR = "phylo 10"
SEARCHES = ("hgm", "hgm 0.8", "phylo", DEAR, "darwin", "greedy")
"""`hgm 0.8` expands about as often as `phylo`, `phylo 10` knows that an expansion costs 10 evaluations;
`darwin` stands for DGM, `greedy` for SICA."""
MAIN = ("hgm", "phylo")
CROWDS = (4, 16)

WORLDS = 120
"""Of each family, where `MORE_WORLDS` names no other number."""
LESSER = 60
"""The same, of the searches that are not in `MORE_WORLDS`."""
MORE_WORLDS: dict[str, dict[str, tuple[int, ...]]] = {
    "phylo": {
        "papers": (150,),
        "alike": (320, 130),
        "hopeless": (400, 150),
        "floored": (130, 130),
        "skills": (160,),
        "orphans": (450, 450),
        "noisy": (150,),
    },
    DEAR: {
        "papers": (180,),
        "productive": (1200, 260),
        "barren": (550, 550, 550, 550),
        "alike": (460, 290, 210),
        "hopeless": (200,),
        "skills": (230, 230, 180),
        "jumps": (450, 220),
        "orphans": (800, 800, 800, 800),
        "clustered": (280, 200),
    },
}
"""For the first budgets, and never more for a later one: at least what the gains in worlds seen before ask
for; of `hgm` as many."""
RULED = 40
"""In so many the other champion rule is asked too."""
APART = 3000
"""Worlds from here on are for `phylo`'s workers alone."""
CROWDED = {4: 240, 16: 100}
"""In so many worlds of each family workers of `hgm` are held against one."""
USUAL_APART = 180
"""The same of `phylo`, where `WORLDS_APART` names no other number."""
WORLDS_APART = {
    "productive": 150,
    "barren": 250,
    "alike": 250,
    "hopeless": 50,
    "floored": 400,
    "saturated": 50,
    "skills": 220,
    "orphans": 100,
    "clustered": 220,
    "kata": 50,
}
"""More where plays are spread more in worlds seen before."""


@dataclass
class Heard:
    """A policy, with what another champion rule says whenever it is asked for its own."""

    policy: Policy
    other: Policy | None
    name: str = "heard"
    said: list[AgentId] = field(default_factory=list)

    def choose(self, view: View, rng: np.random.Generator) -> Choice | None:
        return self.policy.choose(view, rng)

    def finish(self, view: View) -> Choice | None:
        return self.policy.finish(view)

    def champion(self, view: View) -> Recommendation:
        if self.other is not None:
            self.said.append(self.other.champion(view).agent)
        return self.policy.champion(view)

    def estimate(self, view: View, agent: int) -> Recommendation:
        return self.policy.estimate(view, agent)


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
    heard = Heard(policy, other if play.workers == 1 and play.index < RULED else None)
    game = Game(place, heard, play.evaluations, play.index, play.workers)
    result = game.carry_out()
    # The lower end of the central 95 %: a bound that should hold in 97.5 % of plays.
    skill, covered, held = place.skill, None, result.champion_skill >= result.interval[0]
    if isinstance(policy, Phylo):
        view = game.search.view()
        beliefs = policy.beliefs(view)
        inside = [
            low <= skill(game.index[agent]) <= high
            for n, agent in enumerate(view.agents)
            if view.own.attempted[n]
            for low, high in (beliefs.interval(n, 0.9),)
        ]
        covered = float(np.mean(inside))
    return Told(result, [skill(game.index[agent]) for agent in heard.said], covered, bool(held))


Plays = dict[Play, Told]


def traces(plays: Plays, search: str, family: str, *, other: bool = False) -> np.ndarray:
    """`[world, i]`: skill at 25 (i + 1) evaluations, by the search's own champion rule or the other one."""
    told = [each for each in of(plays, search, family) if each.other or not other]
    own = curves([t.result for t in told], EVALUATIONS)
    if not other:
        return own
    size = own.shape[1]
    # What is said last is of the end, and holds for what is left.
    return np.array([(t.other[:-1] + [t.other[-1]] * size)[:size] for t in told])


def of(
    plays: Plays,
    search: str,
    family: str,
    workers: int = 1,
    *,
    least: int = EVALUATIONS,
    among: range = range(APART),
) -> list[Told]:
    """In the order of the worlds, which are `among` those: of at least so many evaluations."""
    found = [
        (play.index, told)
        for play, told in plays.items()
        if (play.search, play.family, play.workers) == (search, family, workers)
        and play.evaluations >= least
        and play.index in among
    ]
    return [told for _, told in sorted(found, key=itemgetter(0))]


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


def chosen(part: float) -> list[Play]:
    """In such an order that what is interrupted can be read with a smaller part."""
    plays: list[tuple[float, Play]] = []
    for search, family in product(SEARCHES, FAMILIES):
        sizes = worlds_of(search, family)
        for n in range(ceil(part * sizes[0])):
            length = LENGTHS[max(budget for budget, size in zip(BUDGETS, sizes, strict=True) if n < size)]
            plays.append((n / sizes[0], Play(search, family, n, evaluations=length)))
    for search, family, crowd in product(MAIN, FAMILIES, CROWDS):
        worlds = crowded(search, family, crowd)
        for place, n in enumerate(some(part, worlds)):
            plays += [(place / len(worlds), Play(search, family, n, size)) for size in (1, crowd)]
    in_order = [play for _, play in sorted(plays, key=itemgetter(0))]
    return list(dict.fromkeys(in_order))


def crowded(search: str, family: str, crowd: int) -> range:
    """The worlds in which so many workers are held against one."""
    if search == "phylo":
        return range(APART, APART + WORLDS_APART.get(family, USUAL_APART))
    return range(CROWDED[crowd])


def some(part: float, worlds: range) -> range:
    """The first ones."""
    return worlds[: ceil(part * len(worlds))]


def worlds_of(search: str, family: str) -> tuple[int, ...]:
    """How many there are for each budget."""
    if search == "hgm":
        least = (max(CROWDED.values()),) * len(BUDGETS)
        return tuple(map(max, worlds_of("phylo", family), worlds_of(DEAR, family), least))
    more = MORE_WORLDS.get(search, {}).get(family, ())
    usual = WORLDS if search in MORE_WORLDS else LESSER
    return more + (usual,) * (len(BUDGETS) - len(more))


KEPT = TypeAdapter(tuple[Play, Told])


def code() -> str:
    """The digest of what a play depends on."""
    home = Path(dgm.__file__).parent
    files = [home / f"{name}.py" for name in ("search", "simulate", "clades", "intervals")]
    files += sorted(
        [*home.glob("policy/**/*.py"), home / "simulation/world.py", home / "simulation/families.py"]
    )
    sources = [*(file.read_text() for file in files), getsource(Heard), getsource(carry_out)]
    sources.append(repr((RULED, EXPANSION_COST)))
    return sha256("".join(sources).encode()).hexdigest()


def whole_lines(file: Path) -> list[str]:
    """Those of a file that may have been left in the middle of one, which is dropped."""
    text = file.read_text() if file.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole)
    return whole.splitlines()


def main() -> int:
    """Print the figures; 1 if a target was missed."""
    part = float(sys.argv[1]) if len(sys.argv) > 1 else 0.05
    kept = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.devnull)
    lines = whole_lines(kept)
    if lines and lines[0] != code():
        sys.exit(f"{kept} holds plays of other code; mend: another file")
    wanted = chosen(part)
    there: Plays = dict(KEPT.validate_json(line) for line in lines[1:])
    plays = {play: there[play] for play in wanted if play in there}
    missing = [play for play in wanted if play not in plays]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with (
        kept.open("a") as file,
        ProcessPoolExecutor(min(2, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool,
    ):
        if not lines:
            file.write(f"{code()}\n")
        for play, told in zip(missing, pool.map(carry_out, missing, chunksize=4), strict=True):
            plays[play] = told
            file.write(f"{KEPT.dump_json((play, told)).decode()}\n")
            file.flush()
            if len(plays) % 40 == 0:
                print(f"{len(plays)} of {len(wanted)} plays", file=sys.stderr, flush=True)
    sizes = Counter(
        (play.search, play.family)
        for play in wanted
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
