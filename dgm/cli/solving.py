"""`solve`: an agent of a run works on a repository of the user's, and the user decides what becomes of it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typer

from archive.disk import DiskArchive
from archive.events import Usage
from dgm.assignments import terms_of
from dgm.caution import acting
from dgm.checkout import Checkout, CheckoutError, read_checkout
from dgm.cli.errors import DONE, FAILED
from dgm.config import Config, ConfigError
from dgm.errand import Errand, send
from dgm.gateway import Gateway
from dgm.givens import recorded_config
from dgm.keys import Keys
from dgm.models.registry import open_model
from dgm.patching import apply
from dgm.prices import price_of
from dgm.report.facts import facts
from dgm.session import Ran, Session
from sandbox.diff import render, visible
from sandbox.registry import BACKENDS, open_sandbox
from sandbox.tree import Change, Tree

MAX_ISSUE = 256 * 1024
SHOWN = 10
SAID = 500


def solve_issue(
    folder: Path,
    agent: str,
    repo: Path,
    issue: Path,
    *,
    model: str | None,
    sandbox: str,
    calls: int | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Carry out `dgm solve`; the exit code is 1 if the agent changed nothing."""
    if sandbox not in {"auto", *BACKENDS}:
        raise ConfigError(f"--sandbox {sandbox}: unknown; allowed: auto, {', '.join(BACKENDS)}")
    archive = DiskArchive.read(folder)
    config = recorded_config(folder, archive)
    source = archive.tree(facts(archive).agent(agent))
    checkout, text = read_checkout(repo), _issue(issue)
    _tell(f"{len(checkout.tree)} tracked files of {checkout.folder}")
    _tell_all("left out", checkout.left_out)
    errand = _sent(source, checkout.tree, text, config, model or config.model.solve, sandbox, calls)
    ran, change = errand.ran, errand.change
    diff = visible(render(checkout.tree, change.applied_to(checkout.tree)))
    acts = acting(change.paths)
    if not as_json:
        sys.stdout.write(diff)
        sys.stdout.flush()
    _tell(f"the agent {_ended(ran)}; {_spent(ran.usage)}")
    if errand.said:
        _tell(f"the agent says: {errand.said[:SAID]}")
    _tell(_tests(errand) if change else "nothing was changed")
    _tell_all("look closely, these act by themselves", {p: f"acts on {what}" for p, what in acts.items()})
    applied = bool(change) and _agreed(checkout, change, yes=yes, may_ask=not as_json)
    if applied:
        apply(checkout, change)
        _tell(f"applied to {checkout.folder}: {len(change.paths)} files; git's index is as it was")
    if as_json:
        record: dict[str, Any] = {
            "repository": str(checkout.folder),
            "diff": diff,
            "paths": sorted(change.paths),
            "acting": acts,
            "left_out": dict(checkout.left_out),
            "ended": _ended(ran),
            "said": errand.said,
            "tests_before": asdict(errand.tests_before),
            "tests_after": asdict(errand.tests_after),
            **asdict(ran.usage),
            "applied": applied,
        }
        sys.stdout.write(json.dumps(record) + "\n")
    return DONE if change else FAILED


def _issue(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ISSUE + 1)
    except OSError as error:
        raise CheckoutError(f"--issue {path}: can't be read: {error.strerror}") from None
    if len(data) > MAX_ISSUE or not data.strip():
        raise CheckoutError(f"--issue {path}: is empty, or longer than {MAX_ISSUE // 1024} KiB")
    return data.decode("utf-8", "replace")


def _sent(
    agent: Tree, repository: Tree, issue: str, config: Config, model: str, sandbox: str, calls: int | None
) -> Errand:
    opened = open_model(model, Keys(config.keys.file))
    if price_of(model, config.prices) is None:
        _tell(f"{model} has no price: what it costs is counted as nothing")
    terms = terms_of(config, config.solve, 0, model)
    if calls is not None:
        terms = replace(terms, allowance=replace(terms.allowance, calls=calls))
    # Somebody's repository is nothing to run unknown code on unprotected, whatever the run itself allowed.
    with open_sandbox(sandbox, trusted=False, notice=_tell) as isolated, Gateway() as gateway:
        _tell(f"{opened.name} works in {isolated.name}, with at most {terms.allowance.calls} calls")
        return send(Session(isolated, gateway), agent, repository, issue, opened, terms)


def _agreed(checkout: Checkout, change: Change, *, yes: bool, may_ask: bool) -> bool:
    if yes:
        return True
    if may_ask and sys.stdin.isatty() and sys.stderr.isatty():
        agreed = typer.confirm(f"Apply to {len(change.paths)} files of {checkout.folder}?", err=True)
        if not agreed:
            _tell("nothing was applied")
        return agreed
    _tell("nothing was applied: give --yes, or run it in a terminal, where it asks")
    return False


def _ended(ran: Ran) -> str:
    if ran.after is None:
        return f"left nothing that could be collected: {'; '.join(ran.breaches)}"
    if ran.exit.how == "exited":
        return "finished" if ran.exit.code == 0 else f"ended with exit code {ran.exit.code}"
    return f"was stopped by its limit: {ran.exit.how}"


def _tests(errand: Errand) -> str:
    before, after = errand.tests_before, errand.tests_after
    if not (before.passed or before.other or after.passed or after.other):
        return "of the repository's own tests none could be run here"
    return (
        f"the repository's own tests: {before.passed} passed and {before.other} did not;"
        f" with this change {after.passed} pass and {after.other} do not"
    )


def _spent(usage: Usage) -> str:
    return f"{usage.calls} calls, {usage.tokens} tokens, {usage.micro_usd / 1e6:.4f} $"


def _tell_all(title: str, reasons: Mapping[str, str]) -> None:
    for path in sorted(reasons)[:SHOWN]:
        _tell(f"{title}: {path} ({reasons[path]})")
    if len(reasons) > SHOWN:
        _tell(f"{title}: and {len(reasons) - SHOWN} more")


def _tell(text: str) -> None:
    line = visible(text).replace("\n", "\\n")
    sys.stderr.write(f"{line}\n")
