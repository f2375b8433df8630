"""Islands, orderings, cycles and trees."""

from wayfinder.queue import Queue


def islands(network):
    """Groups of stops connected in any direction: the largest first, equal ones by name."""
    back = network.reversed()
    seen = set()
    groups = []
    for start in network.stops():
        if start in seen:
            continue
        group, left = set(), [start]
        while left:
            stop = left.pop()
            if stop in group:
                continue
            group.add(stop)
            left.extend(network.neighbours(stop))
            left.extend(back.neighbours(stop))
        seen |= group
        groups.append(sorted(group))
    return sorted(groups, key=lambda group: (-len(group), group))


def dependency_order(needs):
    """Names in an order in which each comes after what it needs; by name where that leaves a choice.

    Args:
        needs: name -> names it needs; names that only occur as a need are part of the order too.

    Raises:
        ValueError: some need one another.
    """
    waiting = {name: set(wanted) for name, wanted in needs.items()}
    for wanted in needs.values():
        for name in wanted:
            waiting.setdefault(name, set())
    order = []
    while waiting:
        ready = sorted(name for name, wanted in waiting.items() if not wanted)
        if not ready:
            raise ValueError(f"these need one another: {', '.join(sorted(waiting))}")
        name = ready[0]
        order.append(name)
        del waiting[name]
        for wanted in waiting.values():
            wanted.discard(name)
    return order


def has_cycle(network):
    """Whether one can come back to a stop by one-way roads and roads in both directions."""
    needs = {stop: list(network.neighbours(stop)) for stop in network.stops()}
    try:
        dependency_order(needs)
    except ValueError:
        return True
    return False


def spanning_tree(network):
    """Roads (start, end, length) of least total length that keep connected what is connected.

    One-way roads count as roads in both directions.
    """
    group = {stop: stop for stop in network.stops()}

    def leader(stop):
        while group[stop] != stop:
            stop = group[stop]
        return stop

    queue = Queue((length, (start, end)) for start, end, length in network.roads())
    chosen = []
    while queue:
        length, (start, end) = queue.take()
        first, second = leader(start), leader(end)
        if first != second:
            group[second] = first
            chosen.append((start, end, length))
    return chosen
