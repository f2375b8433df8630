from foreman import Builder, Graph, Target


class Runs:
    """Notes what is run; commands with `bad` in them fail."""

    def __init__(self):
        self.commands = []

    def __call__(self, command, target):
        self.commands.append(command)
        return 1 if "bad" in command else 0


def builder(*targets, **rest):
    return Builder(Graph(targets), Runs(), **rest)


def test_builds_in_order():
    made = builder(Target("app", needs=["lib"], commands=["link"]), Target("lib", commands=["compile"]))
    assert made.build().summary() == "2 built"
    assert made._run.commands == ["compile", "link"]


def test_nothing_twice():
    made = builder(Target("a", commands=["x"]))
    made.build()
    assert made.build().summary() == "1 fresh"


def test_always():
    made = builder(Target("a", always=True))
    made.build()
    assert made.plan() == [("a", "always")]


def test_failure():
    made = builder(Target("a", commands=["bad"]), Target("b", needs=["a"]))
    report = made.build()
    assert not report.ok
    assert (report["a"], report["b"]) == ("failed", "skipped")


def test_plan():
    made = builder(Target("a"), Target("b", needs=["a"]))
    assert made.plan() == [("a", "new"), ("b", "a is built")]
