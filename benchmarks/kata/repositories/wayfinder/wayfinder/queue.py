"""A priority queue."""

import heapq
from itertools import count


class Queue:
    """The item with the lowest priority comes first; of equals, the one that was put in first."""

    def __init__(self, items=()):
        self._heap = []
        self._ticket = count()
        for priority, item in items:
            self.put(priority, item)

    def __bool__(self):
        return bool(self._heap)

    def put(self, priority, item):
        heapq.heappush(self._heap, (priority, next(self._ticket), item))

    def take(self):
        """Priority and item.

        Raises:
            IndexError: the queue is empty.
        """
        priority, _, item = heapq.heappop(self._heap)
        return priority, item
