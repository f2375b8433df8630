"""Coding agents that rewrite their own code: search, safe evaluation, archive, replay."""
