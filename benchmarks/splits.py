"""Splits drawn by a seed, so that each has its share of every repository, difficulty and language."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from random import Random

from benchmarks.task import Split, Task

STRATA = ("repo", "difficulty")


def drawn(tasks: Iterable[Task], shares: Mapping[Split, float], seed: int) -> Mapping[str, Split]:
    """A split for each task by id: the same for the same ids, labels, shares and seed, in whatever order.

    Strata are gone through one after the other and each task goes where most is missing of the share, so that
    no stratum and no total is off by more than one task a split or so. `shares` are relative.
    """
    random = Random(seed)  # noqa: S311
    whole = sum(shares.values())
    if not shares or whole <= 0 or min(shares.values()) < 0:
        raise ValueError("shares: one at least has to be more than 0, none less")
    strata: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for task in tasks:
        strata[(task.language, *(task.labels.get(key, "") for key in STRATA))].append(task.id)
    given: dict[str, Split] = {}
    counts: Counter[Split] = Counter()
    for stratum in sorted(strata):
        names = sorted(strata[stratum])
        random.shuffle(names)
        for name in names:
            order = random.sample(sorted(shares), len(shares))
            split = max(order, key=lambda one: shares[one] / whole * (len(given) + 1) - counts[one])
            given[name] = split
            counts[split] += 1
    return dict(sorted(given.items()))
