"""The settings of a run, as frozen, strict records. Units stand in the names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dgm.cap import Cap
from dgm.policy import Settings
from dgm.policy.darwin import Keep
from dgm.prices import Price
from sandbox.base import Limits

EPOCH = 1_767_225_600
"""2026-01-01T00:00:00Z: commit dates count from here, so that the same agent has the same id in every run."""


class ConfigError(ValueError):
    """A setting that can't be used. The message names the source, the key and what is allowed."""


Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A table of run.toml: unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Budget(Section):
    """What the whole run may use."""

    evaluations: int = Field(default=120, ge=0)
    """Search evaluations, the seed agent's first pass not counted."""
    expansions: int | None = Field(default=None, ge=0)
    usd: float | None = Field(default=None, ge=0)
    """What all calls cost; a call starts only below it."""
    tokens: int | None = Field(default=None, ge=0)
    """In and out, of all calls."""
    calls: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, gt=0)
    """Wall time since this controller started."""

    @property
    def cap(self) -> Cap:
        """What bounds the calls."""
        return Cap(None if self.usd is None else round(self.usd * 1_000_000), self.tokens, self.calls)


class StopSection(Section):
    """When a search ends before its budget does; the comparison at its end is carried out all the same."""

    gain: float | None = Field(default=None, ge=0, le=1)
    """Where the rest of the evaluations promises the champion less than this rate; never if absent, or 0."""
    after: int = Field(default=60, ge=0)
    """Evaluations before which nobody looks."""


class SearchSection(Section):
    """How the search goes about it; a setting that the policy has no use for is not read."""

    policy: str = "phylo"
    alpha: float = Field(default=0.6, gt=0, le=1)
    phylo_alpha: float = Field(default=0.8, gt=0, le=1)
    """`phylo` grows as many agents as seem worth it, about N ** `phylo_alpha` at most."""
    phylo_haste: float = Field(default=0.08, ge=0, allow_inf_nan=False)
    """By what share each ticket under way, from the second to the 15th, has `phylo` grow more agents: more
    children make up for parents that are chosen before their elders are measured."""
    expansion_cost: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """What an expansion costs, in evaluations, as `phylo` reckons; its bounds let in fewer agents by the root
    of that."""
    uct_alpha: float = Field(default=0.5, gt=0, le=1)
    uct_exploration: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    """What UCB1's bound is wide by; sqrt 2 where rewards may be anything in 0..1."""
    initial_expansions: int = Field(default=5, ge=0)
    rounds: int = Field(default=1, ge=1, le=10)
    """Attempts an agent may have at each search task; more than one where agents are left to chance."""
    stage_one: int = Field(default=10, ge=1)
    """Tasks; in a split smaller than both stages, each is its share of the split."""
    stage_two: int = Field(default=50, ge=0)
    stage_needed: float = Field(default=0.4, ge=0, le=1)
    """Share of stage one that opens stage two."""
    archive: Keep = "keep_all"
    keep_margin: float = Field(default=0.1, ge=0, le=1)
    """How far below its parent's score (0..1) `keep_better` lets a child be."""
    champion_quantile: float = Field(default=0.05, gt=0, lt=1)
    finish_share: float = Field(default=0.15, ge=0, lt=1)
    """Share of the evaluations that come after the last expansion was asked."""
    finish_agents: int = Field(default=3, ge=1)
    """Whose tasks are completed in the end; `phylo` goes by worth instead."""
    merge_share: float = Field(default=0.0, ge=0, le=1)
    """Share of the expansions that merge two agents, where two complement each other."""

    @property
    def settings(self) -> Settings:
        """The part that the policy is made with."""
        return Settings(**self.model_dump(include=set(Settings.__dataclass_fields__)))


