"""A coding agent that can solve an issue, and rewrite itself."""
