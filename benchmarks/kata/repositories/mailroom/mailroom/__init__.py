"""Mail messages: reading, writing, threading, searching."""

from mailroom.address import Address, parse_address, parse_addresses
from mailroom.errors import MailError
from mailroom.message import Message, parse
from mailroom.search import search
from mailroom.threads import threads

__all__ = [
    "Address",
    "MailError",
    "Message",
    "parse",
    "parse_address",
    "parse_addresses",
    "search",
    "threads",
]
