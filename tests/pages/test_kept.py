"""What is read once in a second: the pages are the same as if it were read for each."""

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from pages import kept
from pages.models import AlertPage, HomePage, SiteSettings
from tests import builders


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still, at "now", until a test moves it."""
    time = {"now": 1000.0}
    kept.readings.clear()
    monkeypatch.setattr(kept, "SECONDS", 1)
    monkeypatch.setattr(kept.time, "monotonic", lambda: time["now"])
    return time


def test_it_is_read_again_after_a_second(clock) -> None:
    asked = []
    read = kept.kept_for_a_second(lambda *args: asked.append(args) or len(asked))

    assert [read(1), read(1), read(2), read(1)] == [1, 1, 2, 1]
    clock["now"] += 0.99
    assert read(1) == 1
    clock["now"] += 0.01
    assert [read(1), read(2)] == [3, 4]


def test_what_fails_is_asked_again(clock) -> None:
    answers = iter([DatabaseError("away"), "found"])

    @kept.kept_for_a_second
    def read() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(DatabaseError):
        read()
    assert read() == "found"


def test_nobody_can_fill_the_memory(clock) -> None:
    read = kept.kept_for_a_second(lambda host: host)

    for number in range(3 * kept.MOST):
        assert read(f"host-{number}") == f"host-{number}"

    assert len(kept.readings) <= kept.MOST


@pytest.mark.django_db
def test_every_page_is_the_same_whether_kept_or_read(client, monkeypatch, site_home) -> None:
    builders.alert(part_of_site=Page.objects.get(slug="your-health"))
    builders.alert()
    addresses = [page.url for page in Page.objects.descendant_of(site_home, inclusive=True).live()]
    addresses += ["/search/?q=flu", "/sitemap.xml", "/not-here/"]
    read = {address: client.get(address).content for address in addresses}

    kept.readings.clear()
    monkeypatch.setattr(kept, "SECONDS", 3600)

    for address in addresses:
        assert client.get(address).content == read[address], address


@pytest.mark.django_db
def test_a_page_then_asks_for_nothing_that_stands_around_it(
    client, site_home: HomePage, nothing_shows_at_once
) -> None:
    client.get("/about-us/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/about-us/")

    words = " ".join(query["sql"] for query in asked)
    assert SiteSettings._meta.db_table not in words
    assert AlertPage._meta.db_table not in words
    assert len(asked) <= 4


@pytest.mark.django_db
def test_a_change_shows_after_a_second(client, site_home: HomePage, clock) -> None:
    before = client.get("/news/").content.decode()
    page = Page.objects.get(slug="your-health")
    page.title = "Being well"
    page.save()
    SiteSettings.objects.update(short_name="Another name")

    assert client.get("/news/").content.decode() == before
    clock["now"] += 1
    after = client.get("/news/").content.decode()
    assert "Being well" in after
    assert "Another name" in after
