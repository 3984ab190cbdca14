"""What `make bench` prints of one database: how well search finds, and how fast.

`manage.py shell -c "from tests.search.bench import main; main()"` fills a test database with the
starter content, asks every query, and leaves nothing behind.
"""

from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from pages.models import HomePage
from pages.search import search_pages
from tests.search.relevance import Query, ask, load, misses, table


def main() -> None:
    """Print the table, the misses and the times."""
    before = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        call_command("load_content", verbosity=0)
        queries = load()
        answers = ask(queries)
        print(table(answers), misses(answers), times(queries), sep="\n\n")
    finally:
        teardown_databases(before, verbosity=0)


def times(queries: list[Query]) -> str:
    """Return how long a query takes, beside the smallest look-up on this machine just then.

    Milliseconds of two machines, or of two days, say little; the ratio says more.
    """
    searches, look_ups = [], []
    for query in queries:
        look_ups.append(milliseconds(HomePage.objects.get))
        searches.append(milliseconds(search_pages, query.text))
    look_up, middle, slowest = median(look_ups), median(searches), quantiles(searches, n=20)[-1]
    return (
        f"A query on {connection.display_name}: median {middle:.1f} ms ({middle / look_up:.0f} "
        f"times a look-up of one page), 95th percentile {slowest:.1f} ms ({slowest / look_up:.0f} "
        "times)"
    )


def milliseconds(work: Callable[..., Any], *arguments: Any) -> float:
    """Do the work and return how long it took."""
    started = perf_counter()
    work(*arguments)
    return (perf_counter() - started) * 1000
