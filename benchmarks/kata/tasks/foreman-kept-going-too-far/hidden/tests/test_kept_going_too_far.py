from foreman import Builder, Graph, Target


def graph():
    return Graph(
        [
            Target("parser", commands=["bad"]),
            Target("compiler", needs=["parser"], commands=["x"]),
            Target("stdlib", needs=["compiler"], commands=["x"]),
            Target("shell", after=["stdlib"], commands=["x"]),
            Target("manual", commands=["x"]),
        ]
    )


def build(keep_going):
    ran = []

    def run(command, target):
        ran.append(target.name)
        return command == "bad"

    return Builder(graph(), run).build(keep_going=keep_going), ran


def test_the_whole_chain_is_skipped():
    report, ran = build(True)
    assert report.names("skipped") == ["compiler", "stdlib", "shell"]
    assert ran == ["parser", "manual"]


def test_reasons():
    report, _ = build(True)
    assert report.reason("stdlib") == "waits for compiler"


def test_the_rest_is_built():
    assert build(True)[0]["manual"] == "built"


def test_without_going_on():
    report, ran = build(False)
    assert ran == ["parser"]
    assert report["manual"] == "skipped"
