"""What a run is given, or was when it began: its configuration, its seed agent, prices, versions."""

import platform
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from archive.base import Archive, ArchiveError
from archive.disk import DiskArchive
from archive.events import AgentId, Digest, Resumed, Started, TaskId
from benchmarks.task import Split
from dgm import kept_splits
from dgm.config import Config, ConfigError, Origin
from dgm.manifest import MANIFEST, ManifestError, read_manifest
from dgm.prices import FREE, listed_on, price_of
from dgm.run_toml import read
from sandbox.base import Sandbox
from sandbox.tree import Tree, TreeError

RUN_TOML = "run.toml"
SHIPPED_SEED = Path(__file__).resolve().parent.parent / "seed_agent"
AGENT_IMAGE = "agent_image"
"""Among the recorded versions: the digest of the image that the seed agent names."""


def recorded_config(folder: Path, archive: Archive) -> Config:
    """The configuration a run goes by: the journal's latest, or run.toml when it has none yet."""
    return told_config(archive) or read(folder / RUN_TOML)


def told_config(archive: Archive) -> Config | None:
    """The latest configuration in the journal, if it has any yet."""
    digest: Digest | None = None
    for entry in archive.entries():
        if isinstance(entry.event, Started | Resumed):
            digest = entry.event.config
    return None if digest is None else Config.model_validate(tomllib.loads(archive.blob(digest).decode()))


def seed_tree(config: Config) -> Tree:
    """The seed agent's source.

    Raises:
        ConfigError: the folder holds no agent.
    """
    if config.forked_from is not None:
        return _forked_tree(config.forked_from)
    folder = SHIPPED_SEED if config.seed_agent is None else Path(config.seed_agent)
    try:
        if not folder.is_dir():
            raise ConfigError(f"seed agent {folder}: no such folder")
        tree = Tree.from_folder(folder)
        read_manifest(tree)
    except (OSError, TreeError, ManifestError) as error:
        raise ConfigError(
            f"seed agent {folder}: {error} (see seed_agent/{MANIFEST} for an example)"
        ) from None
    return tree


def _forked_tree(origin: Origin) -> Tree:
    try:
        with DiskArchive.read(Path(origin.run)) as archive:
            return archive.tree(AgentId(origin.agent))
    except ArchiveError as error:
        raise ConfigError(f"forked_from: {error}") from None


def origins_splits(config: Config) -> Mapping[Split, Sequence[TaskId]]:
    """Of the run that this one is forked from: what its agents were bred on is not held out from them."""
    if config.forked_from is None:
        return {}
    folder = Path(config.forked_from.run)
    with DiskArchive.read(folder) as origin:
        same = recorded_config(folder, origin).suite.name == config.suite.name
        return kept_splits.kept(origin) if same else {}


def priced(config: Config, notice: Callable[[str], None]) -> Config:
    """`config` with the price of each of its models, which the run then goes by whatever becomes of the list.

    Raises:
        ConfigError: a model has no price, and that was not allowed.
    """
    prices = dict(config.prices)
    for model in config.model.names:
        price = price_of(model, prices)
        if price is None and not config.model.allow_unpriced:
            raise ConfigError(
                f"model {model!r} has no price in the list of {listed_on()}; mend: --allow-unpriced counts "
                f'its calls as free, or give run.toml a table [prices."{model}"] with input and output in '
                "dollars per million tokens"
            )
        if price is None:
            notice(
                f"{model} has no price: its calls count as free, so budget.usd can't hold them; "
                "budget.tokens and budget.calls can"
            )
        elif price != FREE:
            prices[model] = price
    return config.model_copy(update={"prices": prices})


def versions_of(sandbox: Sandbox, seed: Tree) -> Mapping[str, str]:
    """What the run stands on.

    Raises:
        SandboxError: the image that the seed agent names can't be had here.
    """
    image = read_manifest(seed).image
    given = {} if image is None else {AGENT_IMAGE: sandbox.digest(image)}
    try:
        ours = version("dgm")
    except PackageNotFoundError:
        ours = "clone"
    return {
        "dgm": ours,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sandbox": sandbox.name,
        **sandbox.versions,
        **given,
    }
