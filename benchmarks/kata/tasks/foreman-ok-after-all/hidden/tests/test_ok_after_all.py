from foreman import Report


def report(**states):
    made = Report()
    for name, state in states.items():
        made.note(name, state)
    return made


def test_one_failure_is_enough():
    assert not report(a="built", b="failed").ok


def test_something_skipped():
    assert not report(a="fresh", b="skipped").ok


def test_all_is_well():
    assert report(a="fresh", b="built").ok
    assert report().ok


def test_both():
    assert not report(a="failed", b="skipped").ok
