"""A miniature run whose agents learn different things, so that merges pay; runs as `tests.run.mini` does.

A thing learnt is a line in one of two files: things of one file conflict, things of two files do not.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256

from benchmarks.task import Split, Task
from dgm.config import Config
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.scripted import Say, Scripted, Shell
from dgm.run import Parts
from tests.run.mini import main, parts_with, task

THINGS = 4
SETTINGS = (
    "search.policy=greedy",
    "search.merge_share=1.0",
    "budget.evaluations=80",
    "budget.expansions=12",
    "search.finish_share=0.0",
)


class LearnersSuite:
    """Two search tasks for each thing that can be learnt, and two held-out ones."""

    name = "learners"
    shipped = False

    @property
    def tasks(self) -> Mapping[str, Task]:
        made = [task(n, "search") for n in range(2 * THINGS)] + [task(n, "held_out") for n in (0, 3)]
        return {each.id: each for each in made}

    def split(self, name: Split) -> Sequence[Task]:
        return [each for each in self.tasks.values() if each.split == name]

    @property
    def digest(self) -> str:
        return sha256("".join(each.digest for each in self.tasks.values()).encode()).hexdigest()


class Learner:
    """Improves by learning a thing, and finishes a merge with what the other agent's patch adds."""

    name = "learner"

    def complete(self, request: ChatRequest) -> ChatReply:
        asked = next(message.content or "" for message in request.messages if message.role == "user")
        if request.model != "improve":
            command = (
                "need=$(( $(sed -n 's/.*# //p' sums.py) / 2 )); "
                "cat $DGM_AGENT/knows-*.txt 2>/dev/null | grep -qx $need && sed -i 's/a - b/a + b/' sums.py"
            )
            script = [Shell(f"{command}; true"), Say("That is all I can do.")]
        elif "A merge to be finished" in asked:
            command = (
                'for n in 0 1; do cat knows-$n.txt; sed -n "/^+++ b.knows-$n/,/^diff/s/^+\\([0-9]\\)/\\1/p" '
                "$DGM_EVIDENCE/merge/patch.diff; done > all; "
                'for n in 0 1; do awk "\\$1 % 2 == $n" all | sort -u > knows-$n.txt; done; rm all'
            )
            script = [Shell(command), Say("Knows what both knew.")]
        else:
            thing = int(sha256(asked.encode()).hexdigest(), 16) % THINGS
            script = [Shell(f"echo {thing} >> knows-{thing % 2}.txt"), Say(f"Learnt {thing}.")]
        return Scripted(script).complete(request)


def learners_parts(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
    return parts_with(LearnersSuite(), Learner(), config, notice)


if __name__ == "__main__":
    main(learners_parts)
