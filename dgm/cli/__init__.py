"""The command `dgm`: one short file a family of commands, one line an error."""

import sys

from dgm.cli.app import app


def main() -> None:
    """Run the command line; errors that a user can mend are one line each."""
    from dgm.cli.errors import explained

    try:
        code = app(prog_name="dgm", standalone_mode=False)
    except BaseException as error:
        code = explained(error)
        if code is None:
            raise
    sys.exit(code if isinstance(code, int) else 0)
