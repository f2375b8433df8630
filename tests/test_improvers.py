"""The model that improves is drawn as told, and from what its children became."""

from collections import Counter
from collections.abc import Iterator

from numpy.random import PCG64, Generator, SeedSequence

from archive.events import AgentId, Asked, Born, Digest, Event, Rejected, Scored, TaskId, Verdict
from dgm.history import History
from dgm.improvers import Children, children, drawn
from sandbox.tree import TreeHash

TEXT = Digest("c" * 64)
SEED = AgentId("0" * 40)
SOLVED, UNSOLVED = TaskId("solved"), TaskId("unsolved")


def born(ticket: int, *parents: AgentId) -> Born:
    return Born(ticket, AgentId(f"{ticket:040x}"), ticket, parents, TreeHash(f"{ticket:040x}"), TEXT)


def scored(
    ticket: int, agent: AgentId, task: TaskId, verdict: Verdict, split: str = "search"
) -> Iterator[Event]:
    yield Asked(ticket, "evaluate", "search", 0, {"rule": "own"}, agent=agent, task=task)
    yield Scored(ticket, agent, task, split, verdict, "", TEXT, TEXT)


def expand(ticket: int, model: str) -> Event:
    return Asked(ticket, "expand", "search", 0, {"model": model}, parents=(SEED,))


def events() -> Iterator[Event]:
    """Of a seed that solves one of two: a child by `a` as good, one worse, two unscored; a refused by `b`."""
    yield born(0)
    yield from scored(1, SEED, SOLVED, "resolved")
    yield from scored(2, SEED, UNSOLVED, "unresolved")
    for ticket, model in ((3, "a"), (4, "a"), (5, "a"), (6, "b"), (7, "elsewhere"), (12, "a")):
        yield expand(ticket, model)
        yield Rejected(6, (SEED,), None, "no", TEXT) if ticket == 6 else born(ticket, SEED)
    yield from scored(8, born(3).agent, SOLVED, "resolved")
    yield from scored(9, born(3).agent, UNSOLVED, "unresolved")
    # What the parent did not attempt says nothing of either.
    yield from scored(13, born(3).agent, TaskId("harder"), "unresolved")
    yield from scored(14, born(4).agent, TaskId("easier"), "resolved")
    yield from scored(15, born(12).agent, TaskId("easier"), "resolved")
    yield from scored(10, born(4).agent, SOLVED, "unresolved")
    yield from scored(11, born(5).agent, SOLVED, "resolved", split="held_out")


def test_children_are_counted_by_their_model_and_held_against_their_parent() -> None:
    assert children(History(events()), ["a", "b", "c"]) == {
        "a": Children(made=4, admitted=4, scored=2, kept_up=1),
        "b": Children(made=1, admitted=0, scored=0, kept_up=0),
        "c": Children(),
    }
    assert [tally.fell_short for tally in children(History(events()), ["a", "b"]).values()] == [1, 1]


def rng(ticket: int) -> Generator:
    return Generator(PCG64(SeedSequence([3, ticket, 3])))


def test_one_model_is_no_draw() -> None:
    assert drawn({"a": 2.0}, "weight", History(), rng(1)) == {}


def test_weights_are_shares_of_the_draws() -> None:
    counts = Counter(drawn({"a": 6, "b": 2}, "weight", History(), rng(n))["model"] for n in range(2000))
    assert counts.keys() == {"a", "b"}
    assert 0.71 < counts["a"] / 2000 < 0.79
    told = drawn({"a": 6, "b": 2}, "weight", History(), rng(1))["models"]
    assert told == [{"model": "a", "share": 0.75}, {"model": "b", "share": 0.25}]


def test_children_that_keep_up_bring_their_model_more_draws() -> None:
    history = History(events())
    for ticket in range(20, 40):
        history.take(expand(ticket, "a"))
        history.take(born(ticket, SEED))
        for event in scored(ticket + 100, born(ticket).agent, SOLVED, "resolved"):
            history.take(event)
    weights = {"a": 1, "b": 1000}
    counts = Counter(drawn(weights, "children", history, rng(n))["model"] for n in range(300))
    assert counts["a"] > 230
    assert counts["b"] > 0
    why = drawn(weights, "children", history, rng(1))
    assert max(why["models"], key=lambda row: row["draw"])["model"] == why["model"]
    assert [(row["kept_up"], row["fell_short"]) for row in why["models"]] == [(21, 1), (0, 1)]
    assert drawn(weights, "children", history, rng(1)) == why
