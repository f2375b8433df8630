"""Subjects and the marks that answers put in front of them."""

import re

_MARK = re.compile(r"(?:re|aw|sv|fwd?|wg)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*", re.IGNORECASE)
_LABEL = re.compile(r"\[[^\]]*\]\s*")
_REPLY = re.compile(r"(?:re|aw|sv)\s*(?:\[\d+\]|\(\d+\))?\s*:", re.IGNORECASE)


def base_subject(subject):
    """What it is about: without `Re:`, `Fwd:` and the like in front, nor the `[label]` of a mailing list."""
    rest = " ".join(subject.split())
    while True:
        match = _MARK.match(rest) or _LABEL.match(rest)
        if match is None or match.end() == len(rest):
            return rest
        rest = rest[match.end() :]


def is_reply(subject):
    return _REPLY.match(subject.strip()) is not None


def reply_subject(subject):
    """The subject of an answer; `Re:` stands only once."""
    return subject if is_reply(subject) else f"Re: {subject}"


def forward_subject(subject):
    return f"Fwd: {subject}"
