"""What the bench does inside a site: fill it, and count and time what cannot be seen from outside.

Each function is run by `manage.py shell` on the site's own data, with the settings of production
and no store in front, and prints one line of JSON.
"""

import json
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from ccgsite.samples.entries import add_entries
from pages import kept
from pages.choosing import ENTRIES_PER_PAGE
from pages.models import (
    AlertIndexPage,
    AlertPage,
    CommitteePage,
    ConsultationIndexPage,
    ConsultationPage,
    ContentPage,
    HomePage,
    MeetingIndexPage,
    MeetingPage,
    NewsIndexPage,
    NewsPage,
    PeopleIndexPage,
    PersonPage,
    PublicationIndexPage,
    PublicationPage,
    SectionPage,
)
from pages.search_index import index_everything
from pages.sitemap import PublicPagesSitemap
from privacy.models import PrivacyNoticePage
from privacy.registry import KeptCopies
from tests.search.bench import took
from tests.search.large_site import fill
from tests.search.relevance import load as load_queries

TYPES = {
    "home": HomePage,
    "section": SectionPage,
    "long privacy notice": PrivacyNoticePage,
    "news list": NewsIndexPage,
    "page of text": ContentPage,
    "people": PeopleIndexPage,
    "publications": PublicationIndexPage,
    "consultations": ConsultationIndexPage,
    "meetings": MeetingIndexPage,
    "service alerts": AlertIndexPage,
    "news story": NewsPage,
    "meeting": MeetingPage,
    "committee": CommitteePage,
    "person": PersonPage,
    "publication": PublicationPage,
    "consultation": ConsultationPage,
    "service alert": AlertPage,
}
ENTRIES = ENTRIES_PER_PAGE + 1  # of each kind, at least
SEARCHES = 20
TIMES = 5  # each page is rendered
PUBLISHED = 5  # pages


def make(pages: int, documents: int) -> None:
    """Fill the site, and say how long that and an index of all of it took, in seconds.

    Every list has more than one page of entries, or only the lists of a larger site would be full;
    for that the smallest site has a few pages more.
    """
    with transaction.atomic():
        began = took(add_entries, HomePage.objects.get(), ENTRIES, timezone.localdate())
        filled = took(fill, pages, documents)
        indexed = took(index_everything)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as each start does
    say({"filled": (began.clock + filled.clock) / 1000, "indexed": indexed.clock / 1000})


def addresses() -> dict[str, list[str]]:
    """Return the paths of each kind of page: the same pages in each size, and the largest lists."""
    found = {}
    for name, model in TYPES.items():
        page = model.objects.live().order_by("path").first()
        found[name] = [page.url]
    largest = {
        "largest section": SectionPage,
        "largest news list": NewsIndexPage,
    }
    for name, model in largest.items():
        found[name] = [model.objects.live().order_by("-numchild", "path").first().url]
    queries = load_queries()
    step = len(queries) // SEARCHES
    found["search"] = [f"/search/?{urlencode({'q': x.text})}" for x in queries[::step]]
    found["form"] = ["/enquiries/contact/"]
    found["feed of news"] = [f"{found['news list'][0]}feed.atom"]
    found["sitemap"] = PublicPagesSitemap().addresses_of_parts()[:1] or ["/sitemap.xml"]
    return found


def look() -> None:
    """Say for each kind of page its paths, its queries, and the milliseconds that it is made in.

    Both are of a page that is not the first in its second, but for `queries_first`.
    """
    client = Client(headers={"host": "localhost"})
    said = {}
    # A page is counted and timed as one of many, however slow this machine is.
    kept.SECONDS = KeptCopies.SECONDS = 600
    for name, paths in addresses().items():
        kept.readings.clear()
        for cache in caches.all():
            cache.clear()
        first = queries(client, paths[0])
        times = [took(get, client, path).work for path in (paths * TIMES)[: max(TIMES, len(paths))]]
        said[name] = {
            "paths": paths,
            "queries_first": first,
            "queries": max(queries(client, path) for path in paths),
            "cpu": median(times) if len(paths) > 1 else min(times),
        }
    say(said)


def get(client: Client, path: str) -> None:
    """Ask for a page. Raises AssertionError if there is none."""
    status = client.get(path).status_code
    assert status == 200, f"{path}: {status}"


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        get(client, path)
    return len(asked)


def publish() -> None:
    """Say how many milliseconds it takes to publish a page: the median of some."""
    pages = ContentPage.objects.live().order_by("-path")[:PUBLISHED]
    times = []
    for page in pages:
        page.search_description = f"{page.search_description[:100]}."
        times.append(took(_publish, page).clock)
    say({"publish": median(times)})


def _publish(page: Page) -> None:
    page.save_revision().publish()


def index() -> None:
    """Say how many seconds an index of the whole site takes."""
    say({"indexed": took(index_everything).clock / 1000})


def say(facts: dict[str, Any]) -> None:
    print(f"SAID {json.dumps(facts)}")
