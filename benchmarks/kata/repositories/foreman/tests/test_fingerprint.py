from foreman import Fingerprints, Graph, Target
from foreman.fingerprint import digest


def made(**files):
    graph = Graph([Target("lib", inputs=["*.c"]), Target("app", needs=["lib"], commands=["link"])])
    return Fingerprints(graph, {name.replace("_", "."): text for name, text in files.items()})


def test_parts_matter():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") == digest(b"ab")


def test_equal_things_are_equal():
    assert made(a_c="1").of("app") == made(a_c="1").of("app")


def test_a_file_matters():
    assert made(a_c="1").of("lib") != made(a_c="2").of("lib")


def test_other_files_do_not():
    assert made(a_c="1").of("lib") == made(a_c="1", b_h="2").of("lib")


def test_inputs():
    assert made(b_c="", a_c="", a_h="").inputs("lib") == ["a.c", "b.c"]
