from foreman import Builder, Graph, Target


def builder():
    graph = Graph([Target("lib", inputs=["lib.c"], commands=["cc"]), Target("doc", commands=["tex"])])
    made = Builder(graph, lambda command, target: command in made.failing, files={"lib.c": "good"})
    made.failing = set()
    return made


def fail(made):
    made.failing = {"cc"}
    made.fingerprints.write("lib.c", "bad")
    made.build()
    made.failing = set()


def test_back_to_what_it_was():
    made = builder()
    made.build()
    fail(made)
    made.fingerprints.write("lib.c", "good")
    report = made.build()
    assert report["lib"] == "built"
    assert report["doc"] == "fresh"


def test_older_builds_do_not_count_either():
    made = builder()
    for text in ("oldest", "older", "good"):
        made.fingerprints.write("lib.c", text)
        made.build()
    fail(made)
    made.fingerprints.write("lib.c", "oldest")
    assert [name for name, _ in made.plan()] == ["lib"]


def test_going_back_without_a_failure_is_free():
    made = builder()
    made.build()
    made.fingerprints.write("lib.c", "other")
    assert made.build()["lib"] == "built"
    made.fingerprints.write("lib.c", "good")
    assert made.build()["lib"] == "fresh"
