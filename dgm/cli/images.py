"""`image build`, `image list` and `image remove-pulled`: what a container engine starts agents from."""

import json
import re
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.swe.images import Images
from dgm.cli.errors import DONE
from dgm.config import ConfigError
from sandbox.diff import visible
from sandbox.engine import Engine, KeptImage
from sandbox.images.outfit import BASE, build_outfit
from sandbox.images.recipe import REPOSITORY, build_image, current

_NAME = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}").fullmatch


def build(requirements: Path | None, name: str | None, *, from_debian: bool, as_json: bool) -> int:
    """Carry out `dgm image build`."""
    if (requirements is None) != (name is None):
        raise ConfigError("--requirements and --tag go together: the packages, and the image's name")
    if name is not None and not _NAME(name):
        raise ConfigError(f"--tag {name}: expected a name without a tag, of a-z, 0-9, '.', '_', '-' and '/'")
    started = time.monotonic()
    with closing(Engine()) as engine:
        if requirements is None or name is None or engine.image(current()) is None:
            image = build_image(engine, _say, from_debian=from_debian)
        if requirements is not None and name is not None:
            image = build_outfit(engine, requirements, name, _say)
    took, called = time.monotonic() - started, name or current()
    if as_json:
        sys.stdout.write(json.dumps({"image": image, "tag": called}) + "\n")
    else:
        sys.stdout.write(f"{called} is {image}, made in {took:.0f} s\n")
    return DONE


def _say(line: str) -> None:
    sys.stderr.write(visible(line))


def show(*, as_json: bool) -> int:
    """Carry out `dgm image list`."""
    with closing(Engine()) as engine:
        images = [*engine.images(REPOSITORY), *engine.images(label=BASE)]
    if as_json:
        facts = [
            {
                "image": image.id,
                "tags": list(image.tags),
                "created": _moment(image),
                "size_bytes": image.size_bytes,
                "base": image.labels.get(BASE),
                "current": _is_current(image),
            }
            for image in images
        ]
        sys.stdout.write(json.dumps(facts) + "\n")
        return DONE
    table = Table("image", "tags", "base", "created", "MiB", "current", box=None)
    for image in images:
        names = (visible(text) for text in (", ".join(image.tags), image.labels.get(BASE, "")))
        size, used = str(image.size_bytes // 2**20), "yes" if _is_current(image) else "no"
        table.add_row(image.id[:19], *names, _moment(image), size, used)
    Console().print(table if images else "no image for agents; make one with: dgm image build")
    return DONE


def remove_pulled(*, as_json: bool) -> int:
    """Carry out `dgm image remove-pulled`."""
    with Images() as images:
        removed = images.remove_pulled()
    if as_json:
        sys.stdout.write(json.dumps({"removed": removed}) + "\n")
    else:
        lines = [f"removed {name}" for name in removed]
        sys.stdout.write(visible("\n".join([*lines, f"{len(removed)} images removed"])) + "\n")
    return DONE


def _is_current(image: KeptImage) -> bool:
    """Of today's recipe, or on an image that is."""
    return current() in {*image.tags, image.labels.get(BASE)}


def _moment(image: KeptImage) -> str:
    return f"{datetime.fromtimestamp(image.created, UTC):%Y-%m-%d %H:%M} UTC"
