def test_add():
    pass


def test_minus():
    pass


def test_kept():
    pass
