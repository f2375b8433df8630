"""A gateway in one screen: a model behind HTTP on a Unix socket, and an agent's command run against it."""

import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from dgm.models.base import ChatRequest, Model, ModelError

SEED_AGENT = Path(__file__).parents[2] / "seed_agent"
TOKEN = "a-token"


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def gateway(model: Model, *, seed: int = 0, calls: int = 40) -> Iterator[Path]:
    """The socket of a gateway that allows so many calls."""
    left = iter(range(calls))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {TOKEN}" or self.path != "/v1/chat/completions":
                return self.answer(401, {"error": {"message": "who is there?"}})
            if next(left, None) is None:
                return self.answer(402, {"error": {"message": "budget used up"}})
            request = ChatRequest.model_validate_json(body).model_copy(update={"seed": seed})
            try:
                reply = model.complete(request)
            except ModelError as error:
                return self.answer(400, {"error": {"message": str(error)}})
            message = reply.message.model_dump(exclude_none=True)
            return self.answer(200, {"choices": [{"message": message, "finish_reason": reply.finish_reason}]})

        def answer(self, status: int, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    with tempfile.TemporaryDirectory(prefix="dgm-t-") as folder:
        path = Path(folder, "sock")
        with _Server(str(path), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield path
            finally:
                server.shutdown()
                thread.join()


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str
    place: Path

    @property
    def summary(self) -> str:
        return (self.place / "out" / "summary.md").read_text()


def start(
    role: str, agent: Path, place: Path, socket: Path | str, seconds: float = 60.0, issue: str = "Mend it."
) -> Ran:
    """Run one command of the agent, with `place` holding the folders of the contract."""
    for name in ("workspace", "task", "evidence", "out"):
        (place / name).mkdir(parents=True, exist_ok=True)
    (place / "task" / "issue.md").write_text(issue)
    places = {f"DGM_{name.upper()}": str(place / name) for name in ("workspace", "task", "evidence", "out")}
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        **places,
        "DGM_AGENT": str(agent),
        "DGM_GATEWAY": str(socket),
        "DGM_TOKEN": TOKEN,
    }
    done = subprocess.run(
        [sys.executable, "-m", "agent", role],
        cwd=agent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, place)


def run(role: str, agent: Path, place: Path, model: Model, *, seed: int = 0, calls: int = 40) -> Ran:
    """Run one command of the agent against `model`."""
    with gateway(model, seed=seed, calls=calls) as socket:
        return start(role, agent, place, socket)


def sources(agent: Path) -> Mapping[str, str]:
    """The Python sources of an agent."""
    return {path.relative_to(agent).as_posix(): path.read_text() for path in sorted(agent.rglob("*.py"))}


def planted(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    """A copy of the seed agent with some files changed."""
    shutil.copytree(SEED_AGENT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in (changed or {}).items():
        (folder / path).write_text(text)
    return folder
