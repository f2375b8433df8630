from parcel import Query


def test_and_binds_closer():
    query = Query("a = 1 or b = 1 and c = 1")
    assert query.matches({"a": 1, "b": 0, "c": 0})
    assert query.matches({"a": 0, "b": 1, "c": 1})
    assert not query.matches({"a": 0, "b": 1, "c": 0})


def test_two_pairs():
    query = Query("a = 1 and b = 1 or c = 1 and d = 1")
    assert query.matches({"a": 1, "b": 1, "c": 0, "d": 0})
    assert query.matches({"a": 0, "b": 0, "c": 1, "d": 1})


def test_inside_parentheses():
    query = Query("not (a = 1 or b = 1 and c = 1)")
    assert not query.matches({"a": 1, "b": 0, "c": 0})


def test_parentheses_win():
    query = Query("(a = 1 or b = 1) and c = 1")
    assert not query.matches({"a": 1, "b": 0, "c": 0})
    assert query.matches({"a": 0, "b": 1, "c": 1})


def test_all_of_one_sort():
    assert Query("a = 1 or b = 1 or c = 1").matches({"a": 0, "b": 0, "c": 1})
    assert not Query("a = 1 and b = 1 and c = 1").matches({"a": 1, "b": 1, "c": 0})
