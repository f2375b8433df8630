"""`image build`, `image list` and `image remove-pulled`: what a container engine starts agents from."""

import json
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from benchmarks.swe.images import Images
from dgm.cli.errors import DONE
from sandbox.diff import visible
from sandbox.engine import Engine, KeptImage
from sandbox.images.recipe import REPOSITORY, build_image, current


def build(*, from_debian: bool, as_json: bool) -> int:
    """Carry out `dgm image build`."""
    started = time.monotonic()
    with closing(Engine()) as engine:
        image = build_image(engine, lambda line: sys.stderr.write(visible(line)), from_debian=from_debian)
    took = time.monotonic() - started
    if as_json:
        sys.stdout.write(json.dumps({"image": image, "tag": current()}) + "\n")
    else:
        sys.stdout.write(f"{current()} is {image}, made in {took:.0f} s\n")
    return DONE


def show(*, as_json: bool) -> int:
    """Carry out `dgm image list`."""
    with closing(Engine()) as engine:
        images = engine.images(REPOSITORY)
    if as_json:
        facts = [
            {
                "image": image.id,
                "tags": list(image.tags),
                "created": _moment(image),
                "size_bytes": image.size_bytes,
                "current": current() in image.tags,
            }
            for image in images
        ]
        sys.stdout.write(json.dumps(facts) + "\n")
        return DONE
    table = Table("image", "tags", "created", "MiB", "current", box=None)
    for image in images:
        size, used = str(image.size_bytes // 2**20), "yes" if current() in image.tags else "no"
        table.add_row(image.id[:19], visible(", ".join(image.tags)), _moment(image), size, used)
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


def _moment(image: KeptImage) -> str:
    return f"{datetime.fromtimestamp(image.created, UTC):%Y-%m-%d %H:%M} UTC"
