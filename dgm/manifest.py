"""agent.toml: the two commands every agent answers, and what they need around them."""

import tomllib
from dataclasses import dataclass

from sandbox.tree import Tree

MANIFEST = "agent.toml"
MAX_WORDS = 32
MAX_WORD_CHARS = 512


class ManifestError(ValueError):
    """The tree is no agent. The message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Commands as argument lists, run with the agent's own folder as working directory."""

    solve: tuple[str, ...]
    improve: tuple[str, ...]
    openai: bool = False
    """Its client speaks TCP only: OPENAI_BASE_URL and OPENAI_API_KEY are set for it."""


def read_manifest(tree: Tree) -> Manifest:
    """The manifest of an agent's tree, which is untrusted.

    Raises:
        ManifestError: it is missing, no TOML, or a command is not a short list of words.
    """
    if MANIFEST not in tree:
        raise ManifestError(
            f"{MANIFEST}: missing; an agent has one at its root with [commands] solve and improve"
        )
    try:
        table = tomllib.loads(tree[MANIFEST].data[:65_536].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"{MANIFEST}: not TOML: {str(error)[:200]}") from None
    commands = table.get("commands")
    if not isinstance(commands, dict):
        raise ManifestError(f"{MANIFEST}: no [commands] table with solve and improve")
    runtime = table.get("runtime", {})
    openai = runtime.get("openai", False) if isinstance(runtime, dict) else None
    if not isinstance(openai, bool):
        raise ManifestError(f"{MANIFEST}: runtime.openai: expected true or false")
    return Manifest(_command(commands, "solve"), _command(commands, "improve"), openai)


def _command(commands: dict[str, object], name: str) -> tuple[str, ...]:
    words = commands.get(name)
    if (
        not isinstance(words, list)
        or not 1 <= len(words) <= MAX_WORDS
        or not all(isinstance(word, str) and 0 < len(word) <= MAX_WORD_CHARS for word in words)
        or any("\0" in word for word in words)
    ):
        raise ManifestError(
            f"{MANIFEST}: commands.{name}: expected a list of 1 to {MAX_WORDS} words, "
            f'such as ["python3", "-m", "agent", "{name}"]'
        )
    return tuple(words)
