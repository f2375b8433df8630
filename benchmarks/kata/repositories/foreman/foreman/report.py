"""What came of a build."""

STATES = ("built", "fresh", "failed", "skipped")


class Report:
    """Each target's state, in the order they were dealt with."""

    def __init__(self):
        self._states = {}
        self._reasons = {}
        self._seconds = {}

    def note(self, name, state, reason="", seconds=0):
        if state not in STATES:
            raise ValueError(f"{state!r} is no state; there are {', '.join(STATES)}")
        self._states[name] = state
        self._reasons[name] = reason
        self._seconds[name] = seconds

    def __getitem__(self, name):
        return self._states[name]

    def __contains__(self, name):
        return name in self._states

    def reason(self, name):
        return self._reasons[name]

    def names(self, state):
        return [name for name, each in self._states.items() if each == state]

    @property
    def ok(self):
        """Whether all targets are there."""
        return not self.names("failed") and not self.names("skipped")

    @property
    def seconds(self):
        return sum(self._seconds.values())

    def merge(self, other):
        """A report of both; what `other` says about a target counts."""
        made = Report()
        for report in (self, other):
            for name, state in report._states.items():
                made.note(name, state, report._reasons[name], report._seconds[name])
        return made

    def summary(self):
        """One line, such as `3 built, 1 failed`; states without targets are left out."""
        counts = [(len(self.names(state)), state) for state in STATES]
        return ", ".join(f"{count} {state}" for count, state in counts if count) or "nothing to do"

    def table(self):
        """A line for each target, in columns."""
        width = max((len(name) for name in self._states), default=0)
        lines = []
        for name, state in self._states.items():
            lines.append(f"{name:<{width}}  {state:<7}  {self._reasons[name]}".rstrip())
        return "\n".join(lines)

    def slowest(self, count=3):
        """(name, seconds) of the targets that took longest; those that took no time are left out."""
        timed = [(name, seconds) for name, seconds in self._seconds.items() if seconds > 0]
        return sorted(timed, key=lambda entry: (-entry[1], entry[0]))[:count]
