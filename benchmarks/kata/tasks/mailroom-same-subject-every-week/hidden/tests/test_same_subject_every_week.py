from mailroom import parse, threads


def message(name, subject, day, references=""):
    head = f"Message-ID: <{name}>\nSubject: {subject}\nDate: {day} May 2024 10:00 GMT\n"
    return parse(head + (f"References: {references}\n" if references else "") + "\n")


def ids(*messages):
    return [[one.id for one in thread.messages()] for thread in threads(messages)]


def test_new_mails_with_an_old_subject():
    found = ids(message("a", "Status", 6), message("b", "Status", 13), message("c", "status", 20))
    assert found == [["<c>"], ["<b>"], ["<a>"]]


def test_their_answers_stay_with_them():
    found = ids(message("a", "Status", 6), message("b", "Status", 13), message("c", "Re: Status", 14, "<b>"))
    assert found == [["<b>", "<c>"], ["<a>"]]


def test_answers_to_nobody_knows_what():
    found = ids(message("a", "Re: Status", 6), message("b", "Re: Status", 7), message("c", "Status", 5))
    assert found == [["<c>", "<a>", "<b>"]]


def test_answers_alone():
    assert ids(message("a", "Re: Status", 6), message("b", "Re: Status", 7)) == [["<b>"], ["<a>"]]


def test_an_answer_by_subject():
    assert ids(message("a", "Status", 6), message("b", "AW: Status", 7)) == [["<a>", "<b>"]]


def test_different_subjects():
    assert ids(message("a", "Status", 6), message("b", "Tea", 7)) == [["<b>"], ["<a>"]]
