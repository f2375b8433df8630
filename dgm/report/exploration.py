"""Whether a search still finds something new, and whether its scores tell agents apart, as it went on.

After B-STaR (Zeng et al. 2024, arXiv 2412.17256), which watches how diverse what is tried is, and how well
the reward tells good from bad: here trees, behaviours and tasks, and the variance between agents.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.events import Born, Rejected, Scored, TaskId
from dgm.report.facts import Facts

ROWS = 12
"""Lines of a series, at most one more."""
Verdicts = NDArray[np.int8]
"""`[agent, task]`: 1 resolved, -1 not, 0 not met."""


def kind(task: TaskId) -> str:
    """What a task is about, by its id: the part before the first `-`, such as its repository."""
    return task.partition("-")[0]


def series(known: Facts) -> list[dict[str, Any]]:
    """A row after every so many search verdicts, those of the seed agent counted, and after the last.

    `kinds_found` are kinds of tasks of which one was resolved for the first time since the row before.
    """
    searched = [one for one in known.history.scored.values() if one.split == "search"]
    columns = {task: n for n, task in enumerate(dict.fromkeys(one.task for one in searched))}
    every = max(1, -(-len(searched) // ROWS))
    verdicts: Verdicts = np.zeros((len(known.history.born), len(columns)), dtype=np.int8)
    agents = tried = evaluations = 0
    trees, solved, kinds = set[str](), set[TaskId](), set[str]()
    rows = list[dict[str, Any]]()
    for event in known.events:
        match event:
            case Born(tree=tree, parents=parents):
                agents, tried = agents + 1, tried + bool(parents)
                trees.add(tree)
            case Rejected(tree=tree):
                tried += 1
                trees |= set() if tree is None else {tree}
            case Scored(ticket, agent=agent, task=task, split="search", verdict=verdict):
                evaluations += 1
                if not known.history.asked[ticket].repeat:
                    verdicts[known.index[agent], columns[task]] = 1 if verdict == "resolved" else -1
                solved |= {task} if verdict == "resolved" else set()
                if evaluations % every and evaluations < len(searched):
                    continue
                found = {kind(each) for each in solved} - kinds
                kinds |= found
                rows.append(
                    {
                        "evaluations": evaluations,
                        "agents": agents,
                        "expansions": tried,
                        "trees": len(trees),
                        "behaviours": behaviours(verdicts),
                        "solved": len(solved),
                        "kinds_found": sorted(found),
                        **exploitation(verdicts),
                    }
                )
            case _:
                pass
    return rows


def behaviours(verdicts: Verdicts) -> int:
    """How many agents behave differently: of a set in which any two disagree on a task that both met.

    The set is gathered greedily in order of birth, so that the number is a lower bound.
    """
    won, lost = (verdicts > 0).astype(np.int32), (verdicts < 0).astype(np.int32)
    disagree = won @ lost.T
    disagree += disagree.T.copy()
    found: list[int] = []
    for agent in np.flatnonzero(verdicts.any(axis=1)):
        if disagree[agent, found].all():
            found.append(int(agent))
    return len(found)


def exploitation(verdicts: Verdicts) -> dict[str, float | None]:
    """How far scores tell agents apart; None where fewer than two agents have two verdicts, or all agree.

    `between` is the share of the variance of a verdict that lies between agents, by the one-way analysis of
    variance (intraclass correlation, Fisher 1925; unequal counts as in Donner 1986), cut off at 0. It says
    that agents differ, be it in ability or in the difficulty of the tasks they were given. `reliability` is
    that of the mean of as many verdicts as an agent has (Spearman 1910, Brown 1910).
    """
    rows = [row[row != 0] > 0 for row in verdicts if np.count_nonzero(row) > 1]
    sizes = np.array([len(row) for row in rows])
    if len(rows) < 2:
        return {"between": None, "reliability": None}
    means, total = np.array([row.mean() for row in rows]), int(sizes.sum())
    grand = float(sizes @ means) / total
    among = float(sizes @ (means - grand) ** 2) / (len(rows) - 1)
    within = float(sizes @ (means * (1 - means))) / (total - len(rows))
    typical = (total - float(sizes @ sizes) / total) / (len(rows) - 1)
    spread = among + (typical - 1) * within
    if spread <= 0:
        return {"between": None, "reliability": None}
    between = max(0.0, (among - within) / spread)
    reliable = typical * between / (1 + (typical - 1) * between)
    return {"between": round(between, 4), "reliability": round(reliable, 4)}


def edges(known: Facts) -> list[dict[str, Any]]:
    """What each child made of what its parent did, on search tasks that both met.

    `kept` of the `solved` tasks that the parent resolved, and `fixed` of the `failed` ones that it did not,
    were resolved by the child. A child of a merge has an edge to each parent.
    """
    told = []
    for agent, born in known.history.born.items():
        ours = known.history.scores(agent, "search")
        for parent in born.parents:
            theirs = known.history.scores(parent, "search")
            before = {task: theirs[task].verdict == "resolved" for task in theirs if task in ours}
            after = {task for task in before if ours[task].verdict == "resolved"}
            solved = {task for task, won in before.items() if won}
            told.append(
                {
                    "parent": known.history.born[parent].ordinal,
                    "child": born.ordinal,
                    "kept": len(solved & after),
                    "solved": len(solved),
                    "fixed": len(after - solved),
                    "failed": len(before) - len(solved),
                }
            )
    return told
