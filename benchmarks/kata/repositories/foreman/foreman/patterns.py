"""Patterns of file names.

`?` is one character, `*` any number of them within a folder, `**` any number of folders, `[a-c]` one of these
characters, `[!a-c]` none of them, `{a,b}` one of these texts.
"""

import re
from functools import lru_cache


def alternatives(pattern):
    """The patterns that a pattern with braces stands for; braces may stand inside one another."""
    start = pattern.find("{")
    if start < 0:
        return [pattern]
    depth, begin, parts = 0, start + 1, []
    for at in range(start, len(pattern)):
        char = pattern[at]
        if char == "{":
            depth += 1
        elif char == "," and depth == 1:
            parts.append(pattern[begin:at])
            begin = at + 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                parts.append(pattern[begin:at])
                tails = alternatives(pattern[at + 1 :])
                inner = [choice for part in parts for choice in alternatives(part)]
                return [pattern[:start] + choice + tail for choice in inner for tail in tails]
    raise ValueError(f"{pattern!r}: a brace is never closed")


@lru_cache(maxsize=256)
def _compiled(pattern):
    return re.compile("|".join(f"(?:{_regex(choice)})" for choice in alternatives(pattern)))


def _regex(pattern):
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at):
            out.append("(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif char == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            chars = pattern[at + 1 : end]
            negated = chars.startswith("!")
            chars = (chars[1:] if negated else chars).replace("\\", "\\\\").replace("^", "\\^")
            out.append(f"(?!/)[{'^' if negated else ''}{chars}]")
            at = end + 1
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char))
            at += 1
    return "".join(out)


def matches(pattern, path):
    """Whether the whole of `path` is what the pattern says."""
    return _compiled(pattern).fullmatch(path) is not None


def select(patterns, paths):
    """The paths that the patterns take, sorted; `!pattern` gives back what those before it have taken."""
    paths, taken = list(paths), set()
    for pattern in patterns:
        if pattern.startswith("!"):
            taken = {path for path in taken if not matches(pattern[1:], path)}
        else:
            taken.update(path for path in paths if matches(pattern, path))
    return sorted(taken)


def stem(pattern, name):
    """What `%` stands for if `name` is to be `pattern`; None if it can't be."""
    before, mark, after = pattern.partition("%")
    if not mark:
        return "" if pattern == name else None
    if len(name) <= len(before) + len(after) or not (name.startswith(before) and name.endswith(after)):
        return None
    return name[len(before) : len(name) - len(after)]
