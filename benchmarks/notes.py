"""What stands beside a user's tasks in `dgm.json`: the splits that were drawn, and what is set aside."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.replacing import replace_file
from benchmarks.task import Split, SuiteError

NAME = "dgm.json"


class Drawn(BaseModel):
    """Splits as they were drawn, so that they can be drawn again."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    seed: int
    shares: dict[Split, float]
    tasks: dict[str, Split]


class Aside(BaseModel):
    """A task of this content can't be used."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    content: str = Field(pattern="^[0-9a-f]{64}$")
    reason: str


class Notes(BaseModel):
    """A dgm.json."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    splits: Drawn | None = None
    set_aside: dict[str, Aside] = {}


@dataclass(frozen=True, slots=True)
class Notebook:
    """The notes beside the tasks in `folder`; reading where there are none gives empty ones."""

    folder: Path
    name: str = field(default=NAME)

    def read(self) -> Notes:
        """What is noted.

        Raises:
            SuiteError: the file is damaged.
        """
        path = self.folder / self.name
        if not path.exists():
            return Notes()
        try:
            return Notes.model_validate_json(path.read_bytes())
        except OSError as error:
            raise SuiteError(f"{path}: can't be read: {error.strerror}") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            raise SuiteError(f"{path}: {key}: {first['msg']}") from None

    def write(self, notes: Notes) -> None:
        """Replace what is noted, in one step.

        Raises:
            SuiteError: the folder can't be written to.
        """
        text = json.dumps(notes.model_dump(exclude_defaults=True), indent=2, sort_keys=True) + "\n"
        try:
            replace_file(self.folder / self.name, text.encode(), 0o644)
        except OSError as error:
            raise SuiteError(f"{self.folder / self.name}: can't be written: {error.strerror}") from None
