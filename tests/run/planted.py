"""A run whose servers tell everybody the key they were given, as a program of its own.

`python -m tests.run.planted FOLDER KEYFILE` with OPENAI_API_KEY set and ANTHROPIC_API_KEY in the file. While
it goes on, every file that it has written is searched for the keys; it ends with code 9 if one is found.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import traceback
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

from dgm.config import Config
from dgm.gateway import Gateway
from dgm.keys import Keys
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.registry import open_model
from dgm.report.live import picture
from dgm.run import Parts, Watch, launch
from dgm.session import Session, Trouble
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.run.mini import MiniSuite, Tinkerer, config
from tests.standins import standin
from tests.standins.server import Rejected
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

LOUD = Watch(print, lambda state: print(picture(state, one_line=True)), lambda _: None)
PEEK = "env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'; "


def forms(key: str) -> Sequence[bytes]:
    """The key as it may be written: plain, backwards, in hex, for a URL, in base64 wherever it begins."""
    plain = key.encode()
    # Neither the first characters nor the last ones depend on the key alone.
    packed = [b64encode(bytes(offset) + plain)[4:-4] for offset in range(3)]
    quoted = [quote(key, safe=""), quote_plus(key), key[::-1], plain.hex(), plain.hex().upper()]
    return [plain, *packed, *(text.encode() for text in quoted)]


def holding(roots: Sequence[Path], wanted: Sequence[bytes]) -> Iterator[Path]:
    """Files under `roots` that hold any of `wanted`, in the open, compressed, or as an object of git."""
    for root in roots:
        for path in root.rglob("*"):
            with suppress(OSError):
                if path.is_file() and any(form in data for data in _readings(path) for form in wanted):
                    yield path
                if path.suffix == ".git" and any(form in _objects(path) for form in wanted):
                    yield path


def _readings(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    for unpacked in (gzip.decompress, zlib.decompress):
        with suppress(OSError, EOFError, zlib.error):
            yield unpacked(data)


def _objects(repository: Path) -> bytes:
    command = ["git", "-C", str(repository), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


class Telling:
    """A tinkerer that puts the key into whatever it says, and now and then into a refusal."""

    def __init__(self, key: str, roots: Sequence[Path], *, signed: bool) -> None:
        self.key, self.roots, self.signed, self.calls = key, roots, signed, 0
        self.leaks: list[Path] = []

    def __call__(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        self.leaks += holding(self.roots, forms(self.key))
        echo = f"{self.key} {quote(self.key, safe='')} {b64encode(b'user:' + self.key.encode()).decode()}"
        if self.calls == 3:
            raise Rejected(500, "api_error", f"crashed over {echo}")
        if self.calls == 5:
            raise Rejected(400, "invalid_request_error", f"too long: {echo}")
        wire = Tinkerer().complete(request).model_dump()
        if self.signed and wire["message"]["tool_calls"]:
            # What the stand-in thinks of a turn is signed, and wanted back as it was.
            return ChatReply.model_validate(wire)
        wire["message"]["content"] = f"{wire['message']['content'] or ''} My key is {echo}."
        for call in wire["message"]["tool_calls"] or ():
            command = json.loads(call["function"]["arguments"])["command"]
            call["function"]["arguments"] = json.dumps({"command": f"{PEEK}{command} # {echo}"})
        return ChatReply.model_validate(wire)


@contextmanager
def parts(settings: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    keys = Keys(settings.keys.file)
    models = {name: open_model(name, keys) for name in settings.model.names}
    with (
        open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE, notice=notice) as sandbox,
        Gateway() as gateway,
    ):
        yield Parts(MiniSuite(), sandbox, gateway, Worker(Session(sandbox, gateway), models))


def main() -> int:
    folder, file = Path(sys.argv[1]), Path(sys.argv[2])
    roots = [folder.parent, Path(tempfile.gettempdir())]
    tellers = [
        Telling(os.environ["OPENAI_API_KEY"], roots, signed=False),
        Telling(file.read_text().partition("=")[2], roots, signed=True),
    ]
    with standin("openai", tellers[0]) as one, standin("anthropic", tellers[1]) as two:
        names = f'model={{solve="openai:solve@{one.url}", improve="anthropic:improve@{two.url}"'
        sets = [f"{names}, allow_unpriced=true}}", f'keys.file="{file}"', "budget.expansions=2"]
        settings = config(evaluations=2, more=[*sets, "search.initial_expansions=2"])
        print(launch(folder, settings, LOUD, parts_of=parts).reason)
        one.only_key = "another"
        try:
            launch(folder.with_name("refused"), settings, LOUD, parts_of=parts)
        except Trouble:
            traceback.print_exc()
    leaks = [str(path) for teller in tellers for path in teller.leaks]
    print(leaks)
    return 9 if leaks or min(teller.calls for teller in tellers) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
