"""One agent command in a fresh sandbox, with a line to a model: the contract with an agent, made real."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from archive.events import Usage
from dgm.bridge import bridged
from dgm.gateway import Allowance, Books, Gateway
from dgm.manifest import Manifest, read_manifest
from dgm.models.base import Model, ModelError, Role
from dgm.prices import FREE, Price
from sandbox.base import GATEWAY_SOCKET, Exit, Folder, Limits, Order, Sandbox
from sandbox.tree import Tree

AGENT, TASK, WORKSPACE, EVIDENCE, OUT = "/agent", "/task", "/workspace", "/evidence", "/out"
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
    ) -> Ran:
        """Let `agent` work on `repository`; `about` becomes /task/task.json.

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
        command = ("sh", "-c", _COMMIT_WORKSPACE, "sh", *_called(manifest, manifest.solve))
        return self._run("solve", command, manifest.image, folders, WORKSPACE, model, terms, books)

    def improve(self, agent: Tree, evidence: Tree, model: Model, terms: Terms, books: Books) -> Ran:
        """Let `agent` rewrite its own source after reading `evidence`; raises as `solve` does."""
        folders = {
            AGENT: Folder(agent, writable=True, collect=True),
            EVIDENCE: Folder(evidence),
            OUT: Folder(Tree(), writable=True, collect=True),
        }
        manifest = read_manifest(agent)
        command = _called(manifest, manifest.improve)
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
    ) -> Ran:
        with self.gateway.line(
            models={role: model},
            allowance=terms.allowance,
            seed=terms.seed,
            books=books,
            price=terms.price,
            temperature=terms.temperature,
        ) as line:
            places = {f"DGM_{path[1:].upper()}": path for path in folders}
            exit_ = self.sandbox.run(
                Order(
                    command=command,
                    folders=folders,
                    cwd=AGENT,
                    environment={**places, "DGM_GATEWAY": GATEWAY_SOCKET, "DGM_TOKEN": line.token},
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
        breaches = tuple(breach for breach in exit_.breaches if not breach.endswith(f"{WORKSPACE}/.git"))
        return Ran(exit_, exit_.folders.get(result), summary, line.usage, breaches)


def _told(trouble: Exception) -> Trouble:
    if isinstance(trouble, ModelError):
        return Trouble(str(trouble), fatal=trouble.fatal)
    return Trouble(f"{type(trouble).__name__}: {trouble}")


def _called(manifest: Manifest, command: tuple[str, ...]) -> tuple[str, ...]:
    return bridged(command) if manifest.openai else command
