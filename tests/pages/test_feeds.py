"""Feeds: what changed, newest first, for any feed reader; nothing that a visitor may not see."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from pages.search import SearchUnavailableError
from tests import builders

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed(client: Client, address: str) -> ET.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)


def titles(root: ET.Element) -> list[str]:
    return [title.text for title in root.findall("a:entry/a:title", ATOM)]


def test_a_section_can_be_followed(client, site_home) -> None:
    section = builders.section(title="Winter")
    builders.content_page(section, title="Coughs")
    builders.content_page(section, title="Falls")

    root = feed(client, f"{section.url}feed.atom")

    assert titles(root) == ["Falls", "Coughs"]
    assert root.find("a:title", ATOM).text.startswith("Winter - ")
    entry = root.find("a:entry", ATOM)
    assert entry.find("a:link", ATOM).get("href").endswith("/falls/")
    assert entry.find("a:id", ATOM).text.startswith("http")
    assert entry.find("a:updated", ATOM).text


def test_the_whole_site_can_be_followed(client, site_home) -> None:
    builders.content_page(title="Brand new")

    assert titles(feed(client, "/feed.atom"))[0] == "Brand new"


def test_the_page_leads_to_its_feed(client, site_home) -> None:
    section = builders.section(title="Winter")

    page = BeautifulSoup(client.get(section.url).content, "html.parser")

    address = f"{section.url}feed.atom"
    assert page.find("link", rel="alternate", type="application/atom+xml")["href"] == address
    assert "Winter" in page.find("a", href=address).get_text()


def test_a_feed_shows_nothing_that_a_page_would_not(client, site_home) -> None:
    section = builders.section()
    builders.draft(builders.content_page(section, title="Draft"))
    builders.content_page(section, title="Expired", expire_at=timezone.now() + timedelta(days=1))
    builders.content_page(section, title="Shown")
    Page.objects.filter(title="Expired").update(expire_at=timezone.now() - timedelta(seconds=1))

    assert titles(feed(client, f"{section.url}feed.atom")) == ["Shown"]

    address = f"{section.url}feed.atom"
    builders.draft(section)
    assert client.get(address).status_code == 404


def test_what_is_typed_cannot_break_a_feed(client, site_home) -> None:
    section = builders.section(title="A < B & C")
    title = "\x0b<script>alert(1)</script> ]]> \U0001f489"
    builders.content_page(section, title=title, slug="odd", search_description="2 < 3 & <b>4</b>")

    root = feed(client, f"{section.url}feed.atom")

    assert titles(root) == [title.replace("\x0b", "")]
    assert root.find("a:entry/a:summary", ATOM).text == "2 &lt; 3 &amp; &lt;b&gt;4&lt;/b&gt;"


def test_an_empty_feed_is_one_that_stays_the_same(client, site_home) -> None:
    section = builders.section()
    address = f"{section.url}feed.atom"

    first = client.get(address)

    assert titles(ET.fromstring(first.content)) == []
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_a_page_below_a_followed_one_is_not_found_unless_it_is_public(client, site_home) -> None:
    section = builders.section()
    page = builders.content_page(section, slug="secret")
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))

    assert client.get(f"{section.url}secret/").status_code == 404
    assert client.get(f"{section.url}feed.atom/more/").status_code == 404


# --- Searches ---------------------------------------------------------------------------------


def test_a_search_can_be_followed(client, site_home) -> None:
    builders.content_page(title="Zebra crossings", updated_on="2026-01-31")
    builders.content_page(title="Zebra stripes", updated_on="2026-03-31")

    root = feed(client, "/search/feed.atom?q=zebra")

    assert titles(root) == ["Zebra stripes", "Zebra crossings"]
    assert root.find("a:entry/a:updated", ATOM).text == "2026-03-31T00:00:00+01:00"
    page = BeautifulSoup(client.get("/search/?q=zebra").content, "html.parser")
    link = page.find("link", rel="alternate", type="application/atom+xml")
    assert link["href"] == "/search/feed.atom?q=zebra"


def test_a_search_that_is_followed_keeps_its_filters(client, site_home) -> None:
    builders.news_page(title="Zebra news")
    builders.content_page(title="Zebra page")

    assert titles(feed(client, "/search/feed.atom?q=zebra&type=news")) == ["Zebra news"]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_a_search_without_words_cannot_be_followed(client, site_home, query: str) -> None:
    assert client.get(f"/search/feed.atom{query}").status_code == 404


@pytest.mark.parametrize("typed", ["%00", "%22%27%3B", "%F0%9F%92%89", "%ED%A0%80", "a" * 10_000])
def test_a_search_for_anything_can_be_followed(client, site_home, typed: str) -> None:
    response = client.get(f"/search/feed.atom?q=x{typed}")

    assert response.status_code == 200
    ET.fromstring(response.content)


def test_a_search_that_does_not_work_is_asked_for_again(client, site_home, monkeypatch) -> None:
    def fail(query: str) -> None:
        raise SearchUnavailableError

    monkeypatch.setattr("pages.search_feed.search_pages", fail)

    assert client.get("/search/feed.atom?q=flu").status_code == 503
