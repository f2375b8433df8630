"""The one wiring point: a run's folder, its parts put together, started or taken up again."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.base import Archive, ArchiveError
from archive.disk import DiskArchive
from archive.events import Born, Digest, Resumed, Started, TaskId
from benchmarks.floor import floor
from benchmarks.placed import PlacedSuite
from benchmarks.registry import open_suite
from benchmarks.task import Suite, SuiteError, Task
from dgm import kept_splits
from dgm.assignments import Assigner
from dgm.canary import Canary
from dgm.config import Config, ConfigError, Origin
from dgm.controller import Controller, Progress
from dgm.executor.threads import Threads
from dgm.gateway import Gateway
from dgm.givens import AGENT_IMAGE, RUN_TOML, origins_splits, priced, recorded_config, seed_tree, versions_of
from dgm.history import History
from dgm.keys import Keys
from dgm.ledger import Ledger
from dgm.models.base import Model
from dgm.models.cassette import Recording, transcript_lines
from dgm.models.player import Absent
from dgm.models.registry import open_model
from dgm.original import Original
from dgm.policy import POLICIES
from dgm.purse import Purse
from dgm.requests import Requests
from dgm.run_toml import changed, to_toml
from dgm.search import Plan, Search
from dgm.session import Session
from dgm.worker import Finding, Worker
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.runtime import cache_folder

CHANGEABLE = ("budget.", "stop.", "workers", "sandbox.", "keys.", "cassette.", "bench.attempts")
"""Settings that `resume` may change: none of them alters what was measured."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what goes on: `notice` one line now and then, `progress` a few times a second."""

    notice: Callable[[str], None]
    progress: Callable[[Progress], None]
    controller: Callable[[Controller], None]
    """Gets the controller before it starts, so that a signal handler can stop it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a controller let go of a run."""

    folder: Path
    reason: str
    history: History


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with beside its folder."""

    suite: Suite
    sandbox: Sandbox
    gateway: Gateway
    worker: Worker


@contextmanager
def open_parts(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    """The parts that `config` names.

    Raises:
        ConfigError, SuiteError, SandboxError: a part is unknown, or does not work here.
    """
    suite = open_suite(config.suite.name)
    keys = Keys(config.keys.file)
    replays = config.cassette.mode == "replay"
    models: dict[str, Model] = {
        name: Absent(name) if replays else open_model(name, keys) for name in config.model.names
    }
    offline = config.model.names == ("offline",)
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            open_sandbox(config.sandbox.backend, trusted=offline and suite.shipped, notice=notice)
        )
        if isinstance(suite, PlacedSuite):
            suite.prepare(sandbox, notice, config.suite.registry)
        gateway = stack.enter_context(Gateway())
        yield Parts(suite, sandbox, gateway, Worker(Session(sandbox, gateway), models))


OpenParts = Callable[[Config, Callable[[str], None]], AbstractContextManager[Parts]]
Crossing = Callable[[str], None]


def launch(
    folder: Path,
    config: Config,
    watch: Watch,
    *,
    parts_of: OpenParts = open_parts,
    crossing: Crossing = lambda _: None,
) -> Outcome:
    """Start a run in a new folder and carry it on; `crossing` hears of each boundary of durability.

    Raises:
        ConfigError, SuiteError, SandboxError, ArchiveError: one line each, before anything is overwritten.
    """
    _need_writable(folder)
    seed = seed_tree(config)
    _answering(config)
    with parts_of(config, watch.notice) as parts, ExitStack() as stack:
        kept_splits.hold(origins_splits(config), parts.suite)
        _need_tasks(config, parts.suite)
        versions = versions_of(parts.sandbox, seed)
        config = priced(_named(config, parts.suite), watch.notice)
        archive = stack.enter_context(DiskArchive.create(folder, epoch=config.epoch, crossing=crossing))
        (folder / RUN_TOML).write_bytes(to_toml(config).encode())
        _begin(folder, archive, config, parts, versions)
        return _carry_on(folder, archive, config, parts, watch)


def fork(
    origin: Path,
    agent: str,
    folder: Path,
    overrides: Iterable[str],
    watch: Watch,
    *,
    parts_of: OpenParts = open_parts,
) -> Outcome:
    """Start a run like the one in `origin`, but for `overrides`, with one of its agents as the seed agent.

    `agent` is an ordinal or an id prefix; raises as `launch` does.
    """
    with DiskArchive.read(origin) as archive:
        config = recorded_config(origin, archive)
        seed = Origin(run=str(origin.resolve()), agent=archive.lineage.resolve(agent))
    config = config.model_copy(update={"forked_from": seed, "seed_agent": None})
    return launch(folder, changed(config, overrides), watch, parts_of=parts_of)


def resume(
    folder: Path,
    overrides: Iterable[str],
    watch: Watch,
    *,
    parts_of: OpenParts = open_parts,
    crossing: Crossing = lambda _: None,
) -> Outcome:
    """Take a run up again where its journal ends; raises as `launch` does."""
    overrides = list(overrides)
    for override in overrides:
        if not override.startswith(CHANGEABLE):
            allowed = "budget.*, stop.*, workers, sandbox.*, keys.*, cassette.* and bench.attempts"
            raise ConfigError(f"--set {override}: a run that was started can only change {allowed}")
    with DiskArchive.open(folder, crossing=crossing) as archive:
        config = priced(changed(recorded_config(folder, archive), overrides), watch.notice)
        with parts_of(config, watch.notice) as parts:
            born = archive.lineage.agent(0)
            seed = seed_tree(config) if born is None else archive.tree(born)
            splits = origins_splits(config) if born is None else kept_splits.kept(archive)
            kept_splits.hold(splits, parts.suite)
            _need_tasks(config, parts.suite)
            versions = versions_of(parts.sandbox, seed)
            _need_same_image(folder, archive, versions)
            if _begin(folder, archive, config, parts, versions):
                archive.record(Resumed(_keep(archive, config), versions))
            return _carry_on(folder, archive, config, parts, watch)


def ended(folder: Path) -> bool:
    """Whether the run in `folder` has nothing left to do."""
    stopped = History(entry.event for entry in DiskArchive.read(folder).entries()).stopped
    return stopped is not None and is_done(stopped.reason)


def is_done(reason: str) -> bool:
    """Whether a controller that let go for `reason` had nothing left to do."""
    return reason.partition(":")[0] == "done"


def _named(config: Config, suite: Suite) -> Config:
    """`config` with a user's suite as it says of itself that it is opened: a hub's data set by its commit."""
    if not isinstance(suite, PlacedSuite):
        return config
    return config.model_copy(update={"suite": config.suite.model_copy(update={"name": suite.name})})


def _need_writable(folder: Path) -> None:
    """Fail at once, not after the sandbox was built, where a run can't be written."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def _need_tasks(config: Config, suite: Suite) -> None:
    """A search that can evaluate nobody would expand for ever."""
    if config.bench is None and not _searched(config, suite):
        raise SuiteError(
            f"suite {suite.name}: no task in split search; mend: another --suite, or, for one of your own, "
            f"dgm tasks split {suite.name} --share search=1 --share held_out=1"
        )


