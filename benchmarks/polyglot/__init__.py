"""Exercises in Exercism's layout: six languages, from a checkout of the user's."""
