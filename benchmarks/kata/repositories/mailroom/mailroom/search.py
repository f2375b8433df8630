"""Finding messages by queries such as `from:ann "annual report" -has:attachment (before:2024-05-01 OR late)`.

All terms must hold. `-` in front of a term means that it doesn't; `OR` binds weaker than just a space.
"""

import re
from datetime import date, timezone

from mailroom.errors import MailError
from mailroom.quoting import own_text
from mailroom.subjects import is_reply

_TOKEN = re.compile(r'\s*(?:(-)(?=\S)|([()])|((?:[a-z]+:)?"[^"]*"|[^\s()"]+))')
_UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def search(messages, query):
    """The messages that meet a query, in their order.

    Raises:
        MailError: the query can't be read.
    """
    meets = compiled(query)
    return [message for message in messages if meets(message)]


def compiled(query):
    """A function that says whether a message meets the query; an empty one is met by all."""
    tokens = _tokens(query)
    if not tokens:
        return lambda message: True
    meets = _either(tokens)
    if tokens:
        raise MailError(f"{query!r}: a ) closes nothing")
    return meets


def _tokens(query):
    tokens, place = [], 0
    query = query.rstrip()
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            raise MailError(f"{query!r}: can't read {query[place:].strip()!r}")
        tokens.append(match[0].strip())
        place = match.end()
    return tokens


def _either(tokens):
    choices = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        choices.append(_all(tokens))
    return lambda message: any(meets(message) for meets in choices)


def _all(tokens):
    terms = []
    while tokens and tokens[0] not in ("OR", ")"):
        terms.append(_one(tokens))
    if not terms:
        raise MailError("a term is missing")
    return lambda message: all(meets(message) for meets in terms)


def _one(tokens):
    token = tokens.pop(0)
    if token == "-":
        if not tokens or tokens[0] in ("OR", ")"):
            raise MailError("a term is missing after -")
        inner = _one(tokens)
        return lambda message: not inner(message)
    if token == "(":
        inner = _either(tokens)
        if not tokens:
            raise MailError("a ( is not closed")
        tokens.pop(0)
        return inner
    return _term(token)


def _term(token):
    if token.startswith('"'):
        return _anywhere(token)
    name, colon, value = token.partition(":")
    if not colon or name not in _FIELDS:
        return _anywhere(token)
    if not value.strip('"'):
        raise MailError(f"{name}: wants a value")
    return _FIELDS[name](value.strip('"'))


def _anywhere(token):
    """A word or phrase in the subject or in what the writer has written; quoted text doesn't count."""
    wanted = _simple(token.strip('"'))
    return lambda message: wanted in _simple(message.subject) or wanted in _simple(own_text(message.text()))


def _in_subject(value):
    return lambda message: _simple(value) in _simple(message.subject)


def _in_addresses(*headers):
    def field(value):
        wanted = _simple(value)
        return lambda message: any(
            wanted in _simple(address.name) or wanted in _simple(address.mailbox)
            for address in message.addresses(*headers)
        )

    return field


def _before(value):
    day = _day(value)
    return lambda message: message.date is not None and message.date.astimezone(timezone.utc).date() < day


def _after(value):
    day = _day(value)
    return lambda message: message.date is not None and message.date.astimezone(timezone.utc).date() >= day


def _larger(value):
    match = re.fullmatch(r"(\d+)([km]?)", value.lower())
    if match is None:
        raise MailError(f"{value!r} is no size")
    limit = int(match[1]) * _UNITS[match[2]]
    return lambda message: message.size() > limit


def _has(value):
    if value != "attachment":
        raise MailError(f"has:{value} is unknown")
    return lambda message: bool(message.attachments())


def _is(value):
    if value != "reply":
        raise MailError(f"is:{value} is unknown")
    return lambda message: is_reply(message.subject) or bool(message.references)


def _file(value):
    return lambda message: any(
        _simple(value) in _simple(part.filename or "") for part in message.attachments()
    )


def _day(value):
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise MailError(f"{value!r} is no day such as 2024-05-31") from None


def _simple(text):
    return " ".join(text.casefold().split())


_FIELDS = {
    "after": _after,
    "before": _before,
    "file": _file,
    "from": _in_addresses("From"),
    "has": _has,
    "is": _is,
    "larger": _larger,
    "subject": _in_subject,
    "to": _in_addresses("To", "Cc", "Bcc"),
}
