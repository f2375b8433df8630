from quill import render

SOURCE = "{% for n in items %}{{ loop.left }},{% end %}"


def test_counts_down_to_nothing():
    assert render(SOURCE, items=[1, 2, 3, 4]) == "3,2,1,0,"


def test_a_single_item_leaves_none():
    assert render(SOURCE, items=["only"]) == "0,"


def test_no_items():
    assert render(SOURCE, items=[]) == ""
