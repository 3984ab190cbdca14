"""What the public may see: the one place that says so."""

from collections.abc import Iterable

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import CollectionViewRestriction, Page, PageQuerySet, PageViewRestriction


def public_only(pages: PageQuerySet) -> PageQuerySet:
    """Return those of these pages that a visitor may see.

    A page whose time has run out is gone at that moment, whether or not the job has run that
    unpublishes it. What is private is left out in the same query, where Wagtail's own `public`
    asks beforehand.
    """
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    private = PageViewRestriction.objects.annotate(of_page=path).filter(
        of_page__startswith=F("page__path")
    )
    return pages.filter(~Exists(private), live=True).exclude(expire_at__lte=timezone.now())


def public_pages() -> PageQuerySet:
    """Return every page that a visitor may see, of any type, as plain pages."""
    return public_only(Page.objects.all())


def is_live_now(page: Page | None) -> bool:
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
    private = Q()
    for path in CollectionViewRestriction.objects.values_list("collection__path", flat=True):
        private |= Q(collection__path__startswith=path)
    documents = get_document_model().objects.all()
    return documents.exclude(private) if private else documents
