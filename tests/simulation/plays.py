"""Plays of the searches that are held against each other: in which worlds, carried out, and kept in a file.

Both champion rules are asked at the same moments of the same searches.
"""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from inspect import getsource
from itertools import product
from math import ceil
from operator import itemgetter
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

import dgm
from archive.events import AgentId
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Choice, Policy, Recommendation, View
from dgm.policy.phylo.policy import Phylo
from dgm.simulate import Game, Result
from dgm.simulation.families import FAMILIES, world

EVALUATIONS = 800
BUDGETS = (100, 200, 400, 800)
LENGTHS = dict(zip(BUDGETS, (240, 400, 640, EVALUATIONS), strict=True))
"""Of plays that are looked at only up to a budget: no policy knows how many evaluations are left, and a
budget's cost is spent before the end begins (`phylo 10` asks for more children than it must)."""
EXPANSION_COST = 10.0
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


def carried_out(part: float, kept: Path) -> Plays:
    """All that part of the worlds asks for; what `kept` holds is not played again, the rest is added."""
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
    return plays
