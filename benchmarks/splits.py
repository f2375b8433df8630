"""Splits and orders drawn by a seed: each part has its share of every repository, difficulty and language."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
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
        strata[_stratum(task)].append(task.id)
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


def spread(tasks: Iterable[Task], seed: int) -> Sequence[Task]:
    """The tasks in an order of which every beginning has its share of each repository, difficulty, language.

    The same for the same ids, labels and seed, in whatever order they are given. Next comes always the task
    whose repository, difficulty and language are farthest, in sum, behind their shares.
    """
    shuffled = sorted(tasks, key=lambda task: task.id)
    Random(seed).shuffle(shuffled)  # noqa: S311
    queues: dict[tuple[str, ...], deque[tuple[int, Task]]] = defaultdict(deque)
    for place, task in enumerate(shuffled):
        queues[_stratum(task)].append((place, task))
    whole, order = len(shuffled), list[Task]()
    sizes = Counter(trait for task in shuffled for trait in enumerate(_stratum(task)))
    placed: Counter[tuple[int, str]] = Counter()
    while queues:
        # In whole numbers, so that ties are ties and the shuffle settles them.
        behind = {trait: size * (len(order) + 1) - placed[trait] * whole for trait, size in sizes.items()}
        farthest = max(
            queues, key=lambda each: (sum(behind[trait] for trait in enumerate(each)), -queues[each][0][0])
        )
        order.append(queues[farthest].popleft()[1])
        placed.update(enumerate(farthest))
        if not queues[farthest]:
            del queues[farthest]
    return order


def _stratum(task: Task) -> tuple[str, ...]:
    return (task.language, *(task.labels.get(key, "") for key in STRATA))
