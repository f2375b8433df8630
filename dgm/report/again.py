"""The search of a run, played again from its journal alone."""

from pathlib import Path

from dgm.givens import recorded_config
from dgm.policy import POLICIES
from dgm.policy.base import Policy
from dgm.report.facts import Facts
from dgm.search import Plan, Search


def search_again(folder: Path, known: Facts, policy: Policy | None = None) -> Search:
    """A search as the run's was before its first event; `policy` in the place of the run's own.

    Its tasks are those that the search met, in the order it met them.
    """
    config = recorded_config(folder, known.archive)
    asked = known.history.asked.values()
    tasks = dict.fromkeys(each.task for each in asked if each.purpose == "search" and each.task is not None)
    chosen = policy or POLICIES[config.search.policy](config.search.settings)
    plan = Plan(config.budget.evaluations, rounds=config.search.rounds)
    return Search(chosen, list(tasks), [], plan, config.seed)
