"""Worlds with known truth, in which policies are compared for nothing."""
