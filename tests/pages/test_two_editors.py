"""Two editors add to the same list at once: both entries are there, and nobody sees an error."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from pages.models import NewsIndexPage, NewsPage
from pages.search import search_pages
from tests import builders

EDITORS = 4


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_editors_who_add_to_a_list_at_once_lose_nothing() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection")
    index = builders.news_index()
    all_have_read_it = Barrier(EDITORS)

    def add(number: int) -> None:
        try:
            read = NewsIndexPage.objects.get(pk=index.pk)
            all_have_read_it.wait(timeout=10)
            page = NewsPage(
                title=f"Zebra {number}",
                slug=f"zebra-{number}",
                search_description="About zebras.",
                body=builders.BODY,
            )
            read.add_child(instance=page)
            page.save_revision().publish()
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as editors:
        list(editors.map(add, range(EDITORS)))

    titles = {f"Zebra {number}" for number in range(EDITORS)}
    assert {page.title for page in NewsPage.objects.child_of(index)} == titles
    assert NewsIndexPage.objects.get(pk=index.pk).numchild == EDITORS
    assert {hit.page.title for hit in search_pages("zebra").hits} == titles


@pytest.mark.django_db
def test_a_list_that_was_read_before_others_came_takes_one_more(site_home) -> None:
    index = builders.news_index()
    read = NewsIndexPage.objects.get(pk=index.pk)
    builders.news_page(index, title="First")

    read.add_child(
        instance=NewsPage(title="Second", search_description="About it.", body=builders.BODY)
    )

    assert [page.title for page in NewsPage.objects.child_of(index).order_by("path")] == [
        "First",
        "Second",
    ]
