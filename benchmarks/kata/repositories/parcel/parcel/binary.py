"""Records as bytes.

A record is a number of fields: its number, the length of what follows, the value. A package is `PCL` and then
for each record the version of the schema, the length, the record, and the checksum of all that.
"""

from parcel import varint
from parcel.checksum import Checksum
from parcel.errors import BadData, BadRecord

MAGIC = b"PCL"


def encode(schema, record):
    """The bytes of one record."""
    out = bytearray()
    for name, value in schema.complete(record).items():
        if value is None:
            continue
        field, inside = schema[name], bytearray()
        field.kind.write(value, inside)
        varint.write(field.number, out)
        varint.write(len(inside), out)
        out += inside
    return bytes(out)


def decode(schema, data):
    """The record that `encode` was given. Fields that the schema doesn't know are left out.

    Raises:
        BadData: these bytes are no such record.
    """
    cursor, made, seen = varint.Cursor(data), {}, set()
    while cursor.left:
        number, inside = cursor.number(), cursor.part()
        if number in seen:
            raise BadData(f"field {number} is there twice")
        seen.add(number)
        field = schema.numbered(number)
        if field is not None:
            made[field.name] = field.kind.read(inside)
            inside.finish()
    try:
        return schema.complete(made)
    except BadRecord as error:
        raise BadData(str(error)) from None


def pack(schema, records):
    """Many records, each with its checksum."""
    out = bytearray(MAGIC)
    for record in records:
        data, frame = encode(schema, record), bytearray()
        varint.write(schema.version, frame)
        varint.write(len(data), frame)
        frame += data
        out += frame + Checksum(frame).digest()
    return bytes(out)


def unpack(schema, data, migrations=None, damaged=None):
    """The records of a package, as the schema wants them.

    Args:
        migrations: turns records of other versions into this one's; without it they are refused.
        damaged: a list; records with a wrong checksum are left out and their places put into it.

    Raises:
        BadData: this is no package, or a record is damaged.
    """
    cursor = varint.Cursor(data)
    if cursor.left < len(MAGIC) or cursor.take(len(MAGIC)) != MAGIC:
        raise BadData("this is no package")
    made, place = [], 0
    while cursor.left:
        start = cursor.at
        version, content = cursor.number(), cursor.take(cursor.number())
        sum_ = Checksum(data[start : cursor.at])
        if cursor.take(2) == sum_.digest():
            made.append(_opened(schema, version, content, migrations))
        elif damaged is None:
            raise BadData(f"record {place} is damaged")
        else:
            damaged.append(place)
        place += 1
    return made


def _opened(schema, version, content, migrations):
    if version == schema.version:
        return decode(schema, content)
    if migrations is None:
        raise BadData(f"version {version}, but {schema.name} has version {schema.version}")
    return migrations.move(decode(migrations.schema(version), content), version, schema.version)
