"""Exit codes, and the one line an error is told in."""

import json
import sys

DONE, FAILED, WRONG_USE, BUDGET, INTERRUPTED = 0, 1, 2, 3, 130


def explained(error: BaseException) -> int | None:
    """Tell `error` in one line and return the exit code; None for a fault of ours."""
    import typer
    from pydantic import ValidationError

    from archive.base import ArchiveError
    from benchmarks.task import SuiteError
    from dgm.checkout import CheckoutError
    from dgm.config import ConfigError
    from dgm.session import Trouble
    from sandbox.base import SandboxError

    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else DONE
        case KeyboardInterrupt() | typer.Abort():
            return _say("interrupted", INTERRUPTED)
        case typer.Exit():
            return error.exit_code
        case _ if hasattr(error, "format_message"):
            # Every complaint of typer's about the command line; their class has no public name.
            return _say(f"{error.format_message()} (see `dgm --help`)", WRONG_USE)
        case ConfigError() | SuiteError():
            return _say(str(error), WRONG_USE)
        case SandboxError() if "\n" in str(error):
            return _box(str(error), FAILED)
        case ArchiveError() | SandboxError() | CheckoutError() | Trouble():
            return _say(str(error), FAILED)
        case PermissionError():
            return _say(f"{error.filename}: no permission; mend: choose another folder with --run", FAILED)
        case ValidationError():
            return _say(f"recorded settings are damaged: {error.errors()[0]['msg']}", FAILED)
        case BrokenPipeError():
            return DONE
        case _:
            return None


def _box(message: str, code: int) -> int:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    from sandbox.diff import visible

    Console(stderr=True).print(Panel(Text(visible(message)), title="dgm", border_style="red"))
    return code


def _say(message: str, code: int) -> int:
    from sandbox.diff import visible

    line = visible(" ".join(message.split()))
    print(f"dgm: {line}", file=sys.stderr)  # noqa: T201
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": line, "exit": code}) + "\n")
    return code
