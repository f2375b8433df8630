"""What a run would cost and how long it would take: a few jobs are measured, and the plan is counted.

The plan is counted by letting the search itself decide over coin flips. The jobs are measured in a run of
their own, by default with the offline stand-in, which costs nothing: its tokens, at the prices of the models
that were asked for. It is no language model, so the range is wide.
"""

import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Literal

from numpy.random import PCG64, Generator, SeedSequence

from archive.disk import DiskArchive
from archive.events import AgentId, Born, Called, Digest, End, Rejected, Scored, Usage, Verdict
from benchmarks.task import Split, Suite, Task
from dgm.config import Config, ModelSection
from dgm.jobs import Evaluate, Ticket
from dgm.models.base import ChatReply, Message
from dgm.prices import FREE, price_of
from dgm.run import OpenParts, Parts, Watch, launch, new_search, open_parts
from sandbox.tree import TreeHash

STAND_IN_TASKS = 4
STAND_IN_RANGE, MEASURED_RANGE = (0.5, 3.0), (0.6, 2.0)
"""Of what is likely. Children call more or less than the seed agent, and another model than the stand-in."""
SECONDS_A_CALL, TOKENS_A_SECOND = 2.0, 60.0
"""A language model's answer, where only the stand-in was measured."""
Kind = Literal["solve", "improve"]