def _need_same_image(folder: Path, archive: Archive, versions: Mapping[str, str]) -> None:
    started = (entry.event for entry in archive.entries() if isinstance(entry.event, Started))
    before = next((event.versions.get(AGENT_IMAGE) for event in started), None)
    now = versions.get(AGENT_IMAGE)
    if before is not None and before != now:
        raise ArchiveError(
            f"{folder}: the agents' image was {before} and is {now} now: verdicts would not compare; "
            f"mend: docker tag {before} with its name, or start another run"
        )


def _begin(folder: Path, archive: Archive, config: Config, parts: Parts, versions: Mapping[str, str]) -> bool:
    """Record what the run is and its root; tells whether both were there already."""
    events = [entry.event for entry in archive.entries()]
    complete = True
    if not any(isinstance(event, Started) for event in events):
        complete = False
        archive.record(
            Started(
                run=folder.resolve().name,
                seed=config.seed,
                epoch=config.epoch,
                config=_keep(archive, config),
                suite=parts.suite.name,
                suite_digest=parts.suite.digest,
                versions=versions,
                splits=kept_splits.keep(archive, parts.suite, config.seed),
            )
        )
    if not any(isinstance(event, Born) for event in events):
        complete = False
        tree = seed_tree(config)
        root = archive.commit(0, (), tree, "seed agent", 0)
        archive.record(Born(0, root, 0, (), tree.hash, archive.put(b"seed agent")))
    return complete


