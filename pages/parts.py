"""What search may read of a page: its parts, each with the place that a link leads to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from modelcluster.models import get_all_child_relations
from wagtail.blocks import StreamValue
from wagtail.documents import get_document_model
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from pages.blocks import anchor_of
from pages.links import ID

HEADINGS = {"heading", "subheading"}


@dataclass(frozen=True)
class Part:
    """A heading with the text below it; the part without an anchor is the beginning of the page."""

    text: str
    heading: str = ""
    anchor: str = ""


def parts_of(
    body: StreamValue, heading: str = "", anchor: str = "", anchor_prefix: str = ""
) -> Iterator[Part]:
    """Yield the parts of a body: what stands before its first heading, then one for each.

    `heading` and `anchor` are those of the place where the body begins; the anchors of its own
    headings come after the prefix, as on the page.
    """
    texts: list[str] = []
    for child in body:
        if child.block_type in HEADINGS:
            yield Part(" ".join(texts), heading, anchor)
            texts = []
            heading, anchor = child.value["text"], anchor_prefix + anchor_of(child.value)
        else:
            texts.extend(child.block.get_searchable_content(child.value))
    yield Part(" ".join(texts), heading, anchor)


def parts_of_fields(page: index.Indexed, fields: Iterable[index.SearchField]) -> Iterator[Part]:
    """Yield the parts of these fields of a page, as its type declares them for search."""
    for each in fields:
        field = each.get_field(type(page))
        value = each.get_value(page)
        if isinstance(field, StreamField):
            yield from parts_of(getattr(page, field.name))
        else:
            yield Part(value if isinstance(value, str) else " ".join(map(str, value or ())))


def documents_offered(page: Page) -> set[int]:
    """Return the ids of the documents that the page, or a row that belongs to it, offers."""
    return {
        int(key)
        for row in [page, *_rows_of(page)]
        for field in row._meta.concrete_fields
        for model, key in _references(field, row)
        if issubclass(model, get_document_model()) and ID.fullmatch(str(key))
    }


def _rows_of(owner: models.Model) -> Iterator[models.Model]:
    """Yield the rows that belong to a page, and those that belong to one of its rows."""
    for relation in get_all_child_relations(type(owner)):
        for row in getattr(owner, relation.get_accessor_name()).all():
            yield row
            yield from _rows_of(row)


def _references(field: models.Field, row: models.Model) -> Iterator[tuple[type, Any]]:
    """Yield what one field of a row refers to: models and keys."""
    value = field.value_from_object(row)
    if isinstance(field, StreamField | RichTextField):
        yield from (reference[:2] for reference in field.extract_references(value))
    elif field.is_relation and field.related_model:
        yield field.related_model, value