@dataclass(frozen=True, slots=True)
class Jobs:
    """How many jobs of each kind."""

    solve: int
    improve: int
    held_out: int
    """Of those that solve."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something takes; of a job, a mean."""

    calls: float
    tokens: float
    micro_usd: float
    seconds: float
    """Of one worker."""

    def times(self, factor: float) -> "Cost":
        """`factor` times as much."""
        parts = (self.calls, self.tokens, self.micro_usd, self.seconds)
        return Cost(*(part * factor for part in parts))

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.tokens + other.tokens,
            self.micro_usd + other.micro_usd,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would take, with its range; `seconds` are wall time with the workers that were asked for."""

    jobs: Jobs
    likely: Cost
    low: Cost
    high: Cost
    measured: Mapping[Kind, int]
    """Jobs."""
    spent_micro_usd: int
    """By measuring."""


@dataclass(frozen=True, slots=True)
class Few:
    """Some search tasks of a suite, evenly spread over its split."""

    whole: Suite
    count: int

    @property
    def name(self) -> str:
        """The suite's."""
        return self.whole.name

    @property
    def shipped(self) -> bool:
        """The suite's."""
        return self.whole.shipped

    @property
    def tasks(self) -> Mapping[str, Task]:
        """The chosen."""
        return {task.id: task for task in self.split("search")}

    def split(self, name: Split) -> Sequence[Task]:
        """The chosen of the search split, and of any other none."""
        every = self.whole.split(name) if name == "search" else ()
        count = min(self.count, len(every))
        return [every[place * len(every) // count] for place in range(count)]

    @property
    def digest(self) -> str:
        """Of what was chosen."""
        return sha256("".join(task.digest for task in self.tasks.values()).encode()).hexdigest()


def forecast(
    config: Config,
    notice: Callable[[str], None],
    *,
    evaluations: int | None = None,
    parts_of: OpenParts = open_parts,
) -> Forecast:
    """What `config` would take: with `evaluations`, from so many real ones of the models that it names.

    An expansion of the seed agent, and one attempt by its child, are measured too.

    Raises:
        ConfigError, SuiteError, SandboxError, ArchiveError: as for a run.
    """
    stand_in = evaluations is None
    suites: list[Suite] = []

    @contextmanager
    def few(given: Config, told: Callable[[str], None]) -> Iterator[Parts]:
        with parts_of(given, told) as parts:
            suites.append(parts.suite)
            yield replace(parts, suite=Few(parts.suite, evaluations or STAND_IN_TASKS))

    with tempfile.TemporaryDirectory(prefix="dgm-forecast-") as folder:
        run = Path(folder) / "run"
        quiet = Watch(notice, lambda _: None, lambda _: None)
        launch(run, _measuring(config, stand_in=stand_in), quiet, parts_of=few)
        with DiskArchive.read(run) as archive:
            events = [entry.event for entry in archive.entries()]
    calls = [event for event in events if isinstance(event, Called)]
    ends: dict[Kind, list[End]] = {"solve": [], "improve": []}
    for event in events:
        if isinstance(event, Scored | Born | Rejected) and event.ticket:
            ends["solve" if isinstance(event, Scored) else "improve"].append(event)
    costs = {kind: _mean_cost(config, kind, ends[kind], calls, stand_in=stand_in) for kind in ends}
    solved = [isinstance(end, Scored) and end.verdict == "resolved" for end in ends["solve"]]
    jobs = planned(config, suites[0], mean(solved) if solved else 0.5)
    likely = costs["solve"].times(jobs.solve) + costs["improve"].times(jobs.improve)
    likely = replace(likely, seconds=likely.seconds / config.workers)
    low, high = STAND_IN_RANGE if stand_in else MEASURED_RANGE
    return Forecast(
        jobs,
        likely,
        likely.times(low),
        likely.times(high),
        {kind: len(those) for kind, those in ends.items()},
        sum(call.usage.micro_usd for call in calls),
    )


def planned(config: Config, suite: Suite, rate: float) -> Jobs:
    """The jobs of a run whose children all live, and resolve each task with probability `rate`.

    The seed resolves nothing, so that it is not the champion, and has at most one attempt at each held-out
    task: what the champion's cost is not known yet. Every worker has a job, and jobs take equally long.
    """
    search = new_search(config, suite)
    rng = Generator(PCG64(SeedSequence([config.seed])))
    root = AgentId(f"{0:040x}")
    search.tell(Born(0, root, 0, (), TreeHash(""), Digest("")))
    solve = improve = held_out = 0
    running = deque[Ticket]()
    while True:
        while len(running) < config.workers and (ticket := search.ask()) is not None:
            running.append(ticket)
            improve += not isinstance(ticket.job, Evaluate)
            solve += isinstance(ticket.job, Evaluate)
            held_out += ticket.purpose == "held_out"
        if not running:
            return Jobs(solve, improve, held_out)
        search.tell(_imagined(running.popleft(), root, lucky=bool(rng.random() < rate)))


def _imagined(ticket: Ticket, root: AgentId, *, lucky: bool) -> End:
    nothing = Digest("")
    match ticket.job:
        case Evaluate(agent, task):
            verdict: Verdict = "resolved" if lucky and agent != root else "unresolved"
            return Scored(ticket.number, agent, task, ticket.purpose, verdict, "", nothing, nothing, Usage(1))
        case making:
            child = AgentId(f"{ticket.number:040x}")
            return Born(ticket.number, child, ticket.number, making.parents, TreeHash(""), nothing)


def _measuring(config: Config, *, stand_in: bool) -> Config:
    """A run of one pass of the seed agent and one expansion of it."""
    table = config.model_dump(exclude_none=True)
    table.pop("cassette")
    table["search"] |= {"policy": "hgm", "initial_expansions": 1, "rounds": 1}
    table["budget"] |= {"evaluations": 1, "expansions": 1}
    if stand_in:
        table |= {"model": ModelSection().model_dump(), "prices": {}}
        table["budget"] = {"evaluations": 1, "expansions": 1}
    return Config.model_validate(table)


def _mean_cost(
    config: Config, kind: Kind, ends: Sequence[End], calls: Sequence[Called], *, stand_in: bool
) -> Cost:
    """What one job of a kind took, at the prices of the models that `config` names for it."""
    if not ends:
        return Cost(0, 0, 0, 0)
    tickets = {end.ticket for end in ends}
    those = [call for call in calls if call.ticket in tickets]
    tokens = sum(call.usage.tokens for call in those)
    seconds = sum(end.seconds for end in ends)
    micro_usd = float(sum(call.usage.micro_usd for call in those))
    if stand_in:
        weights = {config.model.solve: 1.0} if kind == "solve" else config.model.improve_weights
        micro_usd = _priced(config, weights, those)
        if set(weights) != {"offline"}:
            seconds += sum(SECONDS_A_CALL + call.usage.tokens_out / TOKENS_A_SECOND for call in those)
    return Cost(len(those), tokens, micro_usd, seconds).times(1 / len(ends))


def _priced(config: Config, weights: Mapping[str, float], calls: Sequence[Called]) -> float:
    """Micro-dollars of the calls' tokens, nothing of them cached, at the models' weighted mean price."""
    total = sum(weights.values())
    return sum(
        weight / total * sum((price_of(model, config.prices) or FREE).cost(_reply(call)) for call in calls)
        for model, weight in weights.items()
    )


def _reply(call: Called) -> ChatReply:
    return ChatReply(
        message=Message(role="assistant"),
        finish_reason="stop",
        tokens_in=call.usage.tokens_in,
        tokens_out=call.usage.tokens_out,
        model=call.model,
    )
