"""Pages that editors put first for the words that somebody types."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Page

from pages.search import search_pages
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_home")]

DESCRIPTION = "What to do when one of them gets out."


def pin(phrase: str, page: Page | None = None, **facts: str | int) -> SearchPromotion:
    facts = {"sort_order": 0, "description": DESCRIPTION, **facts}
    return SearchPromotion.objects.create(query=Query.get(phrase), page=page, **facts)


def pin_elsewhere(phrase: str) -> SearchPromotion:
    return pin(
        phrase,
        external_link_url="https://www.example.org/zebras?x=1&y=2",
        external_link_text="Zebras elsewhere",
    )


def entries(query: str, **filters: str) -> list[Tag]:
    html = Client().get("/search/", {"q": query, **filters}).content
    return BeautifulSoup(html, "html.parser").select("ol.site-entries > li")


def texts(query: str, **filters: str) -> list[str]:
    return [" ".join(entry.get_text().split()) for entry in entries(query, **filters)]


@pytest.fixture
def escapes() -> Page:
    section = builders.section(title="Zoo")
    for n in range(3):
        builders.content_page(section, title=f"Zebra {n}")
    return builders.content_page(section, title="Escapes", body=[("text", "<p>A zebra.</p>")])


def test_a_pinned_page_comes_first_and_says_that_it_is_recommended(escapes: Page) -> None:
    pin("zebra", escapes)

    first, *others = entries("zebra")

    assert first.a["href"] == escapes.url
    assert " ".join(first.get_text().split()) == f"Escapes Recommended In: Zoo {DESCRIPTION}"
    assert len(others) == 3
    assert all("Recommended" not in entry.get_text() for entry in others)


def test_it_is_not_shown_twice_and_counts_as_one(escapes: Page) -> None:
    assert len(entries("zebra")) == 4

    pin("zebra", escapes)

    html = Client().get("/search/?q=zebra").content.decode()
    addresses = [entry.a["href"] for entry in entries("zebra")]
    assert len(addresses) == 4
    assert addresses.count(escapes.url) == 1
    assert "4 results" in " ".join(html.split())


@pytest.mark.parametrize("typed", ["zebra escape", "Zebras escaping", "ZEBRA ESCAPED!"])
def test_any_form_of_the_words_will_do(escapes: Page, typed: str) -> None:
    pin("zebra escapes", escapes)

    assert "Recommended" in texts(typed)[0]


def test_words_that_are_misspelt_will_do_as_well(escapes: Page) -> None:
    pin("zebra", escapes)

    assert search_pages("zzebra").query.corrected == "zebra"
    assert "Recommended" in texts("zzebra")[0]


@pytest.mark.parametrize("typed", ["zebra", "escape zebra", "zebra escape now"])
def test_other_words_will_not(escapes: Page, typed: str) -> None:
    pin("zebra escapes", escapes)

    assert not any("Recommended" in text for text in texts(typed))


def test_a_pin_is_shown_where_nothing_else_is_found(escapes: Page) -> None:
    pin("xyzzy", escapes)

    assert texts("xyzzy") == [f"Escapes Recommended In: Zoo {DESCRIPTION}"]


def test_a_page_that_is_withdrawn_is_not_recommended(escapes: Page) -> None:
    pin("zebra", escapes)
    builders.draft(escapes)

    assert not any("Recommended" in text or DESCRIPTION in text for text in texts("zebra"))


def test_a_pin_to_another_site_says_whose(escapes: Page) -> None:
    pin_elsewhere("zebra")

    first = entries("zebra")[0]

    assert first.a["href"] == "https://www.example.org/zebras?x=1&y=2"
    assert " ".join(first.get_text().split()) == (
        f"Zebras elsewhere Recommended On www.example.org {DESCRIPTION}"
    )


def test_several_pins_stand_in_the_editors_order(escapes: Page) -> None:
    pin("zebra", escapes, sort_order=1)
    pin_elsewhere("zebra")

    assert [text.split()[0] for text in texts("zebra")[:2]] == ["Zebras", "Escapes"]


def test_filters_are_for_pinned_pages_too(escapes: Page) -> None:
    other = builders.content_page(builders.section(title="Sea"), title="Zebra fish")
    pin("zebra", escapes)
    pin_elsewhere("zebra")

    assert [text.split()[0] for text in texts("zebra", section="zoo")] == ["Escapes"] + [
        "Zebra"
    ] * 3
    assert [entry.a["href"] for entry in entries("zebra", section="sea")] == [other.url]
    assert [text.split()[0] for text in texts("zebra", type="other-website")] == ["Zebras"]


def test_what_an_editor_types_is_shown_as_text(escapes: Page) -> None:
    promotion = pin("zebra", escapes)
    promotion.description = "<script>alert(1)</script>"
    promotion.save()

    assert b"<script>alert" not in Client().get("/search/?q=zebra").content
