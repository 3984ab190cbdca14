"""What a message is about: the page, its version and section, or the file that a link came from.

It is looked up when the form is made and goes through the form signed, so that a message can be
taken in while the database is away, and nobody can attach it to what they may not see.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page

from enquiries.models import EnquiryKind

SALT = "enquiries.about"
NUMBER = re.compile(r"[0-9]{1,9}")
ANCHOR = re.compile(r"[\w-]{1,100}")
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class PublicSite:
    """How to look up what visitors may see; what they may not see is None or empty."""

    page: Callable[[int], Page | None]
    heading: Callable[[Page, str], str]  # of a place on a page, by its anchor
    document: Callable[[int], AbstractDocument | None]
    ways: Callable[[HttpRequest, Model], dict[str, str]]  # a contact's email, phone and address


@dataclass(frozen=True)
class About:
    """`facts` are fields of Enquiry; `ways` are other ways to reach us, by detail."""

    facts: dict[str, Any] = field(default_factory=dict)
    document_title: str = ""
    ways: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, site: PublicSite, kind: EnquiryKind) -> "About":
        """Return what the link to a form says of where it stands, as far as it is public."""
        facts: dict[str, Any] = {"page_address": _came_from(request)}
        given = request.GET
        page = site.page(int(given["page"])) if _has_number(given, "page") else None
        if page:
            anchor = given.get("section", "")
            facts = {
                "page_id": page.pk,
                "page_version_id": _version(page, given.get("version", "")),
                "page_title": page.title,
                "page_address": page.url,
                "section": site.heading(page, anchor) if ANCHOR.fullmatch(anchor) else "",
            }
        document = site.document(int(given["document"])) if _has_number(given, "document") else None
        if document:
            facts["document_id"] = document.pk
        title = document.title if document else ""
        return cls(facts, title, site.ways(request, kind.contact))

    @classmethod
    def from_form(cls, text: str) -> "About":
        """Return what a form carried; of what was not signed by us, nothing."""
        try:
            return cls(**signing.loads(text, salt=SALT))
        except signing.BadSignature:
            return cls()

    def for_form(self) -> str:
        """Return all of it as one signed value for a form."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @property
    def name(self) -> str:
        """The file or the page, as the visitor knows it; nothing if it is not known."""
        return self.document_title or self.facts.get("page_title", "")


def _has_number(given: QueryDict, name: str) -> bool:
    return bool(NUMBER.fullmatch(given.get(name, "")))


def _version(page: Page, given: str) -> int | None:
    """Return the version that the visitor saw, if it is one of the page's, else the live one."""
    if NUMBER.fullmatch(given) and int(given) != page.live_revision_id:
        seen = page.revisions.filter(pk=given, created_at__lte=page.last_published_at).first()
        if seen:
            return seen.pk
    return page.live_revision_id


def _came_from(request: HttpRequest) -> str:
    """Return the address on this site that a visitor came from, without its query."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    return came_from.path[:LONGEST_ADDRESS]
