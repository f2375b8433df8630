"""Builds what is out of date."""

from foreman.cache import Cache
from foreman.fingerprint import Fingerprints
from foreman.report import Report


class Builder:
    """Builds the targets of a graph.

    Args:
        run: called as run(command, target) for each command; anything but 0 or None means that it failed.
        clock: called without arguments, gives seconds; used to time the commands.
    """

    def __init__(self, graph, run, files=None, settings=None, cache=None, clock=None):
        self.graph = graph
        self.cache = Cache() if cache is None else cache
        self.fingerprints = Fingerprints(graph, files, settings)
        self._run = run
        self._clock = clock or (lambda: 0)

    def plan(self, names=None):
        """(name, reason) of the targets that would be built, in order, if all went well."""
        found, dirty = [], set()
        for name in self.graph.order(names):
            reason = self._reason(name, dirty)
            if reason:
                dirty.add(name)
                found.append((name, reason))
        return found

    def build(self, names=None, keep_going=False):
        """Build what is out of date.

        After a failure the rest is skipped; with `keep_going` only what waits for the failed target is.
        """
        report, dirty = Report(), set()
        for name in self.graph.order(names):
            missing = [other for other in self.graph[name].before() if report[other] in ("failed", "skipped")]
            if missing:
                report.note(name, "skipped", f"waits for {missing[0]}")
                continue
            if report.names("failed") and not keep_going:
                report.note(name, "skipped", "after a failure")
                continue
            reason = self._reason(name, dirty)
            if not reason:
                report.note(name, "fresh")
                continue
            dirty.add(name)
            start = self._clock()
            failed = self._failing_command(self.graph[name])
            seconds = self._clock() - start
            if failed is None:
                self.cache.add(name, self.fingerprints.of(name))
                report.note(name, "built", reason, seconds)
            else:
                self.cache.forget(name)
                report.note(name, "failed", failed, seconds)
        return report

    def _reason(self, name, dirty):
        """Why a target has to be built; empty if it need not be."""
        target = self.graph[name]
        if target.always:
            return "always"
        changed = [other for other in target.needs if other in dirty]
        if changed:
            return f"{changed[0]} is built"
        if not self.cache.seen(name):
            return "new"
        return "" if self.cache.has(name, self.fingerprints.of(name)) else "changed"

    def _failing_command(self, target):
        for command in target.commands:
            ignored = command.startswith("-")
            if self._run(command[1:] if ignored else command, target) and not ignored:
                return command
        return None
