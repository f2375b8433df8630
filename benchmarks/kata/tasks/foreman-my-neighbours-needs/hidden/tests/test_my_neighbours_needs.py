from foreman import parse

TEXT = "client server: net | out\nserver: database | logs\nnet:\nout:\ndatabase:\nlogs:\n"


def test_needs():
    graph = parse(TEXT).graph
    assert graph["client"].needs == ["net"]
    assert graph["server"].needs == ["net", "database"]


def test_order_only():
    graph = parse(TEXT).graph
    assert graph["client"].after == ["out"]
    assert graph["server"].after == ["out", "logs"]


def test_either_name_first():
    graph = parse("a b: x\na: y\nb: z\nx:\ny:\nz:\n").graph
    assert (graph["a"].needs, graph["b"].needs) == (["x", "y"], ["x", "z"])


def test_one_name():
    graph = parse("a: x\na: y x\nx:\ny:\n").graph
    assert graph["a"].needs == ["x", "y"]


def test_commands_for_both():
    graph = parse("a b:\n    make $@\n").graph
    assert (graph["a"].commands, graph["b"].commands) == (["make a"], ["make b"])
