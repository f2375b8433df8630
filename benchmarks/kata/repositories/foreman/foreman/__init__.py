"""Targets, what they need, and building only what has changed."""

from foreman.builder import Builder
from foreman.buildfile import BuildFile, parse
from foreman.cache import Cache
from foreman.errors import BuildError, Cycle, ParseError, UnknownTarget
from foreman.fingerprint import Fingerprints
from foreman.graph import Graph, Target
from foreman.report import Report

__all__ = [
    "BuildError",
    "BuildFile",
    "Builder",
    "Cache",
    "Cycle",
    "Fingerprints",
    "Graph",
    "ParseError",
    "Report",
    "Target",
    "UnknownTarget",
    "parse",
]