def _carry_on(folder: Path, archive: Archive, config: Config, parts: Parts, watch: Watch) -> Outcome:
    events = [entry.event for entry in archive.entries()]
    history = History(events)
    started = history.started
    if started is not None and started.suite_digest != parts.suite.digest:
        raise ArchiveError(
            f"{folder}: suite {started.suite!r} has changed since the run started; "
            "verdicts would not compare: start another run"
        )
    tasks = {TaskId(name): task for name, task in parts.suite.tasks.items()}
    _check_floor([*_searched(config, parts.suite), *_compared(config, parts.suite)], parts, config, watch)
    answering = _answering(config)
    search = new_search(config, parts.suite, kept_splits.kept(archive).get("search"))
    search.replay(events)
    with_threads: Threads[Finding] = Threads(config.workers)
    try:
        controller = Controller(
            archive=archive,
            search=search,
            history=history,
            purse=Purse(Ledger(events), config.budget.cap),
            assigner=Assigner(config, archive, history, tasks, lambda t, a: transcript_lines(folder, t, a)),
            worker=parts.worker,
            executor=with_threads,
            recording=lambda ticket, attempt: Recording(
                folder, ticket, attempt, cassette=config.cassette.mode != "off"
            ),
            answering=answering,
            asks=config.cassette.mode != "replay",
            canary=_canary(config, history, parts),
            requests=Requests(folder),
            budget=config.budget,
            models=config.model,
            watch=watch.progress,
        )
        watch.controller(controller)
        return Outcome(folder, controller.run(), history)
    finally:
        with_threads.close()


def _canary(config: Config, history: History, parts: Parts) -> Canary:
    every = config.canary.every
    # A replay has no model to ask.
    asked = [] if every is None or config.cassette.mode == "replay" else list(parts.worker.models.values())
    first = history.probed[-1].evaluations + (every or 0) if history.probed else 0
    return Canary(asked, config.prices, every or 1, first)


def _answering(config: Config) -> Callable[[int, Model], Model]:
    served = config.cassette.served
    if served is None:
        return lambda _, model: model
    original = Original(served)
    asks = config.cassette.mode == "refresh"
    return lambda ticket, model: original.answering(ticket, model, asks=asks)


def new_search(config: Config, suite: Suite, staged: Sequence[TaskId] | None = None) -> Search:
    """The search of a run before its first event; `staged` as the run keeps it."""
    plan = Plan(
        evaluations=config.budget.evaluations,
        expansions=config.budget.expansions,
        rounds=config.search.rounds,
        finish_share=config.search.finish_share,
        seed_agent=config.report.seed_agent,
        random_agent=config.report.random_agent,
        least_gain=config.stop.gain,
        least_gain_after=config.stop.after,
        latest_only=config.ablation.archive == "latest",
        bench=0 if config.bench is None else config.bench.attempts,
    )
    return Search(
        policy=POLICIES[config.search.policy](config.search.settings),
        tasks=[TaskId(task.id) for task in _searched(config, suite)],
        held_out=[TaskId(task.id) for task in _compared(config, suite)],
        plan=plan,
        seed=config.seed,
        staged=staged if config.bench is None else None,
    )


def _searched(config: Config, suite: Suite) -> Sequence[Task]:
    return suite.split("search") if config.bench is None else ()


def _compared(config: Config, suite: Suite) -> Sequence[Task]:
    return suite.split("held_out" if config.bench is None else config.bench.split)


def _check_floor(tasks: Sequence[Task], parts: Parts, config: Config, watch: Watch) -> None:
    """No task is used unless null fails, gold passes and a tamperer is caught, in this very sandbox."""
    watch.notice(f"checking the floor of {len(tasks)} tasks")
    cache = cache_folder() / "floor"
    with ThreadPoolExecutor(config.workers) as pool:
        reports = pool.map(lambda task: floor(task, parts.sandbox, cache), tasks)
        faults = [report.fault for report in reports if report.fault]
    if faults:
        raise ConfigError(f"suite {parts.suite.name}: {faults[0]} ({len(faults)} of {len(tasks)} tasks)")


def _keep(archive: Archive, config: Config) -> Digest:
    return archive.put(to_toml(config).encode())
