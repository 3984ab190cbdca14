"""Feeds that people follow: Atom (RFC 4287), newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from wagtail.contrib.routable_page.models import re_path
from wagtail.models import Page, PageQuerySet, Site

from pages.models.site import SiteSettings
from pages.public import public_pages
from pages.routing import RoutedPage

FEED = "feed.atom"
MOST_ENTRIES = 20


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a feed. `url` is its address on this site, and its name for good."""

    title: str
    url: str
    summary: str
    updated: datetime
    published: datetime | None = None
    key: str = ""  # what tells entries with the same address apart


class FollowedPage(RoutedPage):
    """A page with a feed at `feed.atom` below it: by default of the pages below that changed last.

    It comes before BasePage in the bases.
    """

    @re_path(r"^feed\.atom/?$")  # Wagtail's router adds a slash
    def feed(self, request: HttpRequest) -> HttpResponse:
        """Answer with the feed."""
        return atom_feed(
            request,
            title=self.feed_title,
            about=self.url,
            address=self.feed_address,
            entries=self.feed_entries(),
            changed=self.last_published_at or self.latest_revision_created_at,
        )

    @property
    def feed_title(self) -> str:
        """What the feed is called, in a feed reader and in the link to it."""
        return self.heading

    @property
    def feed_address(self) -> str:
        """The address of the feed on this site."""
        return f"{self.url}{FEED}"

    def feed_pages(self) -> PageQuerySet:
        """Return the pages that are in the feed, newest first, each with what lists show of it."""
        below = public_pages().descendant_of(self).exclude(last_published_at=None)
        return below.order_by("-last_published_at", "-pk")

    def feed_entries(self) -> Iterable[FeedEntry]:
        """Return what is in the feed, newest first."""
        return [entry_of(page) for page in self.feed_pages()[:MOST_ENTRIES]]

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        return [*super().get_route_paths(), f"/{FEED}"]


def entry_of(page: Page) -> FeedEntry:
    """Return a page as an entry, by when it was published first and last."""
    return FeedEntry(
        title=page.seo_title or page.title,
        url=page.url,
        summary=page.search_description,
        updated=page.last_published_at,
        published=page.first_published_at,
    )


class Feed(Atom1Feed):
    """An Atom feed that says when it changed even while it is empty."""

    def latest_post_date(self) -> datetime:
        """Return when the newest entry changed, or what the feed is about."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=self.feed["changed"])


def atom_feed(
    request: HttpRequest,
    *,
    title: str,
    about: str,
    address: str,
    entries: Iterable[FeedEntry],
    changed: datetime,
) -> HttpResponse:
    """Return an Atom feed.

    `about` and `address` are the addresses on this site of what it is about and its own;
    `changed` is when it changed last, if it has no entries.
    """
    organisation = SiteSettings.for_request(request)
    base = Site.find_for_request(request).root_url
    feed = Feed(
        title=f"{readable(title)} - {readable(organisation.short_name)}",
        link=f"{base}{about}",
        description=None,
        language="en-GB",
        author_name=readable(organisation.name),
        feed_url=f"{base}{address}",
        feed_guid=f"{base}{address}",
        changed=changed,
    )
    for entry in entries:
        feed.add_item(
            title=readable(entry.title),
            link=f"{base}{entry.url}",
            description=escape(readable(entry.summary)),  # readers take it for HTML
            unique_id=f"{base}{entry.url}{entry.key}",
            updateddate=entry.updated,
            pubdate=entry.published,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Feed.content_type)


def readable(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
