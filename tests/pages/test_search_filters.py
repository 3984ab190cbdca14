"""Choosing among the results: by part of the site, type and date, with counts that are true."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from tests import builders

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def zebras(site_home) -> dict[str, Page]:
    """Add pages and news about zebras, in two parts of the site and of three ages."""
    today = timezone.localdate()
    farm, sea = builders.section(title="Farm"), builders.section(title="Sea")
    news = builders.news_index(farm, title="Farm news")
    return {
        "farm": builders.content_page(farm, title="Zebra farm", updated_on=today),
        "old": builders.content_page(farm, title="Zebra barn", updated_on=today - 500 * DAY),
        "sea": builders.content_page(sea, title="Zebra fish", updated_on=today - 100 * DAY),
        "news": builders.news_page(news, title="Zebra born", published_on=today - 10 * DAY),
        "old news": builders.news_page(news, title="Zebra bought", published_on=today - 200 * DAY),
    }


def body(address: str) -> Tag:
    response = Client().get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").body


def found(**asked: str) -> set[str]:
    """Return the titles of what a search for zebras finds with some filters."""
    response = Client().get("/search/", {"q": "zebra", **asked})
    page = BeautifulSoup(response.content, "html.parser")
    return {link.get_text() for link in page.select("ol.site-entries h2 a")}


def counts(page: Tag) -> dict[str, dict[str, int]]:
    """Return the counts beside the choices, by filter and value."""
    shown: dict[str, dict[str, int]] = {}
    for radio in page.select(".site-filters input[type=radio]"):
        label = page.select_one(f"label[for='{radio['id']}']").get_text()
        count = int(label.rpartition("(")[2].rstrip(")"))
        shown.setdefault(radio["name"], {})[radio["value"]] = count
    return shown


def chosen(page: Tag) -> dict[str, str]:
    radios = page.select(".site-filters input[type=radio][checked]")
    return {radio["name"]: radio["value"] for radio in radios}


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"section": "sea"}, {"Zebra fish"}),
        ({"section": "farm", "type": "news"}, {"Zebra born", "Zebra bought"}),
        ({"type": "page"}, {"Zebra farm", "Zebra barn", "Zebra fish"}),
        ({"date": "past-month"}, {"Zebra farm", "Zebra born"}),
        ({"date": "past-year"}, {"Zebra farm", "Zebra born", "Zebra fish", "Zebra bought"}),
        ({"date": "older"}, {"Zebra barn"}),
        ({"section": "sea", "type": "news"}, set()),
    ],
)
def test_a_filter_shows_what_it_says(asked: dict[str, str], titles: set[str]) -> None:
    assert found(**asked) == titles


@pytest.mark.parametrize(
    "others", [{}, {"section": "farm"}, {"type": "news"}, {"section": "farm", "date": "past-year"}]
)
def test_a_count_is_how_many_there_are_once_it_is_chosen(others: dict[str, str]) -> None:
    page = body(f"/search/?q=zebra&{'&'.join(f'{n}={v}' for n, v in others.items())}")
    shown = counts(page)

    assert len(shown) >= 2
    for name, values in shown.items():
        for value, count in values.items():
            assert len(found(**{**others, name: value})) == count, (name, value)


def test_choices_with_nothing_are_left_out_unless_chosen() -> None:
    shown = counts(body("/search/?q=zebra&section=sea"))
    assert "news" not in shown.get("type", {})

    shown = counts(body("/search/?q=zebra&section=sea&type=news"))
    assert shown["type"]["news"] == 0


def test_a_filter_that_changes_nothing_is_left_out() -> None:
    assert set(counts(body("/search/?q=zebra+fish&section=sea"))) >= {"section"}
    assert not body("/search/?q=xyzzy").select(".site-filters")


@pytest.mark.parametrize(
    "asked",
    ["section=nothing", "type=zebra", "date=tomorrow", "section=%00", "type=%F0%9F%92%89",
     "section=" + "a" * 3000, "date[]=older", "type=News"],
)  # fmt: skip
def test_what_is_no_choice_is_not_chosen(asked: str) -> None:
    page = body(f"/search/?q=zebra&{asked}")

    assert len(page.select("ol.site-entries > li")) == 5
    assert set(chosen(page).values()) == {""}
    assert "Filtered by" not in page.get_text()


def test_chosen_filters_are_named_and_each_can_be_taken_away() -> None:
    page = body("/search/?q=zebra&section=farm&type=news")
    named = page.select(".site-chosen li")

    assert [" ".join(item.get_text().split()) for item in named] == [
        "Part of this website: Farm Remove the filter Part of this website: Farm",
        "Type: News Remove the filter Type: News",
        "Clear filters",
    ]
    assert [item.a["href"] for item in named] == [
        "/search/?q=zebra&type=news",
        "/search/?q=zebra&section=farm",
        "/search/?q=zebra",
    ]
    assert chosen(page) == {"section": "farm", "type": "news", "date": ""}


def test_the_form_asks_for_the_same_words_again() -> None:
    form = body("/search/?q=zebra&section=farm").select_one("form.site-filters")

    assert (form["action"], form["method"]) == ("/search/", "get")
    assert form.select_one("input[type=hidden][name=q]")["value"] == "zebra"
    assert not form.select("[name=page]")


def test_the_search_boxes_begin_without_filters() -> None:
    page = body("/search/?q=zebra&section=farm")

    for form in page.select("header form, form.site-search"):
        assert [field["name"] for field in form.select("input")] == ["q"]


def test_the_pages_of_results_keep_words_and_filters() -> None:
    sea = Page.objects.get(slug="sea")
    for n in range(11):
        builders.content_page(sea, title=f"Zebra & fish {n:02}")

    page = body("/search/?q=zebra+%26+fish&section=sea&type=page")
    link = page.select_one("a[rel=next]")["href"]

    assert link == "/search/?q=zebra+%26+fish&section=sea&type=page&page=2"
    assert set(chosen(body(link)).values()) == {"sea", "page", ""}


def test_filters_that_leave_nothing_say_so_and_can_be_cleared_first() -> None:
    page = body("/search/?q=zebra&section=sea&type=news")
    status = page.select_one("[role=status]")

    assert "No results for zebra with these filters" in " ".join(status.get_text().split())
    first = status.find_next("a")
    assert (first["href"], first.get_text()) == ("/search/?q=zebra", "Clear filters")
    assert "to see 5 results" in " ".join(first.parent.get_text().split())
    assert not page.select("#search-gap")


def test_a_part_of_the_site_that_is_withdrawn_is_no_choice(zebras: dict[str, Page]) -> None:
    builders.draft(zebras["sea"].get_parent().specific)

    assert "sea" not in counts(body("/search/?q=zebra"))["section"]


def test_the_past_month_begins_30_days_ago() -> None:
    sea = Page.objects.get(slug="sea")
    builders.content_page(sea, title="Zebra A", updated_on=timezone.localdate() - 30 * DAY)
    builders.content_page(sea, title="Zebra B", updated_on=timezone.localdate() - 31 * DAY)
    builders.content_page(sea, title="Zebra C", updated_on=date(2999, 1, 1))

    assert {"Zebra A", "Zebra C"} <= found(date="past-month")
    assert "Zebra B" not in found(date="past-month")
