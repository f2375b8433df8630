"""The command `dgm`: one short file a family of commands, one line an error."""

import os
import sys

from dgm.cli.app import app


def main() -> None:
    """Run the command line; errors that a user can mend are one line each."""
    from dgm.cli.errors import explained

    # Before numpy is loaded: our matrices are small, and threads that wait for each other burn the cores that
    # sandboxes need.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = app(prog_name="dgm", standalone_mode=False)
    except BaseException as error:
        code = explained(error)
        if code is None:
            raise
    sys.exit(code if isinstance(code, int) else 0)
