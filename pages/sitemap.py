"""The list of pages for search engines elsewhere (sitemaps.org/protocol.html)."""

from django.contrib.sitemaps.views import SitemapIndexItem, x_robots_tag
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap, views
from wagtail.models import PageQuerySet

from pages.public import public_pages

PAGES_IN_A_PART = 100  # the protocol allows 50,000, which no request should be made to list
MOST_PARTS = 50_000  # that an index may have


class PublicPagesSitemap(Sitemap):
    """Every page that a visitor may see at this moment, or a part of them, counted from 1.

    They are not read as what they are in particular, as Wagtail would by one query for each type:
    their addresses and dates are in the table that all types share.
    """

    limit = PAGES_IN_A_PART

    def __init__(self, request: HttpRequest | None = None, part: int | None = None) -> None:
        super().__init__(request)
        self.part = part

    def items(self) -> PageQuerySet:
        root = self.get_wagtail_site().root_page
        pages = public_pages().descendant_of(root, inclusive=True).order_by("path")
        pages = pages.only("url_path", "last_published_at", "latest_revision_created_at")
        if self.part is None:
            return pages
        return pages[(self.part - 1) * self.limit : self.part * self.limit]

    def addresses_of_parts(self) -> list[str]:
        """Return the paths of the parts; none where all pages go into one list."""
        parts = self.paginator.num_pages
        return [reverse("sitemap_part", args=[n + 1]) for n in range(parts)] if parts > 1 else []


def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer with the public pages or, if they are many, with the addresses of the parts."""
    pages = PublicPagesSitemap(request)
    parts = pages.addresses_of_parts()
    return _index(request, pages, parts) if parts else views.sitemap(request, {"pages": pages})


def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    """Answer with one part of the public pages. Raises Http404 if there is none."""
    whole = PublicPagesSitemap(request)
    # Whether there is a page so far on is asked, as to count all takes longer than to list a part.
    place = max(1, part - 1) * whole.limit  # there is no first part alone
    if not (0 < part <= MOST_PARTS and whole.items()[place:][:1].exists()):
        message = "There is no such part of the sitemap."
        raise Http404(message)
    return views.sitemap(request, {"pages": PublicPagesSitemap(request, part)})


@x_robots_tag
def _index(request: HttpRequest, pages: PublicPagesSitemap, parts: list[str]) -> HttpResponse:
    root = pages.get_wagtail_site().root_url
    listed = [SitemapIndexItem(f"{root}{part}") for part in parts]
    return TemplateResponse(
        request, "sitemap_index.xml", {"sitemaps": listed}, content_type="application/xml"
    )
