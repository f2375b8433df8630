"""Difficulty router: an easy issue goes straight to work, a hard one gets a plan and a review."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A router: how an issue is worked on depends on how hard it looks."""

from {package} import {name} as {name}_directly

LONG = 700
CAREFUL = """
This issue looks hard. First say in a few lines what you think the cause is and how you will find out.
After the change, review it once as a stranger would; stop when the review finds nothing."""


def {name}(role: str, system: str, user: str) -> str:
    """The conversation, with more care for what looks hard."""
    if role == "solve" and hard(user):
        system += CAREFUL
    return {name}_directly(role, system, user)


def hard(issue: str) -> bool:
    """Whether an issue is long, shows no code, or speaks of several places."""
    several = issue.count(".py") > 1
    return len(issue) > LONG or "```" not in issue or several
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the router between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "router.py", _MODULE)


DIFFICULTY_ROUTER = Entry(
    name="difficulty_router",
    title="Work harder on issues that look hard",
    source="difficulty routing with a stop rule, as in MAgICoRe (Chen et al. 2024)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
)
