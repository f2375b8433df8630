"""The only door to a foundation model: one socket and token an assignment, metered and recorded."""

from dgm.gateway.gateway import Gateway
from dgm.gateway.line import Allowance, Call, Line

__all__ = ["Allowance", "Call", "Gateway", "Line"]
