"""Known self-modifications, each a real edit of whatever source an agent has now; one a file."""

from dgm.playbook.another_tone import ANOTHER_TONE
from dgm.playbook.base import Entry, Files, NotApplicable
from dgm.playbook.every_call import EVERY_CALL
from dgm.playbook.longer_views import LONGER_VIEWS
from dgm.playbook.replace_in_file import REPLACE_IN_FILE
from dgm.playbook.run_check_after_edit import RUN_CHECK_AFTER_EDIT
from dgm.playbook.stop_early import STOP_EARLY

__all__ = ["PLAYBOOK", "Entry", "Files", "NotApplicable"]

PLAYBOOK = (LONGER_VIEWS, REPLACE_IN_FILE, RUN_CHECK_AFTER_EDIT, EVERY_CALL, ANOTHER_TONE, STOP_EARLY)
