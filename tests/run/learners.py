"""A miniature run whose agents learn different things, so that merges pay: two children, then their merge.

A thing learnt is a line of a file: of its own file if learners go `apart`, of one file if they are `rivals`.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from benchmarks.task import Task
from dgm.config import Config
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.scripted import Say, Scripted, Shell
from dgm.run import Parts
from tests.run.mini import MiniSuite, parts_with, task

THINGS = 4
SETTINGS = (
    "search.policy=greedy",
    "search.merge_share=1.0",
    "search.finish_share=0.0",
    "budget.evaluations=18",
    "budget.expansions=3",
)


class LearnersSuite(MiniSuite):
    """A search task for each thing that can be learnt, two for who never learnt any, and a held-out one."""

    name = "learners"

    @property
    def tasks(self) -> Mapping[str, Task]:
        made = [*(task(n, "search") for n in range(THINGS + 2)), task(0, "held_out")]
        return {each.id: each for each in made}


class Learner:
    """Improves by learning a thing in the place of all it knew, and finishes a merge by the other's patch."""

    name = "learner"

    def __init__(self, files: int) -> None:
        self._files = files

    def complete(self, request: ChatRequest) -> ChatReply:
        asked = next(message.content or "" for message in request.messages if message.role == "user")
        if request.model != "improve":
            command = (
                "need=$(sed -n 's/.*# //p' sums.py); cat $DGM_AGENT/knows-*.txt > /tmp/known 2>/dev/null || "
                f"printf '{THINGS}\\n{THINGS + 1}\\n' > /tmp/known; "
                "grep -qx $need /tmp/known && sed -i 's/a - b/a + b/' sums.py"
            )
            script = [Shell(f"{command}; true"), Say("That is all I can do.")]
        elif "A merge to be finished" in asked:
            learnt = r"sed -n 's/^+\([0-9]\)/\1/p' $DGM_EVIDENCE/merge/patch.diff >> knows-0.txt"
            script = [Shell(learnt), Say("Knows what both knew.")]
        else:
            thing = asked.count("Learnt") % THINGS
            file = f"knows-{thing % self._files}.txt"
            script = [Shell(f"rm -f knows-*; echo {thing} > {file}"), Say(f"Learnt {thing}.")]
        return Scripted(script).complete(request)


def apart(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
    return parts_with(LearnersSuite(), Learner(THINGS), config, notice)


def rivals(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
    return parts_with(LearnersSuite(), Learner(1), config, notice)
