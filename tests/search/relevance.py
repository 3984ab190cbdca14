"""What residents type, and how near the top search puts what answers it.

success@1 and success@3 are the shares of queries with a right answer in the first 1 or 3 places.
The mean reciprocal rank is the mean of 1 / place of the first right answer, 0 where there is none.
Where a part of a page or a page of a document answers, the result has to lead there as well: that
is measured apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from pages.search import search_pages

QUERIES = Path(__file__).with_name("queries.yaml")
MORE_QUERIES = Path(__file__).with_name("more_queries.yaml")
ALL = "all"
NEAR_THE_TOP = 3

# Takes what was typed; gives the addresses that the results lead to, best first.
Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Query:
    """What somebody typed, and the pages or documents that answer it, any of them.

    `anchor` is the part that answers, where one of them has several.
    """

    group: str
    text: str
    pages: list[str]
    anchor: str = ""


@dataclass(frozen=True)
class Answer:
    """A query with the addresses that search gave, best first; `#` and a part may follow."""

    query: Query
    found: list[str]

    @property
    def place(self) -> int:
        """The place of the first right answer, counted from 1; 0 if there is none."""
        addresses = (address.partition("#")[0] for address in self.found)
        return next((n for n, x in enumerate(addresses, 1) if x in self.query.pages), 0)

    @property
    def leads_to_the_part(self) -> bool:
        """Whether a result leads to the part that answers, or to what stands below its heading."""
        parts = {f"{page}#{self.query.anchor}" for page in self.query.pages}
        return any(
            url == part or url.startswith(f"{part}-") for url in self.found for part in parts
        )


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1 of so many queries."""

    queries: int
    success_at_1: float
    success_at_3: float
    mean_reciprocal_rank: float


def load(path: Path = QUERIES) -> list[Query]:
    """Return the queries as written, group by group."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Query(group, row["query"], row["pages"], row.get("anchor", ""))
        for group, rows in groups.items()
        for row in rows
    ]


def addresses_found(text: str) -> list[str]:
    """Search this site."""
    return [hit.url for hit in search_pages(text).hits]


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


def to_a_part(answers: list[Answer]) -> list[Answer]:
    """Return those answers for which a part of a page, or a page of a document, is right."""
    return [answer for answer in answers if answer.query.anchor]


def share_to_the_part(answers: list[Answer]) -> float:
    """Return the share, from 0 to 1, of answers that lead to the right part; there must be one."""
    right = [answer.leads_to_the_part for answer in to_a_part(answers)]
    return sum(right) / len(right)


def table(answers: list[Answer]) -> str:
    """Return the measures as a table to print."""
    lines = [f"{'':15}{'queries':>8}{'success@1':>11}{'success@3':>11}{'MRR':>7}"]
    lines += [
        f"{name:15}{of.queries:8}{of.success_at_1:11.1%}{of.success_at_3:11.1%}"
        f"{of.mean_reciprocal_rank:7.3f}"
        for name, of in scores(answers).items()
    ]
    if parts := to_a_part(answers):
        lines.append(f"to the part {len(parts):11}{share_to_the_part(parts):11.1%}")
    return "\n".join(lines)


def misses(answers: list[Answer]) -> str:
    """Return a line for each query without a right answer near the top: what came first instead.

    Then one for each that does not lead to the part that answers.
    """
    lines = [
        f"{answer.query.group:15}{answer.query.text!r}: "
        f"wanted {' or '.join(answer.query.pages)} ({answer.place or 'not found'}), "
        f"first came {answer.found[0] if answer.found else 'nothing'}"
        for answer in answers
        if not 0 < answer.place <= NEAR_THE_TOP
    ]
    lines += [
        f"{answer.query.group:15}{answer.query.text!r}: not to #{answer.query.anchor}"
        for answer in to_a_part(answers)
        if not answer.leads_to_the_part
    ]
    return "\n".join(lines)
