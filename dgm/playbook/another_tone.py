"""Another tone: one more sentence in a prompt."""

from numpy.random import Generator

from dgm.playbook import scaffold, source
from dgm.playbook.base import Entry, Files, NotApplicable

_SENTENCES = (
    "Think step by step.",
    "Take your time and work with care.",
    "You are known for elegant solutions.",
    "Be brief and to the point.",
    "Quality matters more than speed.",
    "Read before you write.",
)
_QUOTES = '"""'


def edit(files: Files, rng: Generator) -> Files:
    """End a drawn prompt with a drawn sentence."""
    prompts = [
        (path, node, sentence)
        for path, node in scaffold.prompts(files)
        for sentence in _SENTENCES
        if sentence not in str(node.value)
    ]
    if not prompts:
        raise NotApplicable("no prompt was found that lacks one of the sentences")
    path, node, sentence = prompts[int(rng.integers(len(prompts)))]
    text = source.code(files[path], node).removesuffix(_QUOTES)
    return {path: source.replaced(files[path], [(node, f"{text}\n{sentence}{_QUOTES}")])}


ANOTHER_TONE = Entry(
    name="another_tone",
    title="One more sentence of advice in a prompt",
    source="prompt folklore; a control that should change nothing",
    needs="a module constant in triple quotes",
    helps="neutral",
    edit=edit,
)
