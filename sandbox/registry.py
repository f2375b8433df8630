"""Sandboxes by name, and the choice among those that work here."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from sandbox.base import Order, Sandbox, SandboxError
from sandbox.bubblewrap import BubblewrapSandbox
from sandbox.engine import NoEngine
from sandbox.process import ProcessSandbox


def _docker() -> Sandbox:
    """Loaded when it is asked for: the engine's SDK takes a quarter of a second to import."""
    from sandbox.container import DockerSandbox

    return DockerSandbox()


BACKENDS: Mapping[str, Callable[[], Sandbox]] = {
    "docker": _docker,
    "bubblewrap": BubblewrapSandbox,
    "process": ProcessSandbox,
}
ISOLATING = ("docker", "bubblewrap")
"""What `auto` tries, best first."""


class SandboxUnavailable(SandboxError):
    """No sandbox that isolates works here; the message says why and what would mend it."""


def _unheard(_: str) -> None:
    """Nobody asked to be told."""


def open_sandbox(
    name: str = "auto",
    *,
    trusted: bool = False,
    notice: Callable[[str], None] = _unheard,
    backends: Mapping[str, Callable[[], Sandbox]] = BACKENDS,
) -> Sandbox:
    """The sandbox called `name`; `auto` takes the best that works.

    `trusted` says that everything which will run is known to be harmless: only then may `auto` fall back to
    `process`, and `notice` is told why nothing protects.

    Raises:
        SandboxUnavailable: it does not work here.
        ValueError: there is no sandbox of that name.
    """
    if name != "auto":
        if name not in backends:
            raise ValueError(f"no sandbox is called {name!r}; there are auto, {', '.join(backends)}")
        return _working(name, backends[name])
    causes: list[SandboxUnavailable] = []
    for candidate in (one for one in ISOLATING if one in backends):
        try:
            sandbox = _working(candidate, backends[candidate])
        except SandboxUnavailable as error:
            causes.append(error)
            continue
        for cause in causes:
            # That there is no engine is nothing to tell of; that one is of no use is.
            if not isinstance(cause.__cause__, NoEngine):
                notice(f"{cause}\nUntil then {candidate} is used.")
        return sandbox
    why = "; ".join(map(str, causes))
    if not trusted:
        raise SandboxUnavailable(f"{why}. `process` protects nothing and is used only when asked for by name")
    notice(f"Nothing is isolated: {why}.\nEverything runs as plain processes, as only harmless code is run.")
    return _working("process", backends["process"])


def _working(name: str, backend: Callable[[], Sandbox]) -> Sandbox:
    """Open it and have it run something."""
    with ExitStack() as undo:
        try:
            sandbox = undo.enter_context(backend())
            end = sandbox.run(Order(command=(sandbox.python, "-I", "-S", "-c", "print(6 * 7)")))
        except SandboxError as error:
            raise SandboxUnavailable(
                f"{name} does not work here: {error}{known_cause(str(error))}"
            ) from error
        if not end.succeeded or end.output != b"42\n":
            raise SandboxUnavailable(
                f"{name} does not work here: a trial ended by {end.how}: {end.output[:200]!r}"
            )
        undo.pop_all()
    return sandbox


def known_cause(complaint: str, proc: Path = Path("/proc")) -> str:
    """What keeps namespaces from working on this machine and the mend, as far as can be told."""
    restricted = proc / "sys/kernel/apparmor_restrict_unprivileged_userns"
    namespaces = proc / "sys/user/max_user_namespaces"
    if "there is no bwrap" in complaint:
        return ""
    if restricted.exists() and restricted.read_text().strip() == "1":
        return " (AppArmor restricts user namespaces: install the system's bubblewrap and allow it a profile)"
    if namespaces.exists() and namespaces.read_text().strip() == "0":
        return " (user namespaces are off: raise the sysctl user.max_user_namespaces)"
    if "mount proc" in complaint:
        return " (/proc is masked, as in a default container: run outside of it)"
    if "amespace" in complaint and "Seccomp:\t2" in (proc / "self/status").read_text():
        return " (a seccomp filter refuses namespaces, as in a default container: run outside of it)"
    if os.geteuid() == 0 and _in_chroot(proc):
        return " (this is a chroot, in which user namespaces are refused: run outside of it)"
    return ""


def _in_chroot(proc: Path) -> bool:
    try:
        return not Path("/").samefile(proc / "1/root")
    except OSError:
        return False
