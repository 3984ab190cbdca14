"""How well the passages that an engine found answer what was typed.

Engines rate passages each in their own way. Here the best of them are rated in one way, so that
every engine gives the same order: what is the page called, what does the heading say, how much
of what was typed is there at all, and how near together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, pairwise

from pages.models.passages import Passage
from pages.search_query import Query, stems_of
from pages.words import FILLERS, stems

TITLES = 2  # the first names are the title and the heading; others are what people call the page
OTHER_NAME = 0.7
# What each of these is worth, each being a share from 0 to 1.
NAME = 2.0
TYPED_IN_FULL = 0.5
ALL_NAMES = 0.2
HEADING = 0.6
TEXT = 0.2
ANYWHERE = 0.3
NEAR = 0.2
OFTEN = 0.1
BEGINNING = 0.1
PARTLY = 0.4  # what a phrase is worth of which only some words are there
OFTEN_ENOUGH = 3  # times that a word stands in a passage
DOCUMENT = 0.9
A_YEAR_OLDER = 0.9
OLDEST = 5  # years; what is older counts no less
OLD = 0.8  # what is older than the editors say
DAYS_IN_A_YEAR = 365


@dataclass(frozen=True)
class Rated:
    """A passage and how well it answers. Scores of one query compare with each other alone."""

    passage: Passage
    score: float
    is_of_the_part: bool = False  # what was typed is in this part, more than in the page's name


class Rater:
    """Rates passages for one query."""

    def __init__(self, query: Query, today: date, old_before: date | None = None) -> None:
        self.query = query
        self.today = today
        self.old_before = old_before
        self.wanted = frozenset(query.all_stems)
        self.pairs = [" ".join(pair) for pair in pairwise(query.stems)]
        whole = sum(term.weight for term in query.terms) or 1
        # Of each term: what its alternatives are worth, the best first.
        self._terms = [
            sorted(
                (
                    (counts * term.weight / whole, frozenset(together))
                    for together, counts in term.alternatives.items()
                ),
                key=lambda alternative: -alternative[0],
            )
            for term in query.terms
        ]
        self._names: dict[str, tuple[float, frozenset[str]]] = {}
        self._shares: dict[frozenset[str], float] = {frozenset(): 0}

    def rate(self, passage: Passage) -> Rated:
        """Return how well a passage answers."""
        name, names = self._rated_names(passage.names)
        text = passage.stems.split()
        found = list(filter(self.wanted.__contains__, text))
        there = frozenset(found)
        in_names, in_text = self._share(names), self._share(there)
        heading = self._named(stems_of(passage.heading))
        coverage = self._share(names | there)
        score = (
            name
            + ALL_NAMES * in_names
            + HEADING * heading
            + TEXT * in_text
            + ANYWHERE * coverage
            + NEAR * self._nearness(f" {passage.stems} ")
            + OFTEN * _frequency(len(found), len(text))
            + BEGINNING * (passage.number == 0)
        )
        of_the_part = in_text > in_names or NAME * heading > name
        return Rated(passage, score * self._standing(passage) * coverage, of_the_part)

    def _share(self, there: frozenset[str]) -> float:
        """Return how much of what is looked for is there, the rare counting more.

        Most passages have the same few of the stems that are wanted, so it is remembered.
        """
        if there not in self._shares:
            self._shares[there] = sum(_worth(alternatives, there) for alternatives in self._terms)
        return self._shares[there]

    def _named(self, name: Sequence[str]) -> float:
        """Return how well a name or heading says what is looked for, and nothing else."""
        there = self.wanted.intersection(name)
        if not there:
            return 0
        content = [x for x in name if x not in FILLERS] or name
        said = sum(x in there for x in content) / len(content)
        return self._share(there) * (0.5 + 0.5 * said)

    def _rated_names(self, names: str) -> tuple[float, frozenset[str]]:
        """Return what the best of the names is worth, and which of the stems they have."""
        if names not in self._names:
            lines, any_of_them = _stems_of_lines(names)
            best = 0.0
            if not self.wanted.isdisjoint(any_of_them):
                best = max(
                    (NAME * self._named(line) + TYPED_IN_FULL * (line == self.query.stems))
                    * (1 if n < TITLES else OTHER_NAME)
                    for n, line in enumerate(lines)
                )
            self._names[names] = best, self.wanted & any_of_them
        return self._names[names]

    def _nearness(self, text: str) -> float:
        """Return which share of the words that were typed side by side stand so in the text."""
        if not self.pairs:
            return 0
        return sum(f" {pair} " in text for pair in self.pairs) / len(self.pairs)

    def _standing(self, passage: Passage) -> float:
        """Return what a passage is worth for what it is: old news less than advice."""
        if passage.document_id:
            return DOCUMENT
        if passage.ages and passage.dated:
            years = min(OLDEST, max(0, (self.today - passage.dated).days / DAYS_IN_A_YEAR))
            is_old = self.old_before and passage.dated < self.old_before
            return A_YEAR_OLDER**years * (OLD if is_old else 1)
        return 1


@lru_cache(maxsize=2_000)
def _stems_of_lines(names: str) -> tuple[list[list[str]], frozenset[str]]:
    """Return the stems of each name, and those of all."""
    lines = [stems(line.split()) for line in names.split("\n")]
    return lines, frozenset(chain.from_iterable(lines))


def _frequency(found: int, words: int) -> float:
    """Return how often what is looked for stands in a text of so many words."""
    often = min(found, OFTEN_ENOUGH) / OFTEN_ENOUGH
    return (often + found / (words or 1)) / 2


def _worth(alternatives: list[tuple[float, frozenset[str]]], there: frozenset[str]) -> float:
    """Return what the best of a term's alternatives is worth that is there, or partly there."""
    best = 0.0
    for worth, together in alternatives:
        if together <= there:
            return max(best, worth)
        if len(together) > 1:
            best = max(best, PARTLY * worth * len(together & there) / len(together))
    return best
