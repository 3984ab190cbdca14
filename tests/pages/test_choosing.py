"""Choosing from a list by a plain form: what there is, how many, and one page of it."""

import pytest
from bs4 import BeautifulSoup
from django.db.models import F
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.template.loader import render_to_string

from pages.choosing import ENTRIES_PER_PAGE, ListFilter, Listing, by_year
from pages.models import NewsPage
from tests import builders

pytestmark = pytest.mark.django_db

OWNER = ListFilter("owner", "Team", "All teams", F("content_owner"))
FILTERS = [OWNER, by_year(ExtractYear("published_on"))]


@pytest.fixture
def _news(site_home) -> None:
    index = builders.news_index()
    for title, owner, day in (
        ("A", "Press", "2021-05-01"),
        ("B", "Press", "2020-05-01"),
        ("C", "Board", "2021-06-01"),
        ("D", "", "2019-01-01"),
    ):
        builders.news_page(index, title=title, content_owner=owner, published_on=day)


def listing(asked: str = "") -> Listing:
    return Listing("news", NewsPage.objects.newest_first(), FILTERS, QueryDict(asked))


def titles(one: Listing) -> str:
    return "".join(page.title for page in one.results)


def choices(one: Listing) -> dict[str, dict[str, int]]:
    return {
        each.legend: {each.without: each.count, **{x.label: x.count for x in each.choices}}
        for each in one.filters
    }


@pytest.mark.usefixtures("_news")
def test_all_is_shown_until_something_is_chosen() -> None:
    one = listing()

    assert titles(one) == "CABD"
    assert choices(one) == {
        "Team": {"All teams": 4, "Board": 1, "Press": 2},
        "Year": {"All years": 4, "2021": 2, "2020": 1, "2019": 1},
    }
    assert one.heading == ""
    assert not one.is_chosen_from


@pytest.mark.usefixtures("_news")
def test_the_numbers_are_those_of_what_would_be_shown() -> None:
    one = listing("owner=Press")

    assert titles(one) == "AB"
    assert choices(one)["Year"] == {"All years": 2, "2021": 1, "2020": 1}
    assert choices(one)["Team"] == {"All teams": 4, "Board": 1, "Press": 2}
    for choice in one.filters[1].choices:
        assert len(titles(listing(f"owner=Press&year={choice.value}"))) == choice.count


@pytest.mark.usefixtures("_news")
def test_two_choices_hold_together_and_the_address_says_both() -> None:
    one = listing("owner=Press&year=2021&page=1")

    assert titles(one) == "A"
    assert one.heading == "Press, 2021"
    assert one.address == "?owner=Press&year=2021&page="


@pytest.mark.usefixtures("_news")
@pytest.mark.parametrize(
    "asked",
    ["owner=Nobody", "year=1900", "year=x", "year=%00", "owner=", "page=99", "page=-1", "page=x"],
)
def test_what_is_unknown_is_not_chosen(asked: str) -> None:
    assert titles(listing(asked)) == "CABD"


@pytest.mark.usefixtures("_news")
def test_a_choice_that_leaves_nothing_says_so() -> None:
    one = listing("owner=Board&year=2020")

    assert titles(one) == ""
    said = render_to_string("listings/count.html", {"listing": one, "noun": "x", "nouns": "items"})
    assert " ".join(BeautifulSoup(said, "html.parser").p.get_text().split()) == (
        "No items for Board, 2020"
    )
    assert {choice.label for choice in one.filters[0].choices} >= {"Board", "Press"}


def test_a_long_list_is_shown_in_pages_of_two_queries(site_home, django_assert_num_queries) -> None:
    index = builders.news_index()
    for _ in range(ENTRIES_PER_PAGE + 2):
        builders.news_page(index)

    news = NewsPage.objects.newest_first()  # it asks once what is private

    with django_assert_num_queries(2):
        one = Listing("news", news, FILTERS, QueryDict("page=2"))
        assert len(list(one.results)) == 2
        assert [choice.label for each in one.filters for choice in each.choices] == []


@pytest.mark.usefixtures("_news", "nothing_shows_at_once")
def test_what_there_is_to_choose_from_is_counted_once_in_a_second_for_each_list(
    django_assert_num_queries,
) -> None:
    assert choices(listing())["Team"]["Press"] == 2
    with django_assert_num_queries(1):
        assert titles(listing("owner=Press")) == "AB"

    fewer = NewsPage.objects.newest_first().filter(content_owner="Press")
    other = Listing("news of the press", fewer, FILTERS, QueryDict())
    assert choices(other) == {"Year": {"All years": 2, "2021": 1, "2020": 1}}


@pytest.mark.usefixtures("_news")
def test_the_form_is_a_plain_one_that_keeps_what_was_chosen() -> None:
    html = render_to_string("listings/choose.html", {"listing": listing("year=2021"), "label": "x"})
    form = BeautifulSoup(html, "html.parser").form

    assert form["method"] == "get"
    assert form.select_one("#choose-year option[selected]").get_text() == "2021 (2)"
    assert form.find("label", attrs={"for": "choose-year"}).get_text() == "Year"
    assert form.find("a").get_text() == "Clear filters"
