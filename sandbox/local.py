"""What the backends that start the launcher as a process of this machine share."""

import contextlib
import os
import select
import subprocess

from sandbox.base import Exit, How, Order, SandboxError
from sandbox.cgroup import Group
from sandbox.frames import Gone, Pipes, Place, Supervision, Task, Wire, await_ready, send_job

__all__ = ["ENVIRONMENT", "Place", "Task", "carry_out", "check_order", "complaint", "end", "no_images"]

ENVIRONMENT = {
    "PATH": "/runtime/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - a path inside the sandbox
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
LEAVE_SECONDS = 5.0


def carry_out(
    process: subprocess.Popen[bytes], launcher_pid: int, order: Order, task: Task, group: Group | None
) -> Exit:
    """Take a launcher that was just started through one order, and see it dead.

    Raises:
        SandboxError: it did not start, or could not place the files.
    """
    try:
        wire = Wire(Pipes(process))
        try:
            if group is not None:
                group.join(launcher_pid)
            await_ready(wire)
            send_job(wire, order, task)
        except (Gone, OSError) as error:
            raise SandboxError(f"the sandbox did not start: {complaint(process) or error}") from error
        return Supervision(wire, order, _nothing if group is None else group.evidence).finish()
    finally:
        end(process)


def check_order(order: Order) -> None:
    """See that what is to be placed fits.

    Raises:
        SandboxError: it does not.
    """
    disk = order.limits.disk_mib * 2**20
    for path, folder in order.folders.items():
        if folder.tree.size > disk:
            raise SandboxError(f"{path} holds {folder.tree.size} bytes, more than its disk of {disk}")


def no_images(image: str, backend: str) -> SandboxError:
    """What a backend without images says of an order that names one."""
    return SandboxError(
        f"{backend} has no images, and {image} is asked for; mend: a container engine, "
        "and --set sandbox.backend=docker"
    )


def _nothing() -> How | None:
    return None


def complaint(process: subprocess.Popen[bytes]) -> str:
    """What a launcher that failed to start wrote to stderr, shortened."""
    if process.stderr is None or not select.select([process.stderr], [], [], LEAVE_SECONDS)[0]:
        return ""
    return os.read(process.stderr.fileno(), 2000).decode("utf-8", "replace").strip()


def end(process: subprocess.Popen[bytes]) -> None:
    """Let the launcher go, by force if it stays."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
