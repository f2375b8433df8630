"""What is demanded of a seed agent, tried demand by demand, each failure with its mend."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grade import grade
from benchmarks.task import Task
from dgm.admission import Rules, edits_itself, fixes_a_line, objection
from dgm.gateway import Unbounded
from dgm.manifest import Manifest, ManifestError, read_manifest
from dgm.models.base import Model
from dgm.session import AGENT, SUMMARY, Ran, Session, Terms
from dgm.worker import work
from sandbox.base import Exit, Folder, Order, SandboxError
from sandbox.tree import Tree, TreeError

_HAND = "give the model a tool that runs a command or writes a file"


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that was tried. One that is not `needed` is advice: a run takes the agent without it."""

    name: str
    met: bool
    told: str
    mend: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Trials:
    """What an agent is tried with: a sandbox with a line to `model`, and a task that can be resolved."""

    session: Session
    model: Model
    task: Task
    solve: Terms
    improve: Terms


def source(folder: Path) -> tuple[Tree | None, Demand]:
    """The agent's tree, if the folder can be one."""
    try:
        tree = Tree.from_folder(folder)
    except (OSError, TreeError) as error:
        return None, Demand("source", met=False, told=str(error), mend="leave files and folders alone in it")
    return tree, Demand("source", met=True, told=f"{len(tree)} files, {tree.size} bytes")


def on_sight(tree: Tree, rules: Rules) -> Iterator[Demand]:
    """What can be told without running it; the last one failed if it is no agent at all."""
    try:
        manifest = read_manifest(tree)
    except ManifestError as error:
        yield Demand("agent.toml", met=False, told=str(error), mend="see docs/your-own-agent.md")
        return
    yield Demand("agent.toml", met=True, told=_told(manifest))
    refused = objection(tree, (), (), Rules(rules.max_files, rules.max_bytes, manifest.image))
    yield Demand(
        "size and paths",
        met=refused is None,
        told=refused or f"at most {rules.max_files} files and {rules.max_bytes} bytes, nothing acts on git",
        mend="take out what it does not need, or raise admission.max_files and admission.max_kib of the run",
    )


def at_work(tree: Tree, trials: Trials) -> Iterator[Demand]:
    """What only running it can tell; stops where nothing after can be told."""
    manifest, sandbox = read_manifest(tree), trials.session.sandbox
    if manifest.image is not None:
        try:
            told, met = sandbox.digest(manifest.image), True
        except SandboxError as error:
            told, met = str(error), False
        yield Demand("image", met=met, told=told, mend="see docs/your-own-agent.md")
        if not met:
            return
    yield _helps(tree, manifest, trials)
    for name, trial in (("one-line fix", fixes_a_line), ("edits itself", edits_itself)):
        refused = trial(tree, trials.session)
        yield Demand(name, met=refused is None, told=refused or "by the words of a script", mend=_HAND)
    yield from _solves(tree, trials)
    yield from _improves(tree, trials)


def _helps(tree: Tree, manifest: Manifest, trials: Trials) -> Demand:
    folders = {AGENT: Folder(tree)}
    order = Order((*manifest.solve, "--help"), folders, AGENT, image=manifest.image)
    end = trials.session.sandbox.run(order)
    return Demand(
        "solve --help",
        met=end.succeeded,
        told=_how(end),
        mend="end with status 0: the offline model asks that of a source it has edited",
        needed=False,
    )


def _solves(tree: Tree, trials: Trials) -> Iterator[Demand]:
    task = trials.task
    ran = trials.session.solve(
        tree, task.repository, task.issue, {"id": task.id}, trials.model, trials.solve, Unbounded()
    )
    yield from _ended("solve", ran)
    verdict = grade(task, work(task.repository, ran.after), trials.session.sandbox)
    yield Demand(
        f"resolves {task.id}",
        met=verdict.verdict == "resolved",
        told=verdict.reason or verdict.verdict,
        mend=f"see what it did with {trials.model.name}; a run takes an agent that resolves nothing",
        needed=False,
    )


def _improves(tree: Tree, trials: Trials) -> Iterator[Demand]:
    evidence = Tree({path: text.encode() for path, text in _evidence(trials.task).items()})
    ran = trials.session.improve(tree, evidence, trials.model, trials.improve, Unbounded())
    yield from _ended("improve", ran)
    yield Demand(
        SUMMARY,
        met=bool(ran.summary.strip()),
        told=f"{len(ran.summary)} characters",
        mend=f"have improve write $DGM_OUT/{SUMMARY}: what was changed and why, a title first",
        needed=False,
    )


def _evidence(task: Task) -> Mapping[str, str]:
    """In the frozen form: of an agent without relatives that failed at `task` by doing nothing."""
    agent, place = "0" * 40, f"tasks/{task.id}"
    scores = {"agent": agent, "split": task.split, "resolved": 0, "attempted": 1}
    verdict = {"verdict": "unresolved", "reason": "nothing was changed", "said": ""}
    return {
        "scores.json": json.dumps({**scores, "tasks": {task.id: "unresolved"}}),
        "lineage.json": json.dumps({"agent": agent, "ancestors": []}),
        "earlier.json": "[]",
        f"{place}/issue.md": task.issue,
        f"{place}/patch.diff": "",
        f"{place}/transcript.jsonl": "",
        f"{place}/verdict.json": json.dumps({**verdict, "hidden_tests": {}}),
    }


def _ended(command: str, ran: Ran) -> Iterator[Demand]:
    exit_ = ran.exit
    said = exit_.output[-500:].decode("utf-8", "replace").strip().splitlines()
    told = f"{_how(exit_)}, after {ran.usage.calls} calls"
    met = exit_.how == "exited" and ran.after is not None
    last = f"; it said: {said[-1]}" if said and not exit_.succeeded else ""
    left = "" if ran.after is not None else f"; nothing came back: {'; '.join(ran.breaches)}"
    yield Demand(
        command, met=met, told=told + left + last, mend="keep within [solve] and [improve] of run.toml"
    )
    yield Demand(
        f"{command} asks the model",
        met=ran.usage.calls > 0,
        told=f"{ran.usage.calls} calls, {ran.usage.tokens} tokens",
        mend="speak to $DGM_GATEWAY with $DGM_TOKEN, or set openai = true under [runtime]",
    )


def _how(end: Exit) -> str:
    return f"ended with status {end.code}" if end.how == "exited" else f"was stopped by its limit: {end.how}"


def _told(manifest: Manifest) -> str:
    words = [f"solve = {' '.join(manifest.solve)}", f"improve = {' '.join(manifest.improve)}"]
    words += [f"image = {manifest.image}"] if manifest.image else []
    return ", ".join([*words, "openai"] if manifest.openai else words)


def lacking(demands: Iterable[Demand]) -> bool:
    """Whether something that is needed was not met."""
    return any(demand.needed and not demand.met for demand in demands)
