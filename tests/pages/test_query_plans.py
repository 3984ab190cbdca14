"""Queries that every page needs take what has an index, once the database knows its tables."""

import pytest
from django.db import connection

from pages.navigation import listed_children
from pages.public import public_pages
from pages.routing import page_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what it holds"),
]


@pytest.fixture(autouse=True)
def _measured(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_what_is_private_is_asked_of_the_few_private_places() -> None:
    assert "SEARCH private USING INTEGER PRIMARY KEY" in public_pages().explain()


def test_an_address_and_what_a_section_lists_need_no_look_at_every_page(
    site_home, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(3) as asked:
        section, _ = page_at(site_home, ["about-us"])
        listed_children(section)

    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            said = " ".join(row[3] for row in cursor.fetchall())
        assert "SCAN wagtailcore_page" not in said, query["sql"]
