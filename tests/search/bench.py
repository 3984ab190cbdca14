"""What `make bench` prints of one database: how well search finds, and how fast.

`manage.py shell -c "from tests.search.bench import main; main()"` fills a test database, asks every
query, and leaves nothing behind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from pages.models import IndexState
from pages.search import search_pages, suggest
from pages.search_index import index_everything
from tests.search.large_site import fill
from tests.search.offered import add_documents
from tests.search.relevance import MORE_QUERIES, ask, load, misses, table

SITES = [(100, 20), (10_000, 2_000)]  # pages and documents
EVERY = 3  # one query in so many is timed
FEWEST_LETTERS = 3  # before there are suggestions
LIMITS = {"results": 150, "suggestions": 50}  # milliseconds at the largest site: issue 4


@dataclass(frozen=True)
class Time:
    """Milliseconds by the clock, and of this process's work on a processor."""

    clock: float
    work: float

    def __str__(self) -> str:
        return f"{self.clock:.0f} ({self.work:.0f})"


@dataclass(frozen=True)
class Times:
    """The times of one kind of question."""

    middle: Time
    slow: Time  # what 95% stay below


def main() -> None:
    """Print the tables, the misses and the times."""
    with test_database():
        call_command("load_content", verbosity=0)
        call_command("load_search_lists", verbosity=0)
        queries = load() + add_documents()
        for title, of in (("Queries", queries), ("More queries", load(MORE_QUERIES))):
            answers = ask(of)
            print(f"{title}\n{table(answers)}\n\n{misses(answers)}\n", flush=True)
        typed = [query.text for query in queries[::EVERY]]
        print(f"Times on {connection.display_name}, in milliseconds by the clock (at work)\n")
        asked = {site: _times_of_site(*site, typed) for site in SITES}
        print(f"\n{speed(asked)}")


@contextmanager
def test_database() -> Iterator[None]:
    """Let Django make its test database, in a file where it would be in memory, and destroy it."""
    with TemporaryDirectory(prefix="ccgsite-bench-") as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "bench.sqlite3"))
        before = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        try:
            yield
        finally:
            teardown_databases(before, verbosity=0)


def _times_of_site(pages: int, documents: int, typed: list[str]) -> dict[str, Times]:
    """Fill the site to this size and return the times of each kind of question."""
    filled = took(fill, pages, documents)
    read = took(index_everything)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as PostgreSQL does by itself, a minute later
    search_pages("flu")
    IndexState.renew()
    first = took(search_pages, "flu")
    print(
        f"{pages:,} pages, {documents:,} documents: filled in {filled.clock / 1000:.0f} s, "
        f"indexed in {read.clock / 1000:.0f} s ({read.work / 1000:.0f} at work), "
        f"first search after a change {first}",
        flush=True,
    )
    client = Client()
    return {
        "results": times(search_pages, typed),
        "suggestions": times(suggest, _beginnings(typed)),
        "page of results": times(lambda text: client.get("/search/", {"q": text}), typed),
        "suggestions, sent": times(
            lambda text: client.get("/search/suggestions/", {"q": text}), _beginnings(typed)
        ),
    }


def _beginnings(typed: list[str]) -> list[str]:
    """Return each text as somebody has typed it so far: one by 3 letters, the next by 4 ..."""
    return [
        text[: FEWEST_LETTERS + number % max(1, len(text) - FEWEST_LETTERS + 1)]
        for number, text in enumerate(typed)
    ]


def took(work: Callable[..., Any], *arguments: Any) -> Time:
    """Do the work and return how long it took."""
    clock, processor = perf_counter(), process_time()
    work(*arguments)
    return Time((perf_counter() - clock) * 1000, (process_time() - processor) * 1000)


def times(work: Callable[[str], Any], texts: list[str]) -> Times:
    """Do the work for each text, once as a rehearsal for the first."""
    work(texts[0])
    each = [took(work, text) for text in texts]
    clocks, works = [time.clock for time in each], [time.work for time in each]
    return Times(
        Time(median(clocks), median(works)),
        Time(quantiles(clocks, n=20)[-1], quantiles(works, n=20)[-1]),
    )


def speed(asked: dict[tuple[int, int], dict[str, Times]]) -> str:
    """Return a table to print: each kind of question at each size, its growth, and its limit.

    A limit is met if 95% of the questions stay below it by the clock.
    """
    small, large = asked.values()
    heads = "".join(f"{f'{pages:,} pages':>24}" for pages, _ in asked)
    lines = [
        f"{'':18}{heads}{'growth':>9}  limit",
        f"{'':18}" + f"{'median':>12}{'95%':>12}" * len(asked),
    ]
    for name, before in small.items():
        after = large[name]
        limit = LIMITS.get(name)
        verdict = f"{limit:>7}  {'met' if after.slow.clock < limit else 'NOT MET'}" if limit else ""
        lines.append(
            f"{name:18}"
            + "".join(f"{f'{at.middle}':>12}{f'{at.slow}':>12}" for at in (before, after))
            + f"{after.middle.clock / before.middle.clock:>8.1f}x"
            + verdict
        )
    return "\n".join(lines)
