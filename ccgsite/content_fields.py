"""What a content file says, as the values of a model's fields."""

import re
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from markdown_it import MarkdownIt
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock

from ccgsite.content_files import ContentFileError
from pages.models import Contact

# The files' words for fields whose own names are Wagtail's.
FIELD_NAMES = {
    "heading": "seo_title",
    "summary": "search_description",
    "owner": "content_owner",
}
MARKDOWN = MarkdownIt("commonmark").disable(["html_block", "html_inline", "image", "heading"])
# As the CMS's editor writes it, so that a first edit changes no more than what was edited.
BETWEEN_BLOCKS = re.compile(r"> <(?=/?(?:p|ul|ol|li)\b)")

Model = TypeVar("Model", bound=models.Model)


class FieldReader:
    """Converts text, blocks and references; knows the pages and contacts that may be named."""

    def __init__(self, pages: dict[str, Page], contacts: dict[str, Contact]) -> None:
        self.pages = pages
        self.contacts = contacts

    def set_fields(self, target: Model, facts: dict[str, Any], source: Path) -> Model:
        """Set a model's fields from a file's facts, converting text, blocks and references."""
        for key, value in facts.items():
            name = FIELD_NAMES.get(key, key)
            try:
                setattr(target, name, self._field_value(target, name, value, source))
            except (
                FieldDoesNotExist,
                LookupError,
                TypeError,
                ValueError,
                ValidationError,
            ) as error:
                message = f"{source}: {key}: {error!r}"
                raise ContentFileError(message) from error
        return target

    def _field_value(self, target: models.Model, name: str, value: Any, source: Path) -> Any:
        field = target._meta.get_field(name)
        if isinstance(field, StreamField):
            children = field.stream_block.child_blocks
            stored = [
                {"type": kind, "value": self._stored(children[kind], item, source)}
                for kind, item in (_kind_and_value(children, item) for item in value)
            ]
            return field.stream_block.clean(field.stream_block.to_python(stored))
        if isinstance(field, RichTextField):
            return self._rich_text(value, source)
        if isinstance(value, list):
            return ", ".join(str(item) for item in value)
        return tidy(value)

    def _stored(self, block: blocks.Block, value: Any, source: Path) -> Any:
        """Return what the database stores for a block, from what a file says."""
        match block:
            case blocks.RichTextBlock():
                return self._rich_text(value, source)
            case blocks.PageChooserBlock():
                return self.page(value, source).pk if value else None
            case SnippetChooserBlock():
                return self.contacts[value].pk
            case TypedTableBlock():
                return self._stored_table(block, value, source)
            case blocks.ListBlock():
                return [self._stored(block.child_block, item, source) for item in value]
            case blocks.StructBlock():
                return self._stored_struct(block, value, source)
            case blocks.DateBlock():
                return value.isoformat()
        return value

    def _stored_struct(self, block: blocks.StructBlock, value: Any, source: Path) -> dict[str, Any]:
        facts = dict(value) if isinstance(value, dict) else {"text": value}
        if "table" in block.child_blocks:
            facts = {"row_headers": facts.pop("row_headers", True), "table": facts}
        return {
            name: self._stored(block.child_blocks[name], fact, source)
            for name, fact in facts.items()
        }

    def _stored_table(
        self, block: TypedTableBlock, value: dict[str, Any], source: Path
    ) -> dict[str, Any]:
        kinds = [column.get("type", "text") for column in value["columns"]]
        return {
            "caption": value["caption"],
            "columns": [
                {"type": kind, "heading": column["heading"]}
                for kind, column in zip(kinds, value["columns"], strict=True)
            ],
            "rows": [
                {
                    "values": [
                        self._stored(block.child_blocks[kind], cell, source)
                        for kind, cell in zip(kinds, row, strict=True)
                    ]
                }
                for row in value["rows"]
            ],
        }

    def _rich_text(self, markdown: str, source: Path) -> str:
        """Return Markdown as the HTML that Wagtail stores, with links to pages by their id."""
        tokens = MARKDOWN.parse(str(markdown))
        for token in (child for block in tokens for child in block.children or []):
            if token.type == "link_open":
                href = str(token.attrs["href"])
                if href.startswith("page:"):
                    page = self.page(href.removeprefix("page:"), source)
                    token.attrs = {"linktype": "page", "id": str(page.pk)}
            elif token.type in {"strong_open", "strong_close"}:
                token.tag = "b"
        html = " ".join(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}).split())
        return BETWEEN_BLOCKS.sub("><", html)

    def page(self, address: str, source: Path) -> Page:
        """Return the page at an address. Raises ContentFileError if there is none."""
        try:
            return self.pages[address]
        except KeyError:
            message = f"{source}: there is no page {address}"
            raise ContentFileError(message) from None


def _kind_and_value(children: dict[str, blocks.Block], item: Any) -> tuple[str, Any]:
    """Return a stream item's type and value; a stream of one type does not name it."""
    if len(children) == 1:
        return next(iter(children)), item
    ((kind, value),) = item.items()
    return kind, value


def tidy(value: Any) -> Any:
    """Return text without the newline that YAML's blocks end with."""
    return value.strip() if isinstance(value, str) else value
