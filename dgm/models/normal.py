"""What may differ between two honest runs of one conversation: durations, addresses, dates, temp paths."""

import re

# A word also starts after an escaped line break, for most of what is compared is JSON.
_START = r"(?:(?<!\w)|(?<=\\[nrt]))"
_RULES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"dgm-process-[0-9a-f]+", "<place>"),
        (r"/tmp/tmp[a-z0-9_]{8}\b", "/tmp/<place>"),  # noqa: S108 - a pattern
        (_START + r"0x[0-9a-fA-F]{6,16}\b", "<address>"),
        (_START + r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\b", "<date>"),
        (
            _START + r"([A-Z][a-z]{2} )?[A-Z][a-z]{2} +\d{1,2} "
            r"( \d{4}|\d{2}:\d{2}(:\d{2})?( [A-Z]{3,4})?( \d{4})?( [+-]\d{4})?)\b",
            "<date>",
        ),
        (_START + r"\d{1,2}:\d{2}:\d{2}(\.\d+)?\b", "<time>"),
        (_START + r"\d+(\.\d+)? ?(s|ms|us|µs|\\u00b5s|seconds?|secs?)\b", "<duration>"),
    )
)


def normalised(text: str) -> str:
    """`text` with every such thing replaced by its name."""
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
