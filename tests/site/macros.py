"""The NHS design system's own markup, and the shape of a piece of markup for comparing with it."""

from collections.abc import Callable
from functools import cache
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from jinja2 import ChainableUndefined, Environment, PackageLoader

Change = Callable[[BeautifulSoup], None]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("nhsuk_frontend_jinja"),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def macro(component: str, name: str, **params: Any) -> str:
    """Return what the design system's macro renders."""
    template = _environment().get_template(f"nhsuk/components/{component}/macro.jinja")
    return getattr(template.module, name)(params)


def shape(html: str, *changes: Change) -> list[str]:
    """Return one line for each element and text of the markup, indented by depth.

    Classes that are not the design system's, the order of attributes and white space do not
    count. `changes` are made first: they say in which way the two are meant to differ.
    """
    soup = BeautifulSoup(html, "html.parser")
    for change in changes:
        change(soup)
    soup.smooth()
    return list(_lines(soup, 0))


def _lines(parent: Tag, depth: int):
    for child in parent.children:
        if isinstance(child, Tag):
            attributes = {key: value for key, value in child.attrs.items() if key != "class"}
            classes = sorted(name for name in child.get("class", []) if name.startswith("nhsuk-"))
            described = "".join(f" {key}={attributes[key]!r}" for key in sorted(attributes))
            yield "  " * depth + ".".join([child.name, *classes]) + described
            yield from _lines(child, depth + 1)
        elif type(child) is NavigableString and child.strip():
            yield "  " * depth + repr(" ".join(child.split()))


def without_attributes(selector: str, *names: str) -> Change:
    def change(soup: BeautifulSoup) -> None:
        for element in soup.select(selector):
            for name in names:
                element.attrs.pop(name, None)

    return change


def without_classes(*names: str) -> Change:
    def change(soup: BeautifulSoup) -> None:
        for name in names:
            for element in soup.select(f".{name}"):
                element["class"] = [other for other in element["class"] if other != name]

    return change


def unwrapped(selector: str) -> Change:
    def change(soup: BeautifulSoup) -> None:
        for element in soup.select(selector):
            element.unwrap()

    return change


def removed(selector: str) -> Change:
    def change(soup: BeautifulSoup) -> None:
        for element in soup.select(selector):
            element.decompose()

    return change


def renamed(selector: str, name: str) -> Change:
    def change(soup: BeautifulSoup) -> None:
        for element in soup.select(selector):
            element.name = name

    return change
