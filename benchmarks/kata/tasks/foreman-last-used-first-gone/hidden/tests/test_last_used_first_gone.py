from foreman import Cache


def test_a_use_keeps_it():
    cache = Cache(keep=3)
    for text in "abc":
        cache.add("app", text)
    assert cache.has("app", "a")
    cache.add("app", "d")
    assert [text for text in "abcd" if cache.has("app", text)] == ["a", "c", "d"]


def test_the_order_outlives_dump_and_load():
    cache = Cache(keep=2)
    cache.add("app", "a")
    cache.add("app", "b")
    cache.has("app", "a")
    loaded = Cache.load(cache.dump())
    loaded.add("app", "c")
    assert loaded.has("app", "a")


def test_the_oldest_goes_first():
    cache = Cache(keep=2)
    for text in "abc":
        cache.add("app", text)
    assert [cache.has("app", text) for text in "abc"] == [False, True, True]
    assert (cache.hits, cache.misses) == (2, 1)
