"""Search finds pages, shows only what is public, and never fails."""

import pytest
from bs4 import BeautifulSoup
from wagtail.models import Page

from pages.models import HomePage
from pages.search import search_pages, search_words

pytestmark = pytest.mark.django_db


def results(client, query: str) -> list[str]:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return [link["href"] for link in page.select("main li a")]


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
def test_residents_words_find_the_page(
    client, site_home: HomePage, query: str, address: str
) -> None:
    assert address in results(client, query)[:3]


def test_results_are_public(client, site_home: HomePage) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine")
    assert page.url in results(client, "winter flu vaccine")

    page.unpublish()

    assert page.url not in results(client, "winter flu vaccine")


def test_the_results_page_is_not_for_robots(client, site_home: HomePage) -> None:
    assert b"noindex" in client.get("/search/?q=flu").content


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "''",
        "*",
        "a OR",
        "AND",
        "NEAR(",
        "%",
        "\\",
        "<script>",
        "💉",
        "ﬂu",
        "\u202eflu",
        "a" * 10000,
        "flu " * 2000,
        "-flu",
        "flu:",
        "()",
        "title:flu",
        "^flu",
        "{flu}",
        "�",
        "'; DROP TABLE",
    ],
)
def test_any_words_get_an_answer(site_home: HomePage, query: str) -> None:
    search_pages(query)

    assert len(search_words(query)) <= 10


def test_what_was_typed_is_shown_as_text(client, site_home: HomePage) -> None:
    html = client.get("/search/", {"q": "<script>alert(1)</script>"}).content

    assert b"<script>alert" not in html
    assert b"&lt;script&gt;alert" in html


def test_nothing_found_says_so_and_how_to_go_on(client, site_home: HomePage) -> None:
    html = client.get("/search/", {"q": "xyzzy"}).content.decode()

    assert "No results" in html
    assert 'href="/contact-us/"' in html


def test_no_words_show_the_form_alone(client, site_home: HomePage) -> None:
    response = client.get("/search/")

    assert response.status_code == 200
    assert b"No results" not in response.content
