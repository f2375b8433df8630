"""The search of a run, played again from its journal alone."""

from pydantic import ValidationError

from archive.base import Archive
from archive.events import TaskId
from dgm.config import Config
from dgm.givens import told_config
from dgm.history import History
from dgm.policy import POLICIES
from dgm.policy.base import Policy
from dgm.search import Plan, Search

NONE_YET = TaskId("none-yet")
"""Where no task was asked: a skill is a mean over tasks, so there has to be one."""


def search_again(archive: Archive, history: History, policy: Policy | None = None) -> Search:
    """A search as the run's was before its first event; `policy` in the place of the run's own.

    Its tasks are those that the search met, in the order it met them.
    """
    try:
        config = told_config(archive) or Config()
    except ValidationError:
        # Begun by other code. `phylo` can judge what any policy chose.
        config = Config()
    asked = history.asked.values()
    tasks = dict.fromkeys(each.task for each in asked if each.purpose == "search" and each.task is not None)
    chosen = policy or POLICIES[config.search.policy](config.search.settings)
    plan = Plan(config.budget.evaluations, rounds=config.search.rounds)
    return Search(chosen, list(tasks) or [NONE_YET], [], plan, config.seed)
