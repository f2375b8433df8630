"""A small text template language."""

from quill.errors import TemplateError
from quill.library import Library
from quill.template import Template


def render(source, /, **values):
    """Render a template given as text."""
    return Template(source).render(values)


__all__ = ["Library", "Template", "TemplateError", "render"]
