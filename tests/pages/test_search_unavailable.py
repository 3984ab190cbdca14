"""Search that does not work: its page says so and goes on helping; no other page is affected."""

import logging
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from wagtail.search.backends.base import BaseSearchBackend

from pages.models import Passage, SearchWithoutResults
from pages.models.passages import IndexedWord
from pages.search import SearchUnavailableError, search_pages, suggest

BROKEN = {"default": {"BACKEND": f"{__name__}.UnreachableBackend"}}
TYPED = "Jo Bloggs <b>flu</b>"


class TransportError(Exception):
    """Stands for what an engine's own package raises: it comes from no class that we know."""


class UnreachableBackend(BaseSearchBackend):
    def search(self, *args: Any, **kwargs: Any) -> None:
        message = "connection refused\nquery: jo bloggs flu"
        raise TransportError(message)

    autocomplete = search


@pytest.fixture
def unreachable_engine(settings, db) -> None:
    settings.WAGTAILSEARCH_BACKENDS = BROKEN
    with pytest.raises(TransportError):  # the fault is there
        Passage.objects.search("flu")


@pytest.fixture
def missing_tables(transactional_db):
    """Take away what search reads. The tables come back as they were, with their sequences."""
    tables = [model._meta.db_table for model in (Passage, IndexedWord)]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    yield
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


with_each_fault = pytest.mark.parametrize(
    "fault",
    [
        "unreachable_engine",
        pytest.param(
            "missing_tables",
            marks=pytest.mark.django_db(transaction=True, serialized_rollback=True),
        ),
    ],
)


@with_each_fault
def test_search_that_does_not_work_says_so_and_everything_else_goes_on(
    request: pytest.FixtureRequest, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    request.getfixturevalue(fault)

    response = Client().get("/search/", {"q": TYPED})

    assert response.status_code == 503
    page = BeautifulSoup(response.content, "html.parser")
    assert page.h1.get_text() == "Search does not work just now"
    assert page.select_one("#search-again")["value"] == TYPED
    addresses = {link["href"] for link in page.main.select("a")}
    assert {"/", "/your-health/", "mailto:pccg.enquiries@nhs.net", "tel:02392899500"} <= addresses
    assert "noindex" in page.select_one("meta[name=robots]")["content"]
    said = [record for record in caplog.records if record.name == "pages.search_results"]
    assert [record.levelno for record in said] == [logging.ERROR]
    assert "bloggs" not in caplog.text.lower()
    for address in ("/", "/your-health/flu/", "/news/", "/search/", "/sitemap.xml", "/cookies/"):
        assert Client().get(address).status_code == 200, address


@with_each_fault
def test_suggestions_are_an_empty_list_then(request: pytest.FixtureRequest, fault: str) -> None:
    request.getfixturevalue(fault)

    response = Client().get("/search/suggestions/?q=flu")

    assert response.status_code == 503
    assert response.json() == {"suggestions": []}


@pytest.mark.usefixtures("unreachable_engine")
@pytest.mark.parametrize("search", [search_pages, suggest])
def test_whatever_an_engine_raises_is_one_error_of_ours(search) -> None:
    with pytest.raises(SearchUnavailableError) as caught:
        search("flu")

    assert isinstance(caught.value.__cause__, TransportError)


@pytest.mark.usefixtures("unreachable_engine")
def test_a_search_that_could_not_be_made_is_not_one_without_results() -> None:
    response = Client().post(
        "/search/without-results/", {"q": "flu"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert response.status_code == 302
    assert not SearchWithoutResults.objects.exists()


@pytest.mark.django_db
def test_the_same_words_find_something_once_it_works_again() -> None:
    response = Client().get("/search/", {"q": TYPED})

    assert response.status_code == 200
    assert b"results" in response.content
