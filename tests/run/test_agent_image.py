"""An agent that needs more than Python names its image, and a child no other than the run was given."""

from pathlib import Path

import pytest

from dgm.admission import Rules, objection
from dgm.givens import SHIPPED_SEED
from dgm.manifest import ManifestError, read_manifest
from dgm.run import launch
from sandbox.base import SandboxError
from sandbox.tree import Tree
from tests.run.mini import QUIET, config, mini_parts

SEED = Tree.from_folder(SHIPPED_SEED)


def naming(image: str) -> Tree:
    text = SEED.text("agent.toml") + f"\n[runtime]\nimage = {image}\n"
    return SEED.overlaid({"agent.toml": text.encode()})


def test_a_run_whose_sandbox_has_no_images_is_refused_before_it_begins(tmp_path: Path) -> None:
    for path, file in naming('"mine:1"').items():
        place = tmp_path / "agent" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
    settings = config(more=[f'seed_agent="{tmp_path / "agent"}"'])
    with pytest.raises(SandboxError, match=r"no images, and mine:1 is asked for; mend: a container engine"):
        launch(tmp_path / "run", settings, QUIET, parts_of=mini_parts)
    assert not (tmp_path / "run").exists()


def test_a_child_keeps_the_image_of_its_run_or_goes_without() -> None:
    other = naming('"mine:1"')
    assert objection(other, (), (), Rules(image="mine:1")) is None
    assert objection(SEED, (), (), Rules(image="mine:1")) is None
    for rules, given in ((Rules(), "none"), (Rules(image="mine:2"), "mine:2")):
        told = objection(other, (), (), rules)
        assert told == f"agent.toml: runtime.image: mine:1, and this run was given {given}"


@pytest.mark.parametrize("image", ["3", '""', '"a b"', '"-v"', '"x\\n"', '["a"]'])
def test_a_reference_that_is_none_is_refused(image: str) -> None:
    with pytest.raises(ManifestError, match=r"runtime\.image: expected an image's reference"):
        read_manifest(naming(image))
