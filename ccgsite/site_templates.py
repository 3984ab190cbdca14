"""The language of the site's templates, and of its letters: Jinja, with what they may ask for.

Jinja makes a page in three quarters of the processor time that Django's own language takes. The
templates of the CMS, in templates/cms, are in Django's, as Wagtail's are that they extend.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jinja2
from django.template.defaultfilters import register
from django.templatetags.static import static
from django.urls import reverse
from jinja2.runtime import Context, new_context
from markupsafe import Markup
from wagtail.admin.templatetags.wagtailuserbar import wagtailuserbar
from wagtail.images.jinja2tags import image
from wagtail.rich_text import expand_db_html

import enquiries.template_functions
import pages.template_functions
import privacy.template_functions

DJANGOS_FILTERS = [
    *("capfirst", "date", "default_if_none", "filesizeformat", "floatformat", "linebreaks"),
    *("linebreaksbr", "pluralize", "time", "truncatechars", "urlencode", "yesno"),
]
# Wagtail puts rich text, which it has made safe, into a template of this name.
WAGTAILS = {"wagtailcore/shared/richtext.html": "{{ html|safe }}"}

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
TAG = "if|elif|else|endif|for|endfor|with|endwith|block|endblock|set"
LINE_OF_A_TAG = re.compile(rf"^({{% (?:{TAG})\b(?:(?!%}}).)*%}}|{{#[\s\S]*?#}})\n", re.MULTILINE)


class Files(jinja2.FileSystemLoader):
    """Reads templates without what only who writes them has a use for.

    That is their indentation, and the ends of lines that have nothing but a note or a tag which
    writes nothing: a twentieth of what a page weighs, packed. What editors wrote stays as it is.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return a template's text, its file, and whether that is as it was, for Jinja to ask.

        Raises jinja2.TemplateNotFound.
        """
        text, path, is_as_it_was = super().get_source(environment, template)
        if template.endswith(".html"):
            text = INDENT.sub("", text)
            # With errors shown in the browser, their lines have to be the file's.
            text = text if environment.auto_reload else LINE_OF_A_TAG.sub(r"\1", text)
        return text, path, is_as_it_was


class Template(jinja2.Template):
    """A template that finds all names in one dict: Jinja's own reads a chain of them each time."""

    def new_context(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002, Jinja's name for it
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Context:
        """Return what the template may use: the environment's functions, and `vars`."""
        names = {**self.environment.globals, **(vars or {})}
        return new_context(
            self.environment, self.name, self.blocks, names, shared=True, locals=locals
        )


class Environment(jinja2.Environment):
    template_class = Template


@jinja2.pass_environment
def component(environment: jinja2.Environment, template: str, /, **inputs: Any) -> Markup:
    """Return another template's HTML; it knows these inputs, and nothing else of this one."""
    return Markup(environment.get_template(template).render(inputs))  # noqa: S704, it escapes


# What is around a block's text, for the block: where it is, and at which levels its headings are.
AROUND_A_BLOCK = (
    *("page", "request", "heading_level", "component_level", "first_component_level"),
    "anchor_prefix",
)


@jinja2.pass_context
def include_block(context: Context, value: Any, /, **given: Any) -> Markup:
    """Return the HTML of a block of Wagtail's, which knows what is around it and what is given."""
    around = {name: context[name] for name in AROUND_A_BLOCK if name in context}
    return Markup(value.render_as_block({**around, **given}))  # noqa: S704, its template escapes


def url(name: str, *parts: Any) -> str:
    """Return the address of a view. Raises NoReverseMatch if there is none."""
    return reverse(name, args=parts)


def richtext(source: str) -> Markup:
    """Return the HTML of what an editor wrote, which Wagtail has cleaned."""
    return Markup(expand_db_html(source))  # noqa: S704


def environment(loader: jinja2.FileSystemLoader, **options: Any) -> Environment:
    """Return how templates are read, as TEMPLATES in the settings asks for it.

    A name that is missing is as good as empty, so that a slip in a template is not an error page.
    """
    made = Environment(
        loader=jinja2.ChoiceLoader([Files(loader.searchpath), jinja2.DictLoader(WAGTAILS)]),
        keep_trailing_newline=True,
        **{**options, "undefined": jinja2.ChainableUndefined},
    )
    rooms = [pages.template_functions, privacy.template_functions, enquiries.template_functions]
    remembered = lru_cache(maxsize=1000)  # the address of a view or a file stays as it is
    if not made.auto_reload:  # so do templates; Jinja takes a lock before it looks for one it knows
        made.get_template = remembered(made.get_template)
    functions = [component, image, include_block, remembered(static), remembered(url)]
    functions += [jinja2.pass_context(wagtailuserbar)]
    functions += [function for room in rooms for function in room.FUNCTIONS]
    filters = [richtext, *(each for room in rooms for each in getattr(room, "FILTERS", []))]
    made.globals.update({function.__name__: function for function in functions})
    made.filters.update({name: register.filters[name] for name in DJANGOS_FILTERS})
    made.filters.update({each.__name__: each for each in filters})
    return made
