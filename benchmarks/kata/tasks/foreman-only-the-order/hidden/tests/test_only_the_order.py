from foreman import Builder, Graph, Target


def graph():
    return Graph(
        [
            Target("folder", always=True),
            Target("lib", after=["folder"]),
            Target("app", needs=["lib"], after=["folder"]),
        ]
    )


def test_not_built_again():
    builder = Builder(graph(), lambda command, target: 0)
    builder.build()
    report = builder.build()
    assert report.names("built") == ["folder"]
    assert report.names("fresh") == ["lib", "app"]


def test_not_affected():
    assert graph().affected(["folder"]) == ["folder"]


def test_real_needs_still_count():
    assert graph().affected(["lib"]) == ["lib", "app"]


def test_the_order_still_holds():
    assert graph().order(["app"]) == ["folder", "lib", "app"]


def test_a_failure_still_stops_what_comes_after():
    made = Graph([Target("folder", commands=["x"]), Target("lib", after=["folder"])])
    report = Builder(made, lambda command, target: 1).build(keep_going=True)
    assert report["lib"] == "skipped"
