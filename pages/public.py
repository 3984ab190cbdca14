"""What the public may see: the one place that says so."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Page, PageQuerySet, PageViewRestriction

from pages.addresses import address_of

# The few places that are private come first: a CROSS JOIN keeps SQLite from reading all places.
NOT_PRIVATE = (
    "NOT EXISTS (SELECT 1 FROM {restrictions} restriction CROSS JOIN {places} private "
    "WHERE private.id = restriction.{place}_id AND "
    "substr(%(expressions)s, 1, length(private.path)) = private.path)"
)

# What of a page a list shows, and what its address is made of.
SHOWN_IN_LISTS = ("path", "title", "seo_title", "url_path", "search_description")


class PublicPage(NamedTuple):
    """What links and lists need of a page that a visitor may see, called as it is of the page.

    It is read faster than the page itself.
    """

    id: int
    path: str
    title: str
    url_path: str
    show_in_menus: bool
    depth: int
    content_type_id: int
    slug: str
    seo_title: str
    search_description: str
    live: bool
    expire_at: datetime | None

    @property
    def pk(self) -> int:
        """The page's key."""
        return self.id

    @property
    def url(self) -> str | None:
        """The page's address."""
        return address_of(self.url_path)


class IsOpen(Func):
    """Whether neither the page with a tree path nor one above it is private.

    It is written as SQL because every query of the site has it: what Django makes of the same words
    takes longer to put together than to answer.
    """

    template = NOT_PRIVATE.format(
        restrictions="wagtailcore_pageviewrestriction", places="wagtailcore_page", place="page"
    )
    output_field = BooleanField()


class IsOpenCollection(Func):
    """Whether neither the collection with a tree path nor one above it is private."""

    template = NOT_PRIVATE.format(
        restrictions="wagtailcore_collectionviewrestriction",
        places="wagtailcore_collection",
        place="collection",
    )
    output_field = BooleanField()


def public_only(pages: PageQuerySet) -> PageQuerySet:
    """Return those of these pages that a visitor may see.

    A page whose time has run out is gone at that moment, whether or not the job has run that
    unpublishes it. What is private is left out in the same query, where Wagtail's own `public`
    asks beforehand.
    """
    in_time = Q(expire_at=None) | Q(expire_at__gt=timezone.now())
    return pages.filter(in_time, IsOpen(F("path")), live=True)


def public_pages() -> PageQuerySet:
    """Return every page that a visitor may see, of any type, as plain pages."""
    return public_only(Page.objects.all())


def read_public(wanted: Q) -> list[PublicPage]:
    """Return the wanted pages that a visitor may see, in tree order."""
    rows = public_pages().filter(wanted).order_by("path").values_list(*PublicPage._fields)
    return list(map(PublicPage._make, rows))


def is_live_now(page: Page | PublicPage | None) -> bool:
    """Return whether a page is live and its time has not run out, without a query.

    That is all that a page says of itself; `public_pages` also leaves out what is private.
    """
    return bool(page and page.live and not (page.expire_at and page.expire_at <= timezone.now()))


def seen_by_visitors(pages: Iterable[Page]) -> list[Page]:
    """Return those of these pages that a visitor may see, in their order, with one query."""
    private = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    return [page for page in pages if is_live_now(page) and not page.path.startswith(private)]


def public_documents() -> QuerySet:
    """Return the documents that a visitor may open: those that a public page offers.

    Which pages offer a document is noted when they are published; whether they are public is
    asked here, each time.
    """
    documents = get_document_model().objects
    offered = documents.filter(offers__page__in=public_pages()).values("pk")
    return documents_not_private().filter(pk__in=offered)


def documents_not_private() -> QuerySet:
    """Return the documents in no private collection, whether or not a page offers them."""
    return get_document_model().objects.filter(IsOpenCollection(F("collection__path")))
