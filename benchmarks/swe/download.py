"""Fetches one split of a data set from the hub: `download.py` with what is wanted as JSON on stdin.

Writes it to `rows.jsonl` in the working directory, and answers on stdout with the commit it is of, or with
why there is none. Runs as a program of its own: the libraries that know the hub take seconds to load, settle
where it is and where they keep things while they do, and print as they go.
"""

import json
import sys
from pathlib import Path

ROWS = "rows.jsonl"


class Refused(Exception):
    """Nothing can be fetched; the message says why."""


def main() -> None:
    """Fetch what was asked for."""
    try:
        answer = {"revision": fetched(**json.load(sys.stdin))}
    except Refused as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)


def fetched(dataset: str, revision: str | None, split: str) -> str:
    """The commit that `revision`, or today's if None, stands for; its rows are written.

    Raises:
        Refused: the hub does not answer, or has no such data set, revision or split.
    """
    from datasets import get_dataset_split_names, load_dataset
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import (
        GatedRepoError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    hub = constants.ENDPOINT
    try:
        commit = str(HfApi().dataset_info(dataset, revision=revision, timeout=30).sha)
        splits = get_dataset_split_names(dataset, revision=commit)
        if split not in splits:
            raise Refused(f"no split {split!r}; allowed: {', '.join(splits)}")
        with Path(ROWS).open("w") as file:
            for row in load_dataset(dataset, split=split, revision=commit):
                file.write(json.dumps(row, default=str) + "\n")
    except GatedRepoError:
        raise Refused(
            f"{hub} shows it only to whom it has let in; mend: ask there, and set HF_TOKEN"
        ) from None
    except RevisionNotFoundError:
        raise Refused(f"{hub} has no revision {revision!r} of it") from None
    except RepositoryNotFoundError:
        raise Refused(f"{hub} has no such data set, or not for everyone; mend: set HF_TOKEN") from None
    except (HTTPError, OfflineModeIsEnabled) as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise Refused(
            f"{hub} can't be reached: {said}; mend: save the data set as .jsonl where it can, name the file"
        ) from None
    return commit


if __name__ == "__main__":
    main()
