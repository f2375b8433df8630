"""Messages: reading and writing them, their parts, and the answers to them.

A message has headers and either a body or parts, which are messages themselves (RFC 2045, 2046). The body is
kept as it was sent; `data` and `text` read it.
"""

import re
from datetime import timezone
from urllib.parse import unquote_to_bytes

from mailroom.address import parse_addresses
from mailroom.dates import format_date, parse_date
from mailroom.errors import MailError
from mailroom.headers import Headers
from mailroom.quoting import quoted
from mailroom.subjects import forward_subject, reply_subject
from mailroom.transfer import decode, encode
from mailroom.words import decoded, encoded

MAX_DEPTH = 20
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_TOKEN = re.compile(r"[\w!#$%&'*+.^`{|}~-]+", re.ASCII)
_SECTION = re.compile(r"(.+?)\*(\d+)(\*?)|(.+?)(\*)")
_ID = re.compile(r"<[^<>\s]+>")
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_ENTITIES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}


class Message:
    """Headers with a body, or with parts."""

    def __init__(self, headers=None, body="", parts=None):
        self.headers = Headers() if headers is None else headers
        self.body = body
        self.parts = list(parts or [])

    @property
    def id(self):
        """The message id with its angle brackets, or an empty text."""
        return next(iter(_ids(self.headers.get("Message-ID"))), "")

    @property
    def subject(self):
        return decoded(self.headers.get("Subject"))

    @property
    def date(self):
        """When it was written; None if that isn't said, or not in a way that can be read."""
        try:
            return parse_date(self.headers.get("Date"))
        except MailError:
            return None

    @property
    def sender(self):
        """The first author, or None."""
        return next(iter(self.addresses("From")), None)

    @property
    def recipients(self):
        return self.addresses("To", "Cc", "Bcc")

    @property
    def references(self):
        """Ids of the messages before this one in its thread, the one that it answers last."""
        found = _ids(self.headers.get("References"))
        answered = _ids(self.headers.get("In-Reply-To"))[:1]
        return [name for name in found if name not in answered] + answered

    def addresses(self, *names):
        """All addresses in the headers of these names; values that can't be read have none."""
        found = []
        for name in names:
            for value in self.headers.all(name):
                try:
                    found.extend(parse_addresses(value))
                except MailError:
                    continue
        return found

    @property
    def content_type(self):
        """Such as `text/plain`, in lower case."""
        kind = _value_and_parameters(self.headers.get("Content-Type"))[0].lower()
        return kind if "/" in kind else "text/plain"

    def parameter(self, name, header="Content-Type"):
        """A parameter of a header, such as `charset`; None if it isn't given."""
        return _value_and_parameters(self.headers.get(header))[1].get(name)

    @property
    def is_multipart(self):
        return bool(self.parts)

    @property
    def filename(self):
        """The name of an attached file without any folders, or None."""
        name = self.parameter("filename", "Content-Disposition") or self.parameter("name")
        if name is None:
            return None
        return re.split(r"[/\\]", decoded(name))[-1] or None

    @property
    def is_attachment(self):
        disposition = _value_and_parameters(self.headers.get("Content-Disposition"))[0].lower()
        return disposition == "attachment" or (self.filename is not None and disposition != "inline")

    @property
    def data(self):
        """The bytes of the body."""
        return decode(self.body, self.headers.get("Content-Transfer-Encoding"))

    def walk(self):
        """The message itself and all its parts, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def attachments(self):
        return [part for part in self.walk() if not part.parts and part.is_attachment]

    def text(self):
        """What there is to read: the first plain text, or else the first HTML without its tags."""
        leaves = [part for part in self.walk() if not part.parts and not part.is_attachment]
        for kind, read in (("text/plain", str), ("text/html", _without_tags)):
            for part in leaves:
                if part.content_type == kind:
                    return read(part._characters())
        return ""

    def size(self):
        """Bytes of all bodies, as they are when read."""
        return sum(len(part.data) for part in self.walk() if not part.parts)

    def _characters(self):
        encoding = self.headers.get("Content-Transfer-Encoding").strip().lower()
        if encoding in ("", "7bit", "8bit", "binary"):
            return self.body
        charset = self.parameter("charset") or "utf-8"
        try:
            return self.data.decode(charset, "replace").replace("\r\n", "\n")
        except LookupError:
            return self.data.decode("latin-1").replace("\r\n", "\n")

    def __str__(self):
        """The message as it is sent."""
        if not self.parts:
            return f"{self.headers}\n{self.body}"
        headers = self.headers.copy()
        texts = [str(part) for part in self.parts]
        boundary = self.parameter("boundary")
        if boundary is None or any(_stands_in(boundary, text) for text in texts):
            boundary = _free_boundary(texts)
            kind = self.content_type if self.content_type.startswith("multipart/") else "multipart/mixed"
            headers.set("Content-Type", f"{kind}; {_written_parameter('boundary', boundary)}")
        inside = "".join(f"--{boundary}\n{text}\n" for text in texts)
        return f"{headers}\n{inside}--{boundary}--\n"

    @classmethod
    def compose(cls, sender, to, subject, text, cc=(), date=None, message_id=None):
        """A new message with a text."""
        message = cls()
        message.headers.add("From", str(sender))
        for name, addresses in (("To", to), ("Cc", cc)):
            if addresses:
                message.headers.add(name, ", ".join(str(address) for address in addresses))
        message.headers.add("Subject", encoded(subject))
        if date is not None:
            message.headers.add("Date", format_date(date))
        if message_id is not None:
            message.headers.add("Message-ID", message_id)
        message._set_text(text)
        return message

    def attach(self, filename, data, content_type="application/octet-stream"):
        """Put a file in; a message without parts gets its text as the first one."""
        if not self.parts:
            first = Message(body=self.body)
            for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"):
                for value in self.headers.all(name):
                    first.headers.add(name, value)
                self.headers.remove(name)
            self.parts, self.body = [first], ""
            self.headers.add("Content-Type", "multipart/mixed")
        part = Message(body=encode(data, "base64"))
        part.headers.add("Content-Type", content_type)
        part.headers.add("Content-Disposition", f"attachment; {_written_parameter('filename', filename)}")
        part.headers.add("Content-Transfer-Encoding", "base64")
        self.parts.append(part)

    def reply(self, sender, text, to_all=False):
        """An answer with the text of this message quoted below a line that says whose it is.

        It goes where the message asks for answers; with `to_all` also to all others but the one who answers.
        """
        to = self.addresses("Reply-To") or self.addresses("From")
        others = self.addresses("To", "Cc") if to_all else []
        message = Message.compose(sender, to, "", "", cc=_others(others, [sender, *to]))
        message.headers.set("Subject", encoded(reply_subject(self.subject)))
        if self.id:
            message.headers.add("In-Reply-To", self.id)
            earlier = [name for name in self.references if name != self.id]
            message.headers.add("References", " ".join([*earlier, self.id]))
        message._set_text(f"{text.rstrip()}\n\n{self._attribution()}\n{quoted(self.text())}\n")
        return message

    def forward(self, sender, to, text=""):
        """The message as a part of a new one, with a text in front."""
        message = Message.compose(sender, to, forward_subject(self.subject), text)
        first = Message(body=message.body)
        for name in ("Content-Type", "Content-Transfer-Encoding"):
            first.headers.add(name, message.headers.get(name))
            message.headers.remove(name)
        inner = Message(Headers([("Content-Type", "message/rfc822")]), body=str(self))
        message.parts, message.body = [first, inner], ""
        message.headers.add("Content-Type", "multipart/mixed")
        return message

    def _attribution(self):
        who = (self.sender.name or self.sender.mailbox) if self.sender else "somebody"
        if self.date is None:
            return f"{who} wrote:"
        return f"On {self.date.astimezone(timezone.utc):%Y-%m-%d at %H:%M} UTC, {who} wrote:"

    def _set_text(self, text):
        simple = text.isascii() and all(len(line) <= 998 for line in text.split("\n"))
        encoding = "7bit" if simple else "quoted-printable"
        self.headers.set("Content-Type", "text/plain; charset=utf-8")
        self.headers.set("Content-Transfer-Encoding", encoding)
        self.body = encode(text.encode(), encoding)


def parse(source, depth=0):
    """The message in a text.

    Raises:
        MailError: the headers can't be read, or parts are inside one another too deeply.
    """
    if depth > MAX_DEPTH:
        raise MailError(f"more than {MAX_DEPTH} messages inside one another")
    source = source.replace("\r\n", "\n")
    if source.startswith("\n"):
        head, body = "", source[1:]
    else:
        head, _, body = source.partition("\n\n")
    message = Message(Headers.parse(head), body)
    boundary = message.parameter("boundary")
    if message.content_type.startswith("multipart/") and boundary:
        message.parts = [parse(part, depth + 1) for part in _sections(body, boundary)]
        if message.parts:
            message.body = ""
    return message


def _sections(body, boundary):
    """The texts between lines that are the boundary; not what is before or after all of them.

    The line break in front of a boundary belongs to it.
    """
    sections, current = [], None
    for line in body.split("\n"):
        mark = line.rstrip()
        if mark == f"--{boundary}--":
            break
        if mark == f"--{boundary}":
            if current is not None:
                sections.append(current)
            current = []
        elif current is not None:
            current.append(line)
    if current is not None:
        sections.append(current)
    return ["\n".join(lines) for lines in sections]


def _value_and_parameters(text):
    """`text/plain` and `{"charset": "utf-8"}` from `text/plain; charset="utf-8"`; names are in lower case.

    Values in numbered sections are put together, those with a star at the end decoded (RFC 2231).
    """
    value = text.partition(";")[0].strip()
    parameters, sections = {}, {}
    for name, raw in _PARAMETER.findall(text):
        name, raw = name.lower(), _unquoted(raw.strip())
        match = _SECTION.fullmatch(name)
        if match is None:
            parameters.setdefault(name, raw)
            continue
        base, number, star = match[1] or match[4], int(match[2] or 0), match[3] or match[5] or ""
        sections.setdefault(base, {})[number] = (raw, bool(star))
    for name, found in sections.items():
        parameters[name] = _joined_sections(found)
    return value, parameters


def _joined_sections(found):
    """The sections in the order of their numbers; the first says the character set of the decoded ones."""
    charset, data = "utf-8", b""
    for number in sorted(found):
        raw, is_encoded = found[number]
        if not is_encoded:
            data += raw.encode()
            continue
        if number == 0 and raw.count("'") >= 2:
            charset, _, raw = raw.split("'", 2)
        data += unquote_to_bytes(raw)
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("latin-1")


def _unquoted(text):
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _written_parameter(name, value):
    """A parameter as it stands in a header; in quotes or encoded if it has to be."""
    if not value.isascii():
        escaped = "".join(
            chr(b) if _TOKEN.fullmatch(chr(b)) and b not in b"*'%" else f"%{b:02X}" for b in value.encode()
        )
        return f"{name}*=utf-8''{escaped}"
    if _TOKEN.fullmatch(value):
        return f"{name}={value}"
    return f'{name}="' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _free_boundary(texts):
    number = 0
    while any(_stands_in(f"part-{number}", text) for text in texts):
        number += 1
    return f"part-{number}"


def _stands_in(boundary, text):
    """Whether a line of the text would be taken for the boundary."""
    marks = (f"--{boundary}", f"--{boundary}--")
    return any(line.rstrip() in marks for line in text.split("\n"))


def _others(addresses, known):
    """Each address once, without those that are known."""
    others = []
    for address in addresses:
        if not any(address.same_as(other) for other in [*known, *others]):
            others.append(address)
    return others


def _ids(text):
    """Message ids, each once, in the order of their first place."""
    return list(dict.fromkeys(_ID.findall(text)))


def _without_tags(html):
    text = _TAG.sub("", re.sub(r"(?i)<br\s*/?>|</p\s*>", "\n", html))
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text.strip()
