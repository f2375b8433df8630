"""All that the engine must know of an order before it starts a container for it, hardening included."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sandbox.base import GATEWAY_FOLDER, Folder, Order
from sandbox.cgroup import SPARE_TASKS
from sandbox.engine import LABEL
from sandbox.runtime import MOUNT

Lending = Literal["lent", "relayed"]
"""How a container gets the gateway's socket: by a folder of the host's, or over the engine's own streams."""

CPUS = 1.0
"""Processors of one container, so that no agent's time depends on its neighbours."""
SPARE_ENTRIES = 64
"""Above the limit that the launcher watches, so that crossing it is seen before it is refused."""
SHM_BYTES = 64 * 2**20
PAGE = 4096
QUEUES = "/dev/mqueue"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a container stands on: an image by its digest, and the Python that starts the launcher in it.

    `runtime` names the volume that lends that Python to an image without one; `volumes` are the places
    where the image would have the engine put folders without bounds; `path` is the image's own PATH, and
    `variables` is what else an image of others sets.
    """

    image: str
    python: tuple[str, ...]
    runtime: str | None = None
    volumes: tuple[str, ...] = ()
    path: str = ""
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """Containers of equal shapes are interchangeable until they get their order."""

    ground: Ground
    mounts: tuple[tuple[str, str], ...]
    """Places in memory and the options of their mounts."""
    memory_bytes: int
    tasks: int
    lending: Lending | None

    def config(self, uid: int, mark: str, lent: Path | None, processors: int) -> Mapping[str, Any]:
        """The container as the engine's interface describes one; `lent` is a folder of the host's."""
        owned = f",uid={uid},gid={uid}"
        mounts = []
        if lent is not None:
            mounts.append({"Type": "bind", "Source": str(lent), "Target": GATEWAY_FOLDER, "ReadOnly": True})
        if self.ground.runtime is not None:
            volume = {"Type": "volume", "Source": self.ground.runtime, "Target": MOUNT, "ReadOnly": True}
            mounts.append({**volume, "VolumeOptions": {"NoCopy": True}})
        return {
            "Image": self.ground.image,
            "User": f"{uid}:{uid}",
            "Entrypoint": list(self.ground.python),
            "Cmd": [],
            "Env": [],
            "WorkingDir": "/",
            "Hostname": "sandbox",
            "Labels": {LABEL: mark},
            "Healthcheck": {"Test": ["NONE"]},
            "NetworkDisabled": True,
            "OpenStdin": True,
            "StdinOnce": True,
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
            "HostConfig": {
                "NetworkMode": "none",
                "IpcMode": "none",
                "CgroupnsMode": "private",
                "CapDrop": ["ALL"],
                "SecurityOpt": ["no-new-privileges"],
                "ReadonlyRootfs": True,
                # The launcher is pid 1 and buries the dead. Were it the child of another init, what it runs
                # could kill it, having the same uid.
                "Init": False,
                "AutoRemove": True,
                "LogConfig": {"Type": "none"},
                "Memory": self.memory_bytes,
                "MemorySwap": self.memory_bytes,
                "PidsLimit": self.tasks,
                "NanoCpus": int(min(CPUS, processors) * 10**9),
                "Mounts": mounts,
                "Tmpfs": {path: options + owned for path, options in self.mounts},
            },
        }


def shape_of(order: Order, ground: Ground, lending: Lending | None) -> Shape:
    """The shape of the containers that can take `order`."""
    limits = order.limits
    disk, entries = limits.disk_mib * 2**20, limits.entries + SPARE_ENTRIES
    # Nobody's queues, and nothing of an image's that has no bounds.
    mounts = {QUEUES: _options(PAGE, 1, mode="0500", executable=False)}
    mounts |= dict.fromkeys(ground.volumes, _options(disk, entries, executable=False))
    mounts["/dev/shm"] = _options(min(disk, SHM_BYTES), entries, mode="1777", executable=False)  # noqa: S108
    mounts["/tmp"] = _options(disk, entries, mode="1777")  # noqa: S108
    for path, folder in order.folders.items():
        mounts[path] = _options(disk, entries) if folder.writable else _read_only(folder)
    if lending == "relayed":
        mounts[GATEWAY_FOLDER] = _options(PAGE, SPARE_ENTRIES, executable=False)
    return Shape(
        ground=ground,
        mounts=tuple(sorted(mounts.items())),
        memory_bytes=limits.memory_mib * 2**20,
        tasks=limits.processes + 1 + SPARE_TASKS,
        lending=lending,
    )


def _read_only(folder: Folder) -> str:
    """Room for what is placed there and little more, in steps, so that many orders have one shape."""
    files = folder.tree.values()
    pages = sum(-(-len(file.data) // PAGE) for file in files)
    entries = sum(1 + path.count("/") for path in folder.tree)
    executable = any(file.executable for file in files)
    return _options(_step(pages + 16) * PAGE, _step(entries + 16), executable=executable)


def _step(amount: int) -> int:
    return int(1 << (amount - 1).bit_length())


def _options(size: int, entries: int, *, mode: str = "0755", executable: bool = True) -> str:
    execution = "exec" if executable else "noexec"
    return f"rw,{execution},nosuid,nodev,size={size},nr_inodes={entries},mode={mode}"
