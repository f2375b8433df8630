"""A miniature run that is real in every part but the model: tiny tasks, and a model that tinkers.

Run as a program it starts or resumes the run in a folder, and may kill itself at a boundary of durability:
`python -m tests.run.mini FOLDER WORKERS [COUNT [BOUNDARY [SETTING...]]]` dies at the COUNT-th boundary, of
that name, or of `any`; COUNT 0 never dies. Settings are those of a run that is started.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

from benchmarks.task import Split, Suite, Task
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.models.base import ChatReply, ChatRequest, Model
from dgm.models.scripted import Say, Scripted, Shell
from dgm.run import OpenParts, Outcome, Parts, Watch, launch, resume
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import Worker
from sandbox.registry import BACKENDS, open_sandbox
from sandbox.tree import Change, Tree
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

QUIET = Watch(lambda _: None, lambda _: None, lambda _: None)


def task(number: int, split: Split) -> Task:
    """Its defect can be repaired by an agent whose tree holds `number` notes or more."""
    good = Tree({"sums.py": f"def add(a, b):\n    return a + b  # {number}\n".encode()})
    bad = Tree({"sums.py": good["sums.py"].data.replace(b"a + b", b"a - b")})
    test = "from sums import add\n\ndef test_add():\n    assert add(2, 3) == 5\n"
    test += "\ndef test_zero():\n    assert add(2, 0) == 2\n"
    return Task(
        id=f"{split.replace('_', '-')}-{number}",
        split=split,
        issue=f"add is wrong ({number})",
        repository=bad,
        gold=Change.between(bad, good),
        hidden=Tree({"tests/test_sums.py": test.encode()}),
        fail_to_pass=("tests/test_sums.py::test_add",),
        pass_to_pass=("tests/test_sums.py::test_zero",),
    )


IDLE = "b"
"""Ideas whose mark begins so change nothing, and are rejected."""


class MiniSuite:
    """Four search tasks and two held-out ones, of growing difficulty."""

    name = "mini"
    shipped = False

    @property
    def tasks(self) -> Mapping[str, Task]:
        made = [task(n, "search") for n in range(4)] + [task(n, "held_out") for n in (1, 2)]
        return {each.id: each for each in made}

    def split(self, name: Split) -> Sequence[Task]:
        return [each for each in self.tasks.values() if each.split == name]

    @property
    def digest(self) -> str:
        return sha256("".join(each.digest for each in self.tasks.values()).encode()).hexdigest()


class Tinkerer:
    """Improves by adding a note to the agent's tree; solves what the notes are enough for."""

    name = "tinkerer"

    def complete(self, request: ChatRequest) -> ChatReply:
        if request.model == "improve":
            first = next(message for message in request.messages if message.role == "user")
            mark = sha256((first.content or "").encode()).hexdigest()[:12]
            idea = "true" if mark[0] in IDLE else f"echo {mark} > note-{mark}.txt"
            script = Scripted([Shell(idea), Say(f"Added note {mark}.")])
        else:
            command = (
                "need=$(sed -n 's/.*# //p' sums.py); have=$(ls $DGM_AGENT | grep -c '^note-'); "
                "[ $have -ge $need ] && sed -i 's/a - b/a + b/' sums.py && echo fixed || echo cannot"
            )
            script = Scripted([Shell(command), Say("That is all I can do.")])
        return script.complete(request)


@contextmanager
def parts_with(suite: Suite, model: Model, config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    models: dict[str, Model] = dict.fromkeys(config.model.names, model)
    backends = BACKENDS_WITHOUT_ENGINE if config.sandbox.backend == "auto" else BACKENDS
    with (
        open_sandbox(config.sandbox.backend, backends=backends, notice=notice) as sandbox,
        Gateway() as gateway,
    ):
        yield Parts(suite, sandbox, gateway, Worker(Session(sandbox, gateway), models))


def mini_parts(config: Config, notice: Callable[[str], None]) -> AbstractContextManager[Parts]:
    return parts_with(MiniSuite(), Tinkerer(), config, notice)


def config(workers: int = 1, evaluations: int = 20, more: Sequence[str] = ()) -> Config:
    sets = [f"workers={workers}", f"budget.evaluations={evaluations}", "budget.expansions=6", "seed=7"]
    return read(None, [*sets, "search.initial_expansions=2", *more])


def carry_on(
    folder: Path,
    workers: int = 1,
    crossing: Callable[[str], None] = lambda _: None,
    watch: Watch = QUIET,
    more: Sequence[str] = (),
    parts_of: OpenParts = mini_parts,
) -> Outcome:
    """Start the run, or take it up again if it was started."""
    if (folder / "run.toml").exists():
        return resume(folder, [], watch, parts_of=parts_of, crossing=crossing)
    return launch(folder, config(workers, more=more), watch, parts_of=parts_of, crossing=crossing)


def main(parts_of: OpenParts = mini_parts) -> None:
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    left = [int(sys.argv[3]) if len(sys.argv) > 3 else -1]
    wanted = sys.argv[4] if len(sys.argv) > 4 else None

    def crossing(name: str) -> None:
        with (folder.parent / "crossed").open("a") as log:
            log.write(name + "\n")
        left[0] -= wanted in (None, "any", name)
        if left[0] == 0 and wanted in (None, "any", name):
            os.kill(os.getpid(), signal.SIGKILL)

    print(carry_on(folder, workers, crossing, more=sys.argv[5:], parts_of=parts_of).reason)


if __name__ == "__main__":
    main()
