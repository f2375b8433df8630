"""Remembers what was built, so that it need not be built again."""

import json

from foreman.errors import BuildError

FORMAT = 2


class Cache:
    """For each target the fingerprints of its last `keep` builds, the one used last at the end."""

    def __init__(self, keep=3):
        if keep < 1:
            raise ValueError("at least one fingerprint must be kept")
        self.keep = keep
        self.hits = self.misses = 0
        self._known = {}

    def has(self, name, fingerprint):
        """Whether this was built before; counts as a hit or a miss, and as a use."""
        known = self._known.get(name, [])
        if fingerprint not in known:
            self.misses += 1
            return False
        self.hits += 1
        known.remove(fingerprint)
        known.append(fingerprint)
        return True

    def add(self, name, fingerprint):
        known = self._known.setdefault(name, [])
        if fingerprint in known:
            known.remove(fingerprint)
        known.append(fingerprint)
        del known[: -self.keep]

    def seen(self, name):
        """Whether the target was ever built."""
        return name in self._known

    def forget(self, name):
        self._known.pop(name, None)

    def prune(self, names):
        """Forget all targets but these; return the names of the forgotten ones."""
        gone = sorted(set(self._known) - set(names))
        for name in gone:
            del self._known[name]
        return gone

    def dump(self):
        """The cache as JSON text."""
        return json.dumps({"format": FORMAT, "keep": self.keep, "known": self._known}, sort_keys=True)

    @classmethod
    def load(cls, text):
        """The cache that `dump` has written; caches of other formats come out empty.

        Raises:
            BuildError: the text is no cache.
        """
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                return cls()
            made = cls(data["keep"])
            for name, known in data["known"].items():
                made._known[name] = [str(fingerprint) for fingerprint in known]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BuildError("this is no cache") from None
        return made
