"""Known self-modifications, each a real edit of whatever source an agent has now; one a file."""

from typing import Literal

from dgm.playbook.aggregate_candidates import AGGREGATE_CANDIDATES
from dgm.playbook.another_tone import ANOTHER_TONE
from dgm.playbook.base import Entry, Files, NotApplicable
from dgm.playbook.best_of_several import BEST_OF_SEVERAL
from dgm.playbook.both_ends import BOTH_ENDS
from dgm.playbook.check_syntax import CHECK_SYNTAX
from dgm.playbook.difficulty_router import DIFFICULTY_ROUTER
from dgm.playbook.every_call import EVERY_CALL
from dgm.playbook.explain_first import EXPLAIN_FIRST
from dgm.playbook.history_trimming import HISTORY_TRIMMING
from dgm.playbook.longer_views import LONGER_VIEWS
from dgm.playbook.misspelt_name import MISSPELT_NAME
from dgm.playbook.more_evidence import MORE_EVIDENCE
from dgm.playbook.no_final_check import NO_FINAL_CHECK
from dgm.playbook.outcome_memory import OUTCOME_MEMORY
from dgm.playbook.ranged_view import RANGED_VIEW
from dgm.playbook.remark import REMARK
from dgm.playbook.replace_in_file import REPLACE_IN_FILE
from dgm.playbook.replace_symbol import REPLACE_SYMBOL
from dgm.playbook.repository_map import REPOSITORY_MAP
from dgm.playbook.reproduce_first import REPRODUCE_FIRST
from dgm.playbook.reset_file import RESET_FILE
from dgm.playbook.retry_with_tests import RETRY_WITH_TESTS
from dgm.playbook.run_check_after_edit import RUN_CHECK_AFTER_EDIT
from dgm.playbook.shorter_views import SHORTER_VIEWS
from dgm.playbook.slip_of_the_pen import SLIP_OF_THE_PEN
from dgm.playbook.stop_early import STOP_EARLY
from dgm.playbook.traceback_source import TRACEBACK_SOURCE
from dgm.playbook.try_each import TRY_EACH
from dgm.playbook.twice_the_same_tool import TWICE_THE_SAME_TOOL

__all__ = ["PLAYBOOK", "SUGGESTIONS", "Entry", "Files", "NotApplicable", "suggestions"]

SUGGESTIONS = "suggestions.md"
"""The file of /evidence that holds them."""

PLAYBOOK = (
    AGGREGATE_CANDIDATES,
    ANOTHER_TONE,
    BEST_OF_SEVERAL,
    BOTH_ENDS,
    CHECK_SYNTAX,
    DIFFICULTY_ROUTER,
    EVERY_CALL,
    EXPLAIN_FIRST,
    HISTORY_TRIMMING,
    LONGER_VIEWS,
    MISSPELT_NAME,
    MORE_EVIDENCE,
    NO_FINAL_CHECK,
    OUTCOME_MEMORY,
    RANGED_VIEW,
    REMARK,
    REPLACE_IN_FILE,
    REPLACE_SYMBOL,
    REPOSITORY_MAP,
    REPRODUCE_FIRST,
    RESET_FILE,
    RETRY_WITH_TESTS,
    RUN_CHECK_AFTER_EDIT,
    SHORTER_VIEWS,
    SLIP_OF_THE_PEN,
    STOP_EARLY,
    TRACEBACK_SOURCE,
    TRY_EACH,
    TWICE_THE_SAME_TOOL,
)


def suggestions(much: Literal["none", "titles", "full"]) -> str:
    """The entries as a text for a model that improves an agent: nothing, titles, or also sources and needs.

    What we expect of an entry is not told.
    """
    if much == "none":
        return ""
    lines = [
        f"- {entry.title}" + (f" ({entry.source}). It takes hold of {entry.needs}." if much == "full" else "")
        for entry in PLAYBOOK
    ]
    head = "Changes that others made to agents like this one; some helped, some did not:"
    return "\n".join([head, *lines, ""])
