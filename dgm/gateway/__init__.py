"""The only door to a foundation model: one socket and token an assignment, metered and recorded."""

from dgm.gateway.books import Books, Call, Unbounded
from dgm.gateway.gateway import Gateway
from dgm.gateway.line import Allowance, Line

__all__ = ["Allowance", "Books", "Call", "Gateway", "Line", "Unbounded"]
