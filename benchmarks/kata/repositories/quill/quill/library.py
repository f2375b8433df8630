"""Named templates that can include one another."""

from pathlib import Path

from quill.errors import TemplateError
from quill.template import Template


class Library:
    """Templates by name, parsed when first used.

    Args:
        sources: name -> text.
        shared: values that every template sees; those given to `render` come first.
    """

    def __init__(self, sources=None, shared=None):
        self._sources = dict(sources or {})
        self._parsed = {}
        self.shared = dict(shared or {})

    @classmethod
    def from_folder(cls, folder, ending=".quill"):
        """Every file of the folder with that ending, by its name without it."""
        files = sorted(Path(folder).glob(f"*{ending}"))
        return cls({file.name[: -len(ending)]: file.read_text(encoding="utf-8") for file in files})

    def names(self):
        return sorted(self._sources)

    def add(self, name, source):
        """Put a template in, in place of the one of that name if there is one."""
        self._sources[name] = source
        self._parsed.pop(name, None)

    def get(self, name):
        """The parsed template.

        Raises:
            TemplateError: there is none of that name, or it breaks the rules.
        """
        if name not in self._sources:
            raise TemplateError(f"no template {name!r}; there are: {', '.join(self.names()) or 'none'}")
        if name not in self._parsed:
            self._parsed[name] = Template(self._sources[name], self)
        return self._parsed[name]

    def render(self, name, /, **values):
        return self.get(name).render({**self.shared, **values})
