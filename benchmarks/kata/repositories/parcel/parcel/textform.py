"""Records as text: a line for each field, a blank line between records; `#` starts a comment line."""

from parcel.errors import BadData, BadRecord
from parcel.kinds import quoted

NOTHING = "-"


def dump(schema, records):
    """The records as text; fields that have their default value are left out."""
    return "\n".join(_shown(schema, schema.complete(record)) for record in records)


def _shown(schema, record):
    lines = []
    for field in schema.fields:
        value = record[field.name]
        if not field.required and value == field.default:
            continue
        text = NOTHING if value is None else field.kind.show(value)
        if value == NOTHING:
            text = quoted(text)
        lines.append(f"{field.name}: {text}\n")
    return "".join(lines) or "#\n"


def load(schema, text):
    """The records of a text that `dump` or a person has written.

    Raises:
        BadData: a line can't be read, or a record isn't what the schema asks for.
    """
    found, current, start = [], {}, None
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            start = number if start is None else start
            if not line.startswith("#"):
                _read(schema, line, number, current)
        elif start is not None:
            try:
                found.append(schema.complete(current))
            except BadRecord as error:
                raise BadData(f"record at line {start}: {error}") from None
            current, start = {}, None
    return found


def _read(schema, line, number, record):
    name, colon, text = line.partition(":")
    name, text = name.strip(), text.strip()
    if not colon or name not in schema:
        raise BadData(f"line {number}: {line!r} is no field")
    if name in record:
        raise BadData(f"line {number}: {name} is there twice")
    try:
        record[name] = None if text == NOTHING else schema[name].kind.parse(text)
    except BadData as error:
        raise BadData(f"line {number}: {error}") from None
