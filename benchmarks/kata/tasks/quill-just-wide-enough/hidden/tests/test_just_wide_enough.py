from quill.filters import truncate


def test_it_fits():
    assert truncate("a fine day", 10) == "a fine day"


def test_numbers_fit():
    assert truncate(12345, 5) == "12345"


def test_it_does_not_fit():
    assert truncate("hello world", 8) == "hello..."
