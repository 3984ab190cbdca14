"""Our templates as they are read from their files."""

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
TAG = "if|elif|else|endif|for|empty|endfor|with|endwith|load|block|endblock"
LINE_OF_A_TAG = re.compile(rf"^({{% (?:{TAG})\b(?:(?!%}}).)*%}})\n", re.MULTILINE)


class Loader(filesystem.Loader):
    """Read templates without what only who writes them has a use for.

    That is their indentation, and the ends of lines that have nothing but a tag which writes
    nothing: a twentieth of what a page weighs, packed. What editors wrote comes with its own.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return a template's text. Raises django.template.TemplateDoesNotExist."""
        contents = super().get_contents(origin)
        if not origin.name.endswith(".html"):
            return contents
        contents = INDENT.sub("", contents)
        # With errors shown in the browser, their lines have to be the file's.
        return contents if self.engine.debug else LINE_OF_A_TAG.sub(r"\1", contents)
