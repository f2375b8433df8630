"""One agent command in a fresh sandbox, with a line to a model: the contract with an agent, made real."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from archive.events import Usage
from benchmarks.swe.scripts import ENVIRONMENT, PACKED, UNPACK
from benchmarks.task import Housed
from dgm.bridge import bridged
from dgm.gateway import Allowance, Books, Gateway
from dgm.manifest import Manifest, ManifestError, read_manifest
from dgm.models.base import Model, ModelError, Role
from dgm.prices import FREE, Price
from sandbox.base import GATEWAY_SOCKET, Exit, Folder, Limits, Order, Sandbox
from sandbox.tree import Tree

AGENT, TASK, WORKSPACE, EVIDENCE, OUT = "/agent", "/task", "/workspace", "/evidence", "/out"
IMPROVER = "/improver"
"""Of an agent that rewrites another."""
_NAMED = (AGENT, TASK, EVIDENCE, OUT, IMPROVER)
"""Places whose variables are called like them."""
SUMMARY = "summary.md"
SUMMARY_BYTES = 64 * 1024

# The workspace starts as a git repository of one commit, always the same for the same files.
_COMMIT_WORKSPACE = """
if command -v git >/dev/null 2>&1; then
  (cd "$DGM_WORKSPACE" &&
   export GIT_AUTHOR_DATE="@0 +0000" GIT_COMMITTER_DATE="@0 +0000" GIT_CONFIG_NOSYSTEM=1 &&
   git init -q -b main . && git add -A -f . &&
   git -c user.name=dgm -c user.email=dgm@localhost commit -q --allow-empty -m task) >/dev/null 2>&1
fi
exec "$@"
"""


class Trouble(Exception):
    """An attempt that gave no evidence: the model, the journal or the gateway failed, not the agent.

    After a `fatal` one every attempt would end so, until a person has mended what the message names.
    """

    def __init__(self, message: str, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.fatal = fatal


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agent's command may use; seed, price and temperature of its model calls."""

    limits: Limits
    allowance: Allowance
    seed: int = 0
    price: Price = FREE
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind. `after` is None when it could not be collected; `summary` is untrusted."""

    exit: Exit
    after: Tree | None
    summary: str
    usage: Usage
    breaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """Runs agents' commands. Thread-safe."""

    sandbox: Sandbox
    gateway: Gateway

    def solve(
        self,
        agent: Tree,
        repository: Tree,
        issue: str,
        about: Mapping[str, str],
        model: Model,
        terms: Terms,
        books: Books,
        housed: Housed | None = None,
    ) -> Ran:
        """Let `agent` work on `repository`; `about` becomes /task/task.json.

        One that is `housed` is worked on in its image and at its place there.

        Raises:
            ManifestError: the agent's tree is no agent.
            SandboxError: the sandbox broke.
            Trouble: the model or the record of a call failed.
        """
        task = Tree({"issue.md": issue.encode(), "task.json": json.dumps(about, sort_keys=True).encode()})
        folders = {
            AGENT: Folder(agent),
            TASK: Folder(task),
            WORKSPACE: Folder(repository, writable=True, collect=True),
        }
        manifest = read_manifest(agent)
        called = _called(manifest, manifest.solve)
        if housed is None:
            command = ("sh", "-c", _COMMIT_WORKSPACE, "sh", *called)
            return self._run("solve", command, manifest.image, folders, WORKSPACE, model, terms, books)
        workspace = Folder(writable=True, collect=True)
        packed = Folder(Tree({housed.packed.name: housed.packed.read_bytes()}))
        folders = {AGENT: Folder(agent), TASK: Folder(task), PACKED: packed, housed.folder: workspace}
        command = ("sh", "-c", f'{UNPACK}exec "$@"', "sh", *called)
        terms = replace(terms, limits=housed_limits(terms.limits, housed.disk_mib))
        if manifest.image is not None:
            raise ManifestError(f"it runs in {manifest.image}, and this task in an image of its own")
        place = housed.folder
        ran = self._run("solve", command, housed.image, folders, place, model, terms, books, ENVIRONMENT)
        return ran if ran.after is None else replace(ran, after=ran.after.where(housed.tracks))

    def improve(
        self, agent: Tree, evidence: Tree, model: Model, terms: Terms, books: Books, by: Tree | None = None
    ) -> Ran:
        """Let `agent` rewrite its own source after reading `evidence`; raises as `solve` does.

        With `by`, that agent's command does it, from a folder of its own.
        """
        folders = {
            AGENT: Folder(agent, writable=True, collect=True),
            EVIDENCE: Folder(evidence),
            OUT: Folder(Tree(), writable=True, collect=True),
        }
        manifest = read_manifest(agent if by is None else by)
        command = _called(manifest, manifest.improve)
        if by is not None:
            folders[IMPROVER] = Folder(by)
        return self._run("improve", command, manifest.image, folders, AGENT, model, terms, books)

    def _run(
        self,
        role: Role,
        command: tuple[str, ...],
        image: str | None,
        folders: Mapping[str, Folder],
        result: str,
        model: Model,
        terms: Terms,
        books: Books,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Ran:
        with self.gateway.line(
            models={role: model},
            allowance=terms.allowance,
            seed=terms.seed,
            books=books,
            price=terms.price,
            temperature=terms.temperature,
        ) as line:
            places = {f"DGM_{path[1:].upper()}": path for path in _NAMED if path in folders}
            if role == "solve":
                places["DGM_WORKSPACE"] = result
            exit_ = self.sandbox.run(
                Order(
                    command=command,
                    folders=folders,
                    cwd=IMPROVER if IMPROVER in folders else AGENT,
                    environment={
                        **more,
                        **places,
                        "DGM_GATEWAY": GATEWAY_SOCKET,
                        "DGM_TOKEN": line.token,
                    },
                    socket_folder=line.folder,
                    image=image,
                    limits=terms.limits,
                    paused=line.waited,
                )
            )
        # A call may have been in flight when the command ended: what it took is known only now.
        if line.trouble is not None:
            raise _told(line.trouble) from line.trouble
        out = exit_.folders.get(OUT, Tree())
        summary = out[SUMMARY].data[:SUMMARY_BYTES].decode("utf-8", "replace") if SUMMARY in out else ""
        # The repository we made at the workspace's root is ours, not a trick of the agent's.
        breaches = tuple(breach for breach in exit_.breaches if not breach.endswith(f"{result}/.git"))
        return Ran(exit_, exit_.folders.get(result), summary, line.usage, breaches)


def housed_limits(limits: Limits, disk_mib: int) -> Limits:
    """`limits` with room for a repository of this size, packed and unpacked."""
    disk = limits.disk_mib + 2 * disk_mib
    return replace(
        limits,
        disk_mib=disk,
        memory_mib=limits.memory_mib + 2 * disk,
        entries=500_000,
        collected_bytes=(disk_mib + 64) * 2**20,
    )


def _told(trouble: Exception) -> Trouble:
    if isinstance(trouble, ModelError):
        return Trouble(str(trouble), fatal=trouble.fatal)
    return Trouble(f"{type(trouble).__name__}: {trouble}")


def _called(manifest: Manifest, command: tuple[str, ...]) -> tuple[str, ...]:
    return bridged(command) if manifest.openai else command
