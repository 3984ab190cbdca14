"""Links inside rich text: every page that a text names is looked up in one query.

Wagtail looks up the links of each piece of text by itself, so a page of twenty text blocks
would cost twenty queries.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.html import escape
from wagtail.documents.models import AbstractDocument
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from pages.public import public_pages

PAGE_LINK = re.compile(
    r'linktype=\\?"page\\?"[^>]*?\bid=\\?"(\d+)|\bid=\\?"(\d+)\\?"[^>]*?linktype=\\?"page'
)
ID = re.compile("[0-9]{1,9}")  # what a database takes; a forged form may send anything

_known_pages: ContextVar[dict[int, Page | None] | None] = ContextVar("known_pages", default=None)


@contextmanager
def resolving_page_links(stored_text: str) -> Iterator[None]:
    """Look up every page that the stored text links to, for as long as the block runs."""
    found = {first or second for first, second in PAGE_LINK.findall(stored_text)}
    ids = {int(page_id) for page_id in found if ID.fullmatch(page_id)}
    token = _known_pages.set(_public_pages_by_id(ids))
    try:
        yield
    finally:
        _known_pages.reset(token)


def _public_pages_by_id(ids: set[int]) -> dict[int, Page | None]:
    """Return each id with its page, or with None where readers may not see one."""
    found = public_pages().in_bulk(ids) if ids else {}
    return {page_id: found.get(page_id) for page_id in ids}


def _id(attrs: dict[str, str]) -> int | None:
    """Return the id in a link's attributes, if it can be one."""
    stored = attrs.get("id", "")
    return int(stored) if ID.fullmatch(stored) else None


class PublicPageLink(PageLinkHandler):
    """A link to a page. One to a page that readers may not see is plain text to them."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Page | None]:
        """Return the linked pages, from those already looked up where there are any."""
        ids = [_id(attrs) for attrs in attrs_list]
        wanted = {page_id for page_id in ids if page_id is not None}
        known = _known_pages.get()
        if known is None or not wanted <= known.keys():
            known = _public_pages_by_id(wanted)
        return [known.get(page_id) if page_id is not None else None for page_id in ids]

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
