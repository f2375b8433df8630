"""Targets and the order they have to be built in."""

from difflib import get_close_matches

from foreman.errors import BuildError, Cycle, UnknownTarget


class Target:
    """Something to build.

    Args:
        needs: targets that go into this one: it is out of date when they change.
        after: targets that only have to be built before this one.
        inputs: patterns of the files it is made from.
        commands: what is run, in that order.
        uses: names of the settings that matter to it.
        seconds: about how long it takes.
        always: whether it is built even if nothing has changed.
    """

    def __init__(self, name, needs=(), after=(), inputs=(), commands=(), uses=(), seconds=1, always=False):
        self.name = name
        self.needs = list(needs)
        self.after = list(after)
        self.inputs = list(inputs)
        self.commands = list(commands)
        self.uses = list(uses)
        self.seconds = seconds
        self.always = always

    def __repr__(self):
        return f"Target({self.name!r})"

    def before(self):
        """The names of all targets that come before this one, each once."""
        return list(dict.fromkeys([*self.needs, *self.after]))


class Graph:
    """Targets by name, in the order they were added."""

    def __init__(self, targets=()):
        self._targets = {}
        for target in targets:
            self.add(target)

    def __contains__(self, name):
        return name in self._targets

    def __len__(self):
        return len(self._targets)

    def __iter__(self):
        return iter(self._targets.values())

    def __getitem__(self, name):
        try:
            return self._targets[name]
        except KeyError:
            raise UnknownTarget(name, get_close_matches(name, self._targets, 2)) from None

    def add(self, target):
        if target.name in self._targets:
            raise BuildError(f"{target.name} is there already")
        self._targets[target.name] = target

    def names(self):
        return list(self._targets)

    def dependents(self, name):
        """Names of the targets that directly wait for this one."""
        return [target.name for target in self if name in target.before()]

    def roots(self):
        """Names of the targets that no other one waits for."""
        waited_for = {name for target in self for name in target.before()}
        return [name for name in self._targets if name not in waited_for]

    def order(self, names=None):
        """The targets and everything before them, each after what it waits for.

        Raises:
            Cycle: some wait for one another.
            UnknownTarget: a name stands for nothing.
        """
        done, path = {}, []

        def visit(name):
            if name in done:
                return
            if name in path:
                raise Cycle([*path[path.index(name) :], name])
            path.append(name)
            for other in self[name].before():
                visit(other)
            path.pop()
            done[name] = True

        for name in self._wanted(names):
            visit(name)
        return list(done)

    def levels(self, names=None):
        """Lists of targets that can be built at the same time, one list after the other."""
        depth = {}
        for name in self.order(names):
            depth[name] = max((depth[other] + 1 for other in self[name].before()), default=0)
        found = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for name, level in depth.items():
            found[level].append(name)
        return found

    def affected(self, names):
        """The targets that are out of date when these change, these included, in build order.

        Targets that are only built after one of them are not affected.
        """
        dirty = {self[name].name for name in names}
        found = []
        for name in self.order():
            if name in dirty or dirty.intersection(self[name].needs):
                dirty.add(name)
                found.append(name)
        return found

    def critical_path(self, names=None):
        """(seconds, names) of the chain that takes longest, however many are built at the same time."""
        finish, before = {}, {}
        for name in self.order(names):
            waits = self[name].before()
            last = max(waits, key=finish.__getitem__) if waits else None
            before[name] = last
            finish[name] = self[name].seconds + (finish[last] if last is not None else 0)
        if not finish:
            return 0, []
        at = max(finish, key=finish.__getitem__)
        seconds, chain = finish[at], []
        while at is not None:
            chain.append(at)
            at = before[at]
        return seconds, chain[::-1]

    def schedule(self, workers, names=None):
        """(start, end, name) of each target when `workers` build at the same time, in order of start."""
        if workers < 1:
            raise ValueError("at least one worker is needed")
        free = [0] * workers
        end, found = {}, []
        for name in self.order(names):
            worker = min(range(workers), key=free.__getitem__)
            ready = max((end[other] for other in self[name].before()), default=0)
            start = max(free[worker], ready)
            free[worker] = end[name] = start + self[name].seconds
            found.append((start, end[name], name))
        return sorted(found, key=lambda entry: entry[0])

    def _wanted(self, names):
        if names is None:
            return self.names()
        return [names] if isinstance(names, str) else list(names)
