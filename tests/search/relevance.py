"""What residents type, and how near the top search puts a page that answers it.

success@1 and success@3 are the shares of queries with a right answer in the first 1 or 3 places.
The mean reciprocal rank is the mean of 1 / place of the first right answer, 0 where there is none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from pages.search import search_pages

QUERIES = Path(__file__).with_name("queries.yaml")
ALL = "all"
NEAR_THE_TOP = 3

# Takes what was typed; gives the addresses of what it found, best first.
Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Query:
    """What somebody typed, and the pages that answer it, any of them."""

    group: str
    text: str
    pages: list[str]
    anchor: str = ""


@dataclass(frozen=True)
class Answer:
    """A query with the addresses that search gave, best first."""

    query: Query
    found: list[str]

    @property
    def place(self) -> int:
        """The place of the first right answer, counted from 1; 0 if there is none."""
        places = (n for n, address in enumerate(self.found, 1) if address in self.query.pages)
        return next(places, 0)


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1 of so many queries."""

    queries: int
    success_at_1: float
    success_at_3: float
    mean_reciprocal_rank: float


def load() -> list[Query]:
    """Return the queries as written, group by group."""
    groups = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    return [
        Query(group, row["query"], row["pages"], row.get("anchor", ""))
        for group, rows in groups.items()
        for row in rows
    ]


def addresses_found(text: str) -> list[str]:
    """Search this site."""
    return [page.url for page in search_pages(text)]


def ask(queries: Iterable[Query], search: Search = addresses_found) -> list[Answer]:
    """Search for each query."""
    return [Answer(query, search(query.text)) for query in queries]


def score(answers: list[Answer]) -> Score:
    """Return the measures of these answers; there must be one at least."""
    places = [answer.place for answer in answers]
    return Score(
        len(places),
        sum(place == 1 for place in places) / len(places),
        sum(0 < place <= NEAR_THE_TOP for place in places) / len(places),
        sum(1 / place for place in places if place) / len(places),
    )


def scores(answers: list[Answer]) -> dict[str, Score]:
    """Return the measures of each group, in the order of the set, and of all queries."""
    groups = dict.fromkeys(answer.query.group for answer in answers)
    return {
        **{name: score([a for a in answers if a.query.group == name]) for name in groups},
        ALL: score(answers),
    }


def table(answers: list[Answer]) -> str:
    """Return the measures as a table to print."""
    lines = [f"{'':15}{'queries':>8}{'success@1':>11}{'success@3':>11}{'MRR':>7}"]
    lines += [
        f"{name:15}{of.queries:8}{of.success_at_1:11.1%}{of.success_at_3:11.1%}"
        f"{of.mean_reciprocal_rank:7.3f}"
        for name, of in scores(answers).items()
    ]
    return "\n".join(lines)


def misses(answers: list[Answer]) -> str:
    """Return a line for each query without a right answer near the top: what came first instead."""
    return "\n".join(
        f"{answer.query.group:15}{answer.query.text!r}: "
        f"wanted {' or '.join(answer.query.pages)} ({answer.place or 'not found'}), "
        f"first came {answer.found[0] if answer.found else 'nothing'}"
        for answer in answers
        if not 0 < answer.place <= NEAR_THE_TOP
    )
