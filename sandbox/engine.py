"""The container engine, by its own SDK: the one file that knows it. Whatever fails is told as our error."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, cast

from sandbox.base import SandboxError

LABEL = "dgm"
"""Its value is the mark of the controller that made the thing."""
CALL_SECONDS = 60
CONNECTIONS = 64


class NoEngine(SandboxError):
    """No container engine answers here."""


@dataclass(frozen=True, slots=True)
class KeptImage:
    """An image as the engine has it; `id` is the digest of everything in it, `labels` what its maker said."""

    id: str
    tags: tuple[str, ...]
    created: int
    size_bytes: int
    labels: Mapping[str, str]


class Engine:
    """A connection to a container engine. Thread-safe.

    `address` is written as DOCKER_HOST is; None takes the environment's, else the local engine.

    Raises:
        NoEngine: it does not answer.
    """

    def __init__(self, address: str | None = None) -> None:
        address = address or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
        if not address.startswith(("unix://", "tcp://")) or os.environ.get("DOCKER_TLS_VERIFY"):
            raise NoEngine(
                f"engine {address}: only unix:// and plain tcp:// are spoken; mend: forward its socket, "
                "as `ssh -L ./engine.sock:/var/run/docker.sock HOST` does, and set DOCKER_HOST=unix://..."
            )
        self.address = address
        self._knock()
        import docker

        try:
            self._client = docker.APIClient(
                address, version="auto", timeout=CALL_SECONDS, max_pool_size=CONNECTIONS
            )
            # A proxy that the environment names is not on the way to an engine.
            self._client.trust_env = False
            self._client.ping()
        except _errors() as error:
            raise NoEngine(f"no container engine answers at {address}: {_reason(error)}") from error

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def info(self) -> Mapping[str, Any]:
        """What the engine tells of itself."""
        with self._told("tell about itself"):
            return {**self._client.info(), "Version": self._client.version()["Version"]}

    def create(self, config: Mapping[str, Any]) -> str:
        """Make a container, not started, as the engine's own interface describes one; returns its id."""
        with self._told("make a container"):
            return str(self._client.create_container_from_config(dict(config))["Id"])

    def start(self, container: str) -> None:
        """Start a container."""
        with self._told("start a container"):
            self._client.start(container)

    def attach(self, container: str) -> socket.socket:
        """A socket to stdin, stdout and stderr of a container; closing it ends the container's stdin."""
        with self._told("attach to a container"):
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            return _owned(self._client.attach_socket(container, params=streams))

    def execute(self, container: str, command: tuple[str, ...], user: str) -> socket.socket:
        """Start a program in a running container; a socket to its stdin, stdout and stderr."""
        with self._told("start a program in a container"):
            started = self._client.exec_create(container, list(command), stdin=True, user=user)
            return _owned(self._client.exec_start(started["Id"], socket=True))

    def running(self, container: str) -> bool:
        """Tell whether a container runs. Raises SandboxError if the engine can't tell."""
        with self._told("tell about a container"):
            return bool(self._client.inspect_container(container)["State"]["Running"])

    def containers(self) -> Mapping[str, str]:
        """Marks of all containers that any controller made, by container."""
        with self._told("list containers"):
            found = self._client.containers(all=True, filters={"label": LABEL})
            return {one["Id"]: one["Labels"][LABEL] for one in found}

    def remove(self, container: str) -> None:
        """Remove a container by force, with its unnamed volumes; one that is gone or going is no error."""
        import docker

        with self._told("remove a container", missing_ok=True):
            try:
                self._client.remove_container(container, force=True, v=True)
            except docker.errors.APIError as error:
                if error.status_code != HTTPStatus.CONFLICT:
                    raise

    @contextmanager
    def events(self, mark: str) -> Iterator[Iterator[Mapping[str, Any]]]:
        """What happens from now on to containers with this mark; ends when the connection does."""
        with self._told("tell of events"):
            stream = self._client.events(
                filters={"label": [f"{LABEL}={mark}"], "type": ["container"]}, decode=True
            )
        try:
            yield iter(stream)
        finally:
            with suppress(OSError, AttributeError):
                stream.close()

    def image(self, reference: str) -> Mapping[str, Any] | None:
        """What the engine tells of an image: `Id`, `Config` and more; None if it does not have it."""
        import docker

        with self._told("look for an image"), suppress(docker.errors.ImageNotFound):
            return cast("Mapping[str, Any]", self._client.inspect_image(reference))
        return None

    def images(self, repository: str | None = None, label: str | None = None) -> list[KeptImage]:
        """Images of a repository, or with a label, newest first."""
        with self._told("list images"):
            found = [
                KeptImage(
                    one["Id"], tuple(one["RepoTags"] or ()), one["Created"], one["Size"], one["Labels"] or {}
                )
                for one in self._client.images(name=repository, filters={"label": label} if label else None)
            ]
        return sorted(found, key=lambda image: (-image.created, image.id))

    def pull(self, reference: str) -> None:
        """Fetch an image from the registry that its reference names.

        Raises:
            SandboxError: it can't be had.
        """
        with self._told(f"pull {reference}"):
            for line in self._client.pull(reference, stream=True, decode=True):
                if "error" in line:
                    raise SandboxError(f"{reference} can't be pulled: {str(line['error']).strip()[:300]}")

    def import_image(self, root: IO[bytes], repository: str, tag: str) -> str:
        """Make an image of a root file system, a tar archive; returns what the engine said of it."""
        with self._told("import an image"):
            return str(self._client.import_image_from_stream(root, repository=repository, tag=tag))

    def build(self, context: IO[bytes], tag: str, base: str | None) -> Iterator[str]:
        """Build an image from a tar archive with a Dockerfile; gives what the build says as it goes."""
        with self._told("build an image"):
            told = self._client.build(
                fileobj=context,
                custom_context=True,
                tag=tag,
                rm=True,
                forcerm=True,
                decode=True,
                buildargs={} if base is None else {"BASE": base},
                network_mode=None if base is None else "none",
            )
            for line in told:
                if "error" in line:
                    raise SandboxError(f"the image can't be built: {line['error'].strip()}")
                yield line.get("stream", "")

    def tag(self, image: str, name: str) -> None:
        """Give an image another name."""
        with self._told("name an image"):
            repository, _, tag = name.partition(":")
            self._client.tag(image, repository, tag or "latest")

    def remove_image(self, image: str) -> None:
        """Remove an image that nothing uses."""
        with self._told("remove an image", missing_ok=True):
            self._client.remove_image(image)

    def make_volume(self, mark: str) -> str:
        """Make an empty volume; returns its name."""
        with self._told("make a volume"):
            return str(self._client.create_volume(labels={LABEL: mark})["Name"])

    def volumes(self) -> Mapping[str, str]:
        """Marks of all volumes that any controller made, by volume."""
        with self._told("list volumes"):
            found = self._client.volumes(filters={"label": LABEL})["Volumes"] or ()
            return {one["Name"]: one["Labels"][LABEL] for one in found}

    def remove_volume(self, name: str) -> None:
        """Remove a volume that nothing uses."""
        with self._told("remove a volume", missing_ok=True):
            self._client.remove_volume(name)

    @contextmanager
    def _told(self, what: str, *, missing_ok: bool = False) -> Iterator[None]:
        self._knock()
        import docker

        try:
            yield
        except docker.errors.NotFound as error:
            if not missing_ok:
                raise SandboxError(f"the engine can't {what}: {_reason(error)}") from error
        except _errors() as error:
            raise SandboxError(f"the engine can't {what}: {_reason(error)}") from error

    def _knock(self) -> None:
        """See that somebody listens: the SDK is slow to load, and leaves a socket open where nobody does."""
        if self.address.startswith("unix://"):
            with socket.socket(socket.AF_UNIX) as knock:
                try:
                    knock.connect(self.address.removeprefix("unix://"))
                except OSError as error:
                    raise NoEngine(
                        f"no container engine answers at {self.address}: {error.strerror}"
                    ) from error


def _errors() -> tuple[type[Exception], ...]:
    import docker
    import requests

    return docker.errors.DockerException, requests.RequestException, OSError


def _reason(error: Exception) -> str:
    return str(getattr(error, "explanation", None) or error)[:500]


def _owned(stream: Any) -> socket.socket:
    """A socket of our own on a connection that the SDK's objects would close when they please."""
    owned = socket.socket(fileno=os.dup(stream.fileno()))
    owned.setblocking(False)  # noqa: FBT003
    stream._response.close()  # noqa: SLF001 - the SDK parks the response there to keep it alive
    return owned
