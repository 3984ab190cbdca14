"""Search finds pages, shows only what is public, and never fails."""

from http import HTTPStatus

import pytest
from django.test import Client
from wagtail.models import Page

from pages.models import HomePage
from pages.models.passages import Passage
from pages.search import search_pages
from pages.search_query import MOST_TYPED, MOST_WORDS
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
     "'; DROP TABLE", "\ufdfa" * 200],
)  # fmt: skip
def test_any_words_get_an_answer(site_home: HomePage, query: str) -> None:
    found = search_pages(query).query

    assert len(found.terms) <= MOST_WORDS
    assert len(found.stems) <= MOST_TYPED


@pytest.mark.parametrize(("one", "more"), [("GP", "GPs"), ("CCG", "ccgs"), ("PCN", "PCN's")])
def test_an_abbreviation_is_found_by_its_plural(site_home: HomePage, one: str, more: str) -> None:
    assert addresses(more) == addresses(one) != []


@pytest.mark.parametrize(
    "typed", ['"', 'flu "', "\0", " ", "-", "*", "'\"", "NEAR(", "w " * 1500, "x" * 3000, '😀"']
)
@pytest.mark.parametrize("where", ["/cms/pages/search/", "/cms/documents/", "/cms/images/"])
def test_editors_may_type_anything_into_the_search_of_the_cms(
    admin_client: Client, where: str, typed: str
) -> None:
    assert admin_client.get(where, {"q": typed}).status_code == HTTPStatus.OK


def test_editors_find_a_page_by_its_title_in_quotation_marks(admin_client: Client) -> None:
    page = Page.objects.get(slug="freedom-of-information")

    answer = admin_client.get("/cms/pages/search/", {"q": f'"{page.title}"'})

    assert f"/cms/pages/{page.pk}/edit/" in answer.content.decode()


@pytest.mark.parametrize("kind", [Page, Passage])
def test_however_few_are_asked_for_what_else_is_in_the_index_takes_no_place(
    site_home: HomePage, kind: type[Page | Passage]
) -> None:
    every = list(kind.objects.search("flu")[:100])

    assert len(every) > 1
    for number in range(len(every)):
        assert list(kind.objects.search("flu")[:number]) == every[:number]
