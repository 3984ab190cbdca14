"""Search finds pages, shows only what is public, and never fails."""

import pytest

from pages.models import HomePage
from pages.search import search_pages
from pages.search_query import MOST_WORDS
from tests import builders

pytestmark = pytest.mark.django_db


def addresses(query: str) -> list[str]:
    return [hit.address for hit in search_pages(query).hits]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("flu jab", "/your-health/flu/winter-flu-vaccine/"),
        ("Freedom of Information", "/contact-us/freedom-of-information/"),
        ("FOI", "/contact-us/freedom-of-information/"),
        ("chemist", "/your-health/pharmacies-and-medicines/"),
        ("complaint", "/contact-us/feedback-and-complaints/"),
        ("spending over £25,000", "/publications/key-information/spending-over-25000/"),
    ],
)
def test_residents_words_find_the_page(site_home: HomePage, query: str, address: str) -> None:
    assert address in addresses(query)[:3]


def test_results_are_public(site_home: HomePage) -> None:
    page = builders.content_page(title="Zebra crossings")
    assert addresses("zebra") == [page.url]

    page.unpublish()

    assert addresses("zebra") == []


@pytest.mark.parametrize(
    "query",
    ['"', "''", "*", "a OR", "AND", "NEAR(", "%", "\\", "💉", "ﬂu", "\u202eflu", "a" * 10_000,
     "flu " * 2_000, "-flu", "flu:", "()", "title:flu", "^flu", "{flu}", "\ufffd", "\0", "flu\0",
     "'; DROP TABLE"],
)  # fmt: skip
def test_any_words_get_an_answer(site_home: HomePage, query: str) -> None:
    assert len(search_pages(query).query.terms) <= MOST_WORDS
