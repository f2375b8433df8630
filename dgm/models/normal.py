"""What may differ between two honest runs of one conversation: durations, addresses, dates, temp paths."""

import re

_RULES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"dgm-process-[0-9a-f]+", "<place>"),
        (r"\b0x[0-9a-fA-F]{6,16}\b", "<address>"),
        (r"\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\b", "<date>"),
        (r"\b[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}\b", "<date>"),
        (r"\b\d{1,2}:\d{2}:\d{2}(\.\d+)?\b", "<time>"),
        (r"\b\d+(\.\d+)? ?(s|ms|us|µs|seconds?|secs?)\b", "<duration>"),
    )
)


def normalised(text: str) -> str:
    """`text` with every such thing replaced by its name."""
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
