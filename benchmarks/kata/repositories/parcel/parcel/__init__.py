"""Records with a schema: checked, packed into bytes, compared, upgraded and searched."""

from parcel.binary import decode, encode, pack, unpack
from parcel.diff import apply, compose, diff, invert
from parcel.errors import BadData, BadQuery, BadRecord, ParcelError
from parcel.migrate import Migrations
from parcel.query import Query
from parcel.schema import Field, Schema
from parcel.shelf import Shelf

__all__ = [
    "BadData",
    "BadQuery",
    "BadRecord",
    "Field",
    "Migrations",
    "ParcelError",
    "Query",
    "Schema",
    "Shelf",
    "apply",
    "compose",
    "decode",
    "diff",
    "encode",
    "invert",
    "pack",
    "unpack",
]
