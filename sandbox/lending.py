"""Whether an engine can lend a Unix socket of this host, found out by lending one."""

import socket
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sandbox.base import GATEWAY_SOCKET, Exit, Limits, Order, SandboxError
from sandbox.shape import Lending

_KNOCK = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


def lending_of(python: str, run: Callable[[Order], Exit]) -> Lending:
    """`lent` if a command given to `run` reaches a socket that is lent to it; `relayed` if not.

    An engine on another machine refuses the folder, one in a virtual machine shows a socket nobody hears.
    """
    with closing(socket.socket(socket.AF_UNIX)) as door, tempfile.TemporaryDirectory(prefix="dgm-t-") as name:
        door.bind(str(Path(name, "sock")))
        door.listen()
        command = (python, "-I", "-S", "-c", _KNOCK, GATEWAY_SOCKET)
        try:
            end = run(Order(command=command, socket_folder=Path(name), limits=Limits(wall_seconds=10)))
        except SandboxError:
            return "relayed"
    return "lent" if end.succeeded else "relayed"