class ModelSection(Section):
    """Which model answers in which role."""

    solve: str = "offline"
    improve: str | list[str] | dict[str, Weight] = "offline"
    """One model, or several among which each expansion draws, with a weight each."""
    improve_draw: Literal["weight", "children"] = "weight"
    """By the weights alone, or by what became of the children of each."""
    allow_unpriced: bool = False
    """Whether a model without a price may be used; its calls count as costing nothing."""

    @field_validator("improve")
    @classmethod
    def _some(cls, value: str | list[str] | dict[str, Weight]) -> str | list[str] | dict[str, Weight]:
        if not value or (isinstance(value, list) and len(set(value)) < len(value)):
            raise ValueError("expected one model, or several different ones")
        return value

    @property
    def improve_weights(self) -> Mapping[str, float]:
        """The weight of each model that improves; they need not add up to 1."""
        if isinstance(self.improve, dict):
            return self.improve
        return dict.fromkeys([self.improve] if isinstance(self.improve, str) else self.improve, 1.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Every model, once."""
        return tuple(dict.fromkeys((self.solve, *self.improve_weights)))


class CassetteSection(Section):
    """Which replies are kept, and which are served again instead of asking a model."""

    mode: Literal["off", "record", "replay", "refresh"] = "record"
    """`replay` serves all from the cassette of `run`; `refresh` asks for those that are not on it."""
    run: str | None = None
    """Folder of the run that was recorded."""

    @property
    def served(self) -> Path | None:
        """The run whose replies are served."""
        return Path(self.run) if self.run is not None and self.mode in {"replay", "refresh"} else None


class CanarySection(Section):
    """Whether each model is asked the same question now and then, to notice that it was changed."""

    every: int | None = Field(default=None, ge=1)
    """Evaluations from one time to the next; never if absent."""


class Origin(Section):
    """The agent of another run that this run started from."""

    run: str
    """Folder of that run; read until the seed agent is born, and never again."""
    agent: str = Field(pattern=r"^[0-9a-f]{40}$")


class SuiteSection(Section):
    """What agents are measured by."""

    name: str = "kata"
    registry: str | None = None
    """Goes before the names of the images that rows of swebench's form run in, as `mirror:5000` does."""


class BenchSection(Section):
    """That a run only measures its seed agent, and on what."""

    split: Literal["search", "held_out", "sealed"]
    attempts: int = Field(default=1, ge=1)
    """At each task."""


class SandboxSection(Section):
    """Where agents run."""

    backend: str = "auto"


class JobSection(Section):
    """What one job may use: in the sandbox, and of the model."""

    wall_seconds: float = Field(default=120.0, gt=0)
    cpu_seconds: float = Field(default=120.0, gt=0)
    memory_mib: int = Field(default=1024, ge=64)
    processes: int = Field(default=128, ge=4)
    disk_mib: int = Field(default=128, ge=1)
    calls: int = Field(default=40, ge=1)
    tokens: int = Field(default=2_000_000, ge=1)
    usd: float | None = Field(default=None, ge=0)
    max_tokens: int = Field(default=8192, ge=1)
    """Of one reply."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Goes before what the agent asks for."""

    @property
    def limits(self) -> Limits:
        """The sandbox's part."""
        return Limits(
            wall_seconds=self.wall_seconds,
            cpu_seconds=self.cpu_seconds,
            memory_mib=self.memory_mib,
            processes=self.processes,
            disk_mib=self.disk_mib,
        )


class EvidenceSection(Section):
    """What a parent may read about its failures when it improves itself."""

    failures: int = Field(default=3, ge=0, le=20)
    hidden_tests: Literal["none", "verdict"] = "verdict"
    playbook: Literal["none", "titles", "full"] = "none"
    """How much of the known self-modifications it is shown as suggestions."""
    shuffled: bool = False
    """Whether it reads of another agent that was measured, drawn at random, instead of itself: a control."""


class AblationSection(Section):
    """What is taken away from the search, to see what it is worth."""

    improve: Literal["own", "seed"] = "own"
    """Whose `improve` rewrites an agent: its own, or the seed agent's for all of them."""
    archive: Literal["all", "latest"] = "all"
    """Who may be expanded: any agent, or the one that was admitted last alone."""


class AdmissionSection(Section):
    """What a child may be."""

    max_files: int = Field(default=200, ge=1)
    max_kib: int = Field(default=2048, ge=1)


class KeysSection(Section):
    """Where providers' keys are, beside the environment. No key is ever a setting."""

    file: str | None = None
    """Of `NAME=value` lines, readable by nobody else."""


class ReportSection(Section):
    """What is said before the run of what will be said at its end."""

    discordance: float = Field(default=0.25, gt=0, le=1)
    """Share of held-out tasks that one of champion and seed alone is expected to resolve."""
    seed_agent: bool = True
    """Whether the seed agent meets the held-out tasks beside the champion, at equal cost; nothing is compared
    without it."""
    random_agent: bool = False
    """Whether an agent drawn at random from the archive meets the held-out tasks too."""


class Config(Section):
    """A whole run.toml."""

    seed: int = Field(default=0, ge=0)
    epoch: int = Field(default=EPOCH, ge=0)
    workers: int = Field(default_factory=lambda: (os.cpu_count() or 1) + 1, ge=1, le=256)
    """One more than cores by default: a quarter of a worker's time is waiting."""
    seed_agent: str | None = None
    """Folder of the seed agent; the shipped one if absent."""
    forked_from: Origin | None = None
    """Where the seed agent comes from, instead of a folder."""
    budget: Budget = Budget()
    stop: StopSection = StopSection()
    search: SearchSection = SearchSection()
    model: ModelSection = ModelSection()
    cassette: CassetteSection = CassetteSection()
    canary: CanarySection = CanarySection()
    suite: SuiteSection = SuiteSection()
    bench: BenchSection | None = None
    """Nothing is evolved if present."""
    sandbox: SandboxSection = SandboxSection()
    solve: JobSection = JobSection(calls=14)
    improve: JobSection = JobSection()
    evidence: EvidenceSection = EvidenceSection()
    ablation: AblationSection = AblationSection()
    admission: AdmissionSection = AdmissionSection()
    report: ReportSection = ReportSection()
    keys: KeysSection = KeysSection()
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model, before those of the list; a started run keeps all that it goes by."""
