"""The two commands: `python3 -m agent solve` and `python3 -m agent improve`."""

import argparse
import http.client
import sys

from agent.improve import improve
from agent.solve import solve

COMMANDS = {"solve": solve, "improve": improve}


def main() -> int:
    """Carry out the command named on the command line; 1 means that the model could not be reached."""
    parser = argparse.ArgumentParser(prog="agent", description="Solve an issue, or improve this agent.")
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    try:
        command()
    except (OSError, http.client.HTTPException) as error:
        print(f"agent: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
