"""What can be wrong with a template."""


class TemplateError(Exception):
    """A mistake in a template, with the line it is on."""

    def __init__(self, message, line=None):
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class Undefined(TemplateError):
    """A name or key that has no value."""
