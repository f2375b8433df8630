from mailroom import parse, threads


def message(name, subject, hour, references=""):
    return parse(
        f"Message-ID: <{name}>\nSubject: {subject}\nDate: 7 May 2024 {hour}:00 GMT\nReferences: {references}\n\n"
    )


def outlines(*messages):
    return [thread.outline() for thread in threads(messages)]


def test_one_is_missing():
    found = outlines(message("a", "first", 10), message("c", "third", 12, "<a> <b>"))
    assert found == ["first\n  third"]


def test_two_are_missing():
    found = outlines(message("d", "fourth", 13, "<a> <b> <c>"), message("a", "first", 10))
    assert found == ["first\n  fourth"]


def test_one_with_two_answers_is_missing():
    found = outlines(
        message("a", "first", 10),
        message("c", "third", 12, "<a> <b>"),
        message("d", "fourth", 13, "<a> <b>"),
    )
    assert found == ["first\n  (missing)\n    third\n    fourth"]


def test_all_are_there():
    found = outlines(
        message("c", "third", 12, "<a> <b>"), message("b", "second", 11, "<a>"), message("a", "first", 10)
    )
    assert found == ["first\n  second\n    third"]


def test_going_round_in_a_circle():
    found = outlines(message("a", "first", 10, "<b>"), message("b", "second", 11, "<a>"))
    assert len(found) == 1
