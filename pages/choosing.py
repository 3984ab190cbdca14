"""Choosing among pages by plain forms: filters with the number of pages behind each choice."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractYear
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property
from wagtail.models import PageQuerySet

from pages.forms import PageNumberField
from pages.kept import read_once

ENTRIES_PER_PAGE = 10


@dataclass(frozen=True)
class Choice:
    """A value that may be chosen; `count` is how many results there would be with it."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """A way to choose among the results; `count` is how many there are without it."""

    name: str
    legend: str
    without: str
    count: int
    choices: list[Choice] = field(default_factory=list)

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.is_chosen), None)


@dataclass(frozen=True)
class ListFilter:
    """A fact that each page of a list has one of, or none, and by which readers may choose.

    `value` and `label` are fields or expressions of the database; without a label the value is
    shown. `order` puts the choices in order, by value and label.
    """

    name: str
    legend: str
    without: str
    value: Combinable
    label: Combinable | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    order: Callable[[tuple[str, str]], Any] = lambda choice: choice[1].casefold()
    newest_first: bool = False


class YearOfDate(ExtractYear):
    """The year of a date. SQLite works it out itself, and calls no Python for every row."""

    def as_sqlite(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, Sequence[Any]]:
        sql, values = compiler.compile(self.lhs)
        return f"CAST(substr({sql}, 1, 4) AS integer)", values


def by_year(value: Combinable, legend: str = "Year") -> ListFilter:
    """Return a filter by year, the newest first."""
    return ListFilter("year", legend, "All years", value, order=lambda c: c[0], newest_first=True)


class Listing:
    """Those of some pages that a reader chose, one page of them at a time, and the form to choose.

    It costs two queries: how many pages there are of each kind, which is asked once in a second as
    it takes longer the more pages there are, and the pages that are shown.
    A value that no page has is not chosen, and a page number out of range is the nearest.
    """

    def __init__(
        self,
        name: Hashable,
        pages: PageQuerySet,
        filters: Sequence[ListFilter],
        asked: Mapping[str, str],
    ) -> None:
        """Take the pages in their order, and what was asked for, such as `request.GET`.

        The name tells these pages from those of every other list.
        """
        self._pages = pages
        self._filters = filters
        self._kinds = read_once((Listing, name), self._read_kinds)
        self.chosen = {
            each.name: asked[each.name]
            for each in filters
            if asked.get(each.name) and asked[each.name] in self._choices_of(each)
        }
        self._number = PageNumberField().clean(asked.get("page"))

    def _read_kinds(self) -> list[tuple[dict[str, str], dict[str, str], int]]:
        """Return the kinds of pages that there are: values, labels, and how many have them."""
        values = {f"chosen_{each.name}": each.value for each in self._filters}
        labels = {f"label_{x.name}": x.label for x in self._filters if x.label is not None}
        rows = (
            self._pages.annotate(**values, **labels)
            .order_by()
            .values(*values, *labels)
            .annotate(pages_of_kind=Count("pk"))
        )
        return [self._kind(row) for row in rows]

    def _kind(self, row: dict[str, Any]) -> tuple[dict[str, str], dict[str, str], int]:
        """Return what one row of the counts says."""
        values, labels = {}, {}
        for each in self._filters:
            value = row[f"chosen_{each.name}"]
            values[each.name] = text = "" if value is None else str(value)
            labels[each.name] = each.labels.get(text) or row.get(f"label_{each.name}") or text
        return values, labels, row["pages_of_kind"]

    def _choices_of(self, each: ListFilter) -> dict[str, str]:
        """Return the values of a filter that any page has, with their labels, in order."""
        known = {values[each.name]: labels[each.name] for values, labels, _ in self._kinds}
        known.pop("", None)
        return dict(sorted(known.items(), key=each.order, reverse=each.newest_first))

    def _counts(self, name: str = "") -> Counter[str]:
        """Return how many pages have each value of a filter, under what the others chose."""
        counts: Counter[str] = Counter()
        for values, _, number in self._kinds:
            if all(values[key] == value for key, value in self.chosen.items() if key != name):
                counts[values.get(name, "")] += number
        return counts

    @cached_property
    def filters(self) -> list[Filter]:
        """The filters that leave a choice, or that were chosen."""
        return [
            Filter(
                each.name,
                each.legend,
                each.without,
                counts.total(),
                [
                    Choice(value, label, counts[value], value == self.chosen.get(each.name))
                    for value, label in choices.items()
                    if counts[value] or value == self.chosen.get(each.name)
                ],
            )
            for each in self._filters
            if (choices := self._choices_of(each))
            and (counts := self._counts(each.name))
            and (len(choices) > 1 or "" in counts or each.name in self.chosen)
        ]

    @cached_property
    def results(self) -> PageOfResults:
        """The page of the list that was asked for."""
        chosen = [each for each in self._filters if each.name in self.chosen]
        pages = self._pages.annotate(**{f"chosen_{each.name}": each.value for each in chosen})
        pages = pages.filter(**{f"chosen_{each.name}": self.chosen[each.name] for each in chosen})
        return KnownLength(pages, ENTRIES_PER_PAGE, self._counts().total()).get_page(self._number)

    @property
    def address(self) -> str:
        """The address of the list with what was chosen, up to the number of the page."""
        return f"?{urlencode({**self.chosen, 'page': ''})}"

    @property
    def clear(self) -> str:
        """The address of the list without filters."""
        return "./"

    @property
    def is_chosen_from(self) -> bool:
        return bool(self.chosen)

    @property
    def heading(self) -> str:
        """What was chosen, in words, such as "2021, Winter"; nothing if all is shown."""
        return ", ".join(self._chosen_labels())

    def _chosen_labels(self) -> Iterator[str]:
        for each in self._filters:
            if each.name in self.chosen:
                yield self._choices_of(each)[self.chosen[each.name]]


class KnownLength(Paginator):
    """A paginator that need not count."""

    def __init__(self, pages: PageQuerySet, per_page: int, count: int) -> None:
        super().__init__(pages, per_page)
        self._length = count

    @property
    def count(self) -> int:
        return self._length
