"""What a page's own text names: all pages that it leads to are looked up in one query.

Wagtail looks up the links of each piece of text by itself, and what was chosen in each block, so a
page of twenty blocks would cost twenty queries. Contacts are looked up all at once too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q
from django.utils.html import escape
from wagtail.documents.models import AbstractDocument
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text.pages import PageLinkHandler

from pages.public import PublicPage, read_public

LINK = re.compile("<a [^>]+>")
ID_OF_LINKED_PAGE = re.compile(r'\bid=\\?"(\d+)')
ID = re.compile("[0-9]{1,9}")  # what a database takes; a forged form may send anything

# Of stored blocks: a field called "page", or an entry of a list. One too many does no harm.
CHOSEN_PAGES = (
    re.compile(r'"page": (\d{1,9})\b'),
    re.compile(r'"type": "item", "value": (\d{1,9})\b'),
)
CHOSEN_CONTACT = re.compile(r'"type": "contact", "value": (\d{1,9})\b')

_known_pages: ContextVar[dict[int, PublicPage | None] | None] = ContextVar(
    "known_pages", default=None
)
_known_contacts: ContextVar[dict[int, Model]] = ContextVar("known_contacts")


def stored_text(rows: Iterable[Model]) -> str:
    """Return all stored text and blocks of pages, and of what belongs to them, as JSON."""
    values: list[Any] = []
    for row in rows:
        for field in row._meta.get_fields():
            if isinstance(field, StreamField):
                values += field.value_from_object(row).raw_data
            elif isinstance(field, RichTextField):
                values.append(field.value_from_object(row))
    return json.dumps(values, cls=DjangoJSONEncoder)


def keys_in(stored_text: str) -> set[int]:
    """Return the keys of the pages that stored text and blocks lead to."""
    found = {page_id for chosen in CHOSEN_PAGES for page_id in chosen.findall(stored_text)}
    for link in LINK.findall(stored_text):
        if 'linktype="page' in link.replace("\\", ""):
            found.update(ID_OF_LINKED_PAGE.findall(link))
    return {int(page_id) for page_id in found if ID.fullmatch(page_id)}


@contextmanager
def knowing(pages: dict[int, PublicPage | None], stored_text: str) -> Iterator[None]:
    """Use these pages for as long as the block runs, and all contacts that the text names."""
    ids = {int(contact_id) for contact_id in CHOSEN_CONTACT.findall(stored_text)}
    contacts = apps.get_model("pages.Contact").objects.in_bulk(ids) if ids else {}
    pages_token = _known_pages.set(pages)
    contacts_token = _known_contacts.set(contacts)
    try:
        yield
    finally:
        _known_pages.reset(pages_token)
        _known_contacts.reset(contacts_token)


def known_pages(ids: Sequence[int]) -> list[PublicPage | None] | None:
    """Return these pages, None for each that readers may not see; None if not all were looked up.

    That is so in the CMS, where editors see them.
    """
    known = _known_pages.get()
    if known is None or not known.keys() >= {x for x in ids if x is not None}:
        return None
    return list(map(known.get, ids))


def public_page(key: int) -> PublicPage | None:
    """Return a page if readers may see it, from those that were looked up or from the database."""
    known = known_pages([key])
    return known[0] if known else _public_pages_by_key({key})[key]


def known_contacts(ids: Sequence[int]) -> list[Model] | None:
    """Return these contacts, or None if not all of them were looked up."""
    known = _known_contacts.get({})
    return [copy(known[x]) for x in ids] if known.keys() >= set(ids) else None


def _public_pages_by_key(keys: set[int]) -> dict[int, PublicPage | None]:
    """Return each key with its page, or with None where readers may not see one."""
    found = {page.pk: page for page in read_public(Q(pk__in=keys))} if keys else {}
    return {key: found.get(key) for key in keys}


def _id(attrs: dict[str, str]) -> int | None:
    """Return the id in a link's attributes, if it can be one."""
    stored = attrs.get("id", "")
    return int(stored) if ID.fullmatch(stored) else None


class PublicPageLink(PageLinkHandler):
    """A link to a page. One to a page that readers may not see is plain text to them."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[PublicPage | None]:
        """Return the linked pages, from those already looked up where there are any."""
        ids = [_id(attrs) for attrs in attrs_list]
        wanted = {page_id for page_id in ids if page_id is not None}
        known = _known_pages.get()
        if known is None or not wanted <= known.keys():
            known = _public_pages_by_key(wanted)
        return list(map(known.get, ids))

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        return [
            f'<a href="{escape(page.url)}">' if page and page.url else "<a>"
            for page in cls.get_many(attrs_list)
        ]


class DocumentLink(DocumentLinkHandler):
    """A link to a document. One that is gone is plain text."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[AbstractDocument | None]:
        ids = [_id(attrs) for attrs in attrs_list]
        found = cls.get_model().objects.in_bulk([x for x in ids if x is not None])
        return [found.get(document_id) for document_id in ids]
