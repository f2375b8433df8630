"""Whether the models of a run stayed what they were, as far as their providers and a canary tell."""

from collections.abc import Iterator, Mapping

from dgm.config import ModelSection
from dgm.history import History


def reported(history: History, models: ModelSection) -> Mapping[str, Mapping[str, int]]:
    """By the name a model is opened by: the ids it answered under, with their calls, in order."""
    found: dict[str, dict[str, int]] = {name: {} for name in models.names}
    improver = next(iter(models.improve_weights))
    for (role, drawn), ids in history.reported.items():
        name = models.solve if role == "solve" else drawn or improver
        for id_, calls in ids.items():
            _count(found.setdefault(name, {}), id_, calls)
    for probed in history.probed:
        _count(found.setdefault(probed.model, {}), probed.reported, 1)
    return found


def warnings(history: History, models: ModelSection) -> Iterator[str]:
    """A line for each sign that a model is not what it was."""
    for name, ids in reported(history, models).items():
        if len(ids) > 1:
            told = ", ".join(f"{id_} ({calls} calls)" for id_, calls in ids.items())
            yield f"model {name} answered under {len(ids)} ids: {told}; verdicts under them may not compare"
    first: dict[str, str] = {}
    changed: set[str] = set()
    for probed in history.probed:
        if probed.reply != first.setdefault(probed.model, probed.reply) and probed.model not in changed:
            changed.add(probed.model)
            yield (
                f"the model may have changed: {probed.model} gave the canary another reply after "
                f"{probed.evaluations} evaluations than at first"
            )


def _count(ids: dict[str, int], id_: str, calls: int) -> None:
    ids[id_] = ids.get(id_, 0) + calls
