"""Mail addresses, alone and in lists."""

import re
from typing import NamedTuple

from mailroom.errors import MailError
from mailroom.words import decoded, encoded

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)|[<>,;:]|[^\s"()<>,;:]+')
_MAILBOX = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*")
_PLAIN = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*", re.ASCII)


class Address(NamedTuple):
    """A mailbox such as `ann@example.org`, and the name of whose it is."""

    name: str
    mailbox: str

    @property
    def local(self):
        return self.mailbox.rpartition("@")[0]

    @property
    def domain(self):
        return self.mailbox.rpartition("@")[2].lower()

    def same_as(self, other):
        """Whether both are one mailbox; only the domain is without regard to case."""
        return (self.local, self.domain) == (other.local, other.domain)

    def __str__(self):
        if not self.name:
            return self.mailbox
        if not self.name.isascii():
            return f"{encoded(self.name)} <{self.mailbox}>"
        return f"{self.name if _PLAIN.fullmatch(self.name) else _quoted(self.name)} <{self.mailbox}>"


def parse_address(text):
    """The only address in a text.

    Raises:
        MailError: there is none, or more than one.
    """
    found = parse_addresses(text)
    if len(found) != 1:
        raise MailError(f"{text!r} is not one address")
    return found[0]


def parse_addresses(text):
    """The addresses of a list; of groups (`Team: ann@a.org, bob@b.org;`) the members.

    Raises:
        MailError: something in it is no address.
    """
    addresses, words, comments, mailbox = [], [], [], None
    tokens = iter([*_TOKEN.findall(text), ","])
    for token in tokens:
        if token == "<":
            mailbox = _until_closed(tokens, text)
        elif token == ":":
            words = []
        elif token in (",", ";"):
            if words or mailbox is not None:
                addresses.append(_address(words, comments, mailbox, text))
            words, comments, mailbox = [], [], None
        elif token.startswith("("):
            comments.append(_plain(token[1:-1]))
        else:
            words.append(token)
    return addresses


def _until_closed(tokens, text):
    inside = []
    for token in tokens:
        if token == ">":
            return "".join(inside)
        inside.append(token)
    raise MailError(f"{text!r}: a < is not closed")


def _address(words, comments, mailbox, text):
    """An address with its mailbox in angle brackets, or without them and the name in a comment."""
    if mailbox is None:
        mailbox, words = "".join(words), comments
    if _MAILBOX.fullmatch(mailbox) is None:
        raise MailError(f"{text!r}: {mailbox!r} is no mailbox")
    name = " ".join(_plain(word[1:-1]) if word.startswith('"') else word for word in words)
    return Address(decoded(name), mailbox)


def _plain(text):
    return re.sub(r"\\(.)", r"\1", text)


def _quoted(text):
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
