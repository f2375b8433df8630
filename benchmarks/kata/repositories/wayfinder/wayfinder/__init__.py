"""Stops, roads, and the ways between them."""

from wayfinder.mapfile import dump, load
from wayfinder.network import Network, NoSuchStop
from wayfinder.routes import NoRoute, Route, alternatives, distances, shortest, within

__all__ = [
    "Network",
    "NoRoute",
    "NoSuchStop",
    "Route",
    "alternatives",
    "distances",
    "dump",
    "load",
    "shortest",
    "within",
]
