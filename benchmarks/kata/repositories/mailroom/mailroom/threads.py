"""Threads: messages below those that they answer."""

from datetime import datetime, timezone

from mailroom.subjects import base_subject, is_reply

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


class Thread:
    """A message and the threads of its answers; the message is None if others only refer to it."""

    def __init__(self, message=None):
        self.message = message
        self.parent = None
        self.answers = []

    @property
    def subject(self):
        """What the thread is about, by its first message."""
        return base_subject(next(self.messages()).subject)

    @property
    def started(self):
        """The date of the message, or else of the earliest answer."""
        if self.message is not None and self.message.date is not None:
            return self.message.date
        return min((answer.started for answer in self.answers), default=_NEVER)

    @property
    def latest(self):
        """The date of the newest message."""
        return max([self.started, *(answer.latest for answer in self.answers)])

    def messages(self):
        """All messages, each before its answers."""
        if self.message is not None:
            yield self.message
        for answer in self.answers:
            yield from answer.messages()

    def outline(self, level=0):
        """The subjects, each answer further to the right."""
        title = self.message.subject if self.message is not None else "(missing)"
        return "\n".join(["  " * level + title, *(answer.outline(level + 1) for answer in self.answers)])

    def _is_below(self, other):
        above = self
        while above is not None and above is not other:
            above = above.parent
        return above is other

    def _put_below(self, parent):
        if self.parent is not None:
            self.parent.answers.remove(self)
        self.parent = parent
        parent.answers.append(self)


def threads(messages):
    """The threads, the one with the newest message first; answers are in the order of dates."""
    nodes = {}
    for number, message in enumerate(messages):
        name = message.id or f"no id {number}"
        if name in nodes and nodes[name].message is not None:
            name = f"{name} again {number}"
        node = nodes.setdefault(name, Thread())
        node.message = message
        _link(node, message.references, nodes)
    roots = [_pruned(node) for node in nodes.values() if node.parent is None]
    roots = _joined_by_subject([root for root in roots if root is not None])
    for root in roots:
        _sort(root)
    return sorted(roots, key=lambda root: root.latest, reverse=True)


def _link(node, references, nodes):
    """Put the node below the last of its references, and each of these below the one before if it is free."""
    above = None
    for name in references:
        other = nodes.setdefault(name, Thread())
        if above is not None and other.parent is None and not above._is_below(other):
            other._put_below(above)
        above = other
    if above is not None and not above._is_below(node):
        node._put_below(above)


def _pruned(node):
    """The thread without missing messages that have fewer than two answers; None if nothing is left."""
    answers = [_pruned(answer) for answer in node.answers]
    node.answers = [answer for answer in answers if answer is not None]
    for answer in node.answers:
        answer.parent = node
    if node.message is None and len(node.answers) < 2:
        only = node.answers[0] if node.answers else None
        if only is not None:
            only.parent = None
        return only
    return node


def _joined_by_subject(roots):
    """Answers that don't say what they answer go below the first thread about the same."""
    first = {}
    for root in sorted(roots, key=lambda root: root.started):
        if root.message is None or not is_reply(root.message.subject):
            first.setdefault(root.subject.casefold(), root)
    kept = []
    for root in roots:
        home = first.get(root.subject.casefold())
        lost = root.message is not None and is_reply(root.message.subject) and not root.message.references
        if lost and home is not None:
            root._put_below(home)
        else:
            kept.append(root)
    return kept


def _sort(node):
    node.answers.sort(key=lambda answer: answer.started)
    for answer in node.answers:
        _sort(answer)
