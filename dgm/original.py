"""The run whose replies another run is served."""

from pathlib import Path

from archive.base import ArchiveError
from archive.disk import DiskArchive
from dgm.history import History
from dgm.models.base import Model
from dgm.models.cassette import CASSETTES, read_records
from dgm.models.player import Rerun


class Original:
    """A recorded run. Thread-safe, for it is read once.

    A ticket is served from its last attempt, which gave its end: earlier ones ended in troubles of ours.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ArchiveError: there is no such run, or it kept no cassette."""
        self._history = History(entry.event for entry in DiskArchive.read(folder).entries())
        self._folder = need_cassette(folder)

    def answering(self, ticket: int, model: Model, *, asks: bool) -> Model:
        """Answers one attempt at `ticket`; `model` is asked for what is not on the cassette, if it `asks`.

        Raises:
            ArchiveError: the cassette is damaged, or not what the journal says.
        """
        attempt = self._history.attempt(ticket)
        replies = {call.n: call.reply for call in self._history.calls(ticket, attempt)}
        records = read_records(self._folder, ticket, attempt, replies)
        failed = self._history.failed.get(ticket)
        return Rerun(model.name, records, model if asks else None, failed.reason if failed else None)


def need_cassette(folder: Path) -> Path:
    """`folder`, which holds a cassette.

    Raises:
        ArchiveError: it holds none.
    """
    if not (folder / CASSETTES).is_dir():
        raise ArchiveError(f'{folder}: nothing to replay: it kept no cassette, as cassette.mode = "off" says')
    return folder
