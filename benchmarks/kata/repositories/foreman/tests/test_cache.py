import pytest

from foreman import BuildError, Cache


def test_remembers():
    cache = Cache()
    cache.add("a", "1")
    assert cache.has("a", "1")
    assert not cache.has("a", "2")
    assert (cache.hits, cache.misses) == (1, 1)


def test_dump_and_load():
    cache = Cache()
    cache.add("a", "1")
    assert Cache.load(cache.dump()).has("a", "1")


def test_no_cache():
    with pytest.raises(BuildError, match="no cache"):
        Cache.load("[")


def test_prune():
    cache = Cache()
    for name in "cab":
        cache.add(name, "1")
    assert cache.prune(["b"]) == ["a", "c"]
