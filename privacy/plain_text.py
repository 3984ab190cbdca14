"""The words of a text as readers see them, line by line, without their looks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.element import Tag
from django.utils.formats import date_format
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.models import AbstractDocument
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page

from pages.models import Contact, SiteSettings
from pages.video import VideoIdBlock, video_address


class Line(NamedTuple):
    """A heading, a paragraph ("text") or one item of a list ("item")."""

    kind: str
    text: str


def body_lines(body: blocks.StreamValue, organisation: SiteSettings) -> list[Line]:
    """Return what a body says; a contact that uses the organisation's details has them."""
    return [
        Line("heading" if kind == "text" and child.block_type.endswith("heading") else kind, text)
        for child in body
        for kind, text in _lines(child.block, child.value, organisation)
    ]


def rich_text_lines(html: str) -> list[Line]:
    """Return rich text's paragraphs and list items, each link to elsewhere with its address."""
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.find_all("a", href=True):
        if link["href"] != link.get_text():
            link.append(f" ({link['href']})")
    for line_break in soup.find_all("br"):
        line_break.replace_with(" ")
    found = []
    for element in soup.find_all(["p", "li"]):
        if element.name == "p" and element.find_parent("li"):
            continue
        text = _tidy("".join(_text(child) for child in element.children))
        if text:
            found.append(Line("item" if element.name == "li" else "text", text))
    return found


def text_lines(text: str) -> list[Line]:
    """Return the lines of a text that has no mark-up."""
    return list(_texts(*text.splitlines()))


def _text(node: Any) -> str:
    """Return a node's words, without those of a list inside it: its items are lines too."""
    if not isinstance(node, Tag):
        return str(node)
    return "" if node.name in {"ol", "ul"} else node.get_text()


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _lines(block: blocks.Block, value: Any, organisation: SiteSettings) -> Iterator[Line]:
    match block:
        case ImageBlock():
            yield from _texts(value.contextual_alt_text or value.title if value else "")
        case blocks.StreamBlock() | blocks.StructBlock() | blocks.ListBlock():
            for name, child_block, child in _children(block, value):
                for line in _lines(child_block, child, organisation):
                    yield line if name else Line("item", line.text)
        case blocks.RichTextBlock():
            yield from rich_text_lines(value.source)
        case TypedTableBlock():
            yield from _table_lines(value)
        case blocks.BooleanBlock():
            return
        case VideoIdBlock():
            yield from _texts(video_address(value))
        case _:
            yield from _value_lines(value, organisation)


def _children(block: blocks.Block, value: Any) -> list[tuple[str, blocks.Block, Any]]:
    """Return each block inside another, with its name (a list's items have none) and value."""
    if isinstance(block, blocks.StreamBlock):
        return [(child.block_type, child.block, child.value) for child in value]
    if isinstance(block, blocks.ListBlock):
        return [("", block.child_block, item) for item in value]
    children = block.child_blocks.items()
    return [(name, child, value[name]) for name, child in children if name != "anchor"]


def _table_lines(table: Any) -> Iterator[Line]:
    yield from _texts(table.caption or "")
    yield Line("item", " | ".join(column["heading"] for column in table.columns))
    for row in table.rows:
        cells = [BeautifulSoup(str(cell), "html.parser").get_text() for cell in row]
        yield Line("item", " | ".join(_tidy(cell) for cell in cells))


def _value_lines(value: Any, organisation: SiteSettings) -> Iterator[Line]:
    match value:
        case None:
            return
        case Contact():
            yield from _contact_lines(value, organisation)
        case Page() | AbstractDocument():
            yield from _texts(value.title)
        case _ if hasattr(value, "year"):
            yield Line("text", date_format(value, "j F Y"))
        case _:
            yield from _texts(str(value))


def _contact_lines(contact: Contact, organisation: SiteSettings) -> Iterator[Line]:
    yield from _texts(contact.name, contact.who, *contact.details(organisation).values())
    yield from _texts(contact.phone_note, contact.website, contact.note)


def _texts(*texts: str) -> Iterator[Line]:
    for text in texts:
        if _tidy(text):
            yield Line("text", _tidy(text))
