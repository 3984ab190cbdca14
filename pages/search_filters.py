"""Choosing among the results: by part of the site, by type and by date, with how many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from django.utils.text import slugify
from wagtail.models import Page, get_page_models

from pages.choosing import Choice, Filter
from pages.models.base import BasePage
from pages.navigation import Navigation
from pages.search import Hit
from pages.search_recommended import Recommended

ORDINARY = BasePage.kind_for_readers
DOCUMENT = "Document"
OTHER_WEBSITE = "Other website"
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)
DATES = {
    "past-month": "Past month",
    "past-year": "Past year",
    "older": "More than a year ago",
}


@dataclass(frozen=True)
class Result:
    """One of the results, with the values by which it can be chosen: each filter's, by its name."""

    source: Hit | Recommended
    values: dict[str, set[str]]

    def is_among(self, chosen: Mapping[str, str]) -> bool:
        """Return whether it is one of those that were chosen."""
        return all(value in self.values[name] for name, value in chosen.items())


class Filters:
    """What is known to choose from, and what of it was chosen."""

    def __init__(self, navigation: Navigation, asked: Mapping[str, str], today: date) -> None:
        """Take the sections from the menu. Values that nothing is known of are not chosen."""
        self.root = navigation.root
        self.today = today
        self.sections = {item.path: item.url.strip("/") for item in navigation.menu}
        self.labels: dict[str, dict[str, str]] = {
            "section": {item.url.strip("/"): item.title for item in navigation.menu},
            "type": {_slug(kind): kind for kind in _kinds()},
            "date": DATES,
        }
        self.chosen = {
            name: asked[name] for name in self.labels if asked.get(name) in self.labels[name]
        }

    def results(self, sources: Iterable[Hit | Recommended]) -> list[Result]:
        """Return the results with the values by which they can be chosen."""
        return [Result(source, self._values(source)) for source in sources]

    def _values(self, source: Hit | Recommended) -> dict[str, set[str]]:
        path = source.page.path[: len(self.root.path) + Page.steplen] if source.page else ""
        dated = source.passage.dated if source.passage else None
        return {
            "section": {self.sections[path]} if path in self.sections else set(),
            "type": {_slug(kind_of(source))},
            "date": self._dates(dated) if dated else set(),
        }

    def _dates(self, dated: date) -> set[str]:
        if dated < self.today - YEAR:
            return {"older"}
        return {"past-year", "past-month"} if dated >= self.today - MONTH else {"past-year"}

    def of(self, results: Sequence[Result]) -> list[Filter]:
        """Return the filters that change anything about these results, or were chosen."""
        filters = (
            self._filter("section", "Part of this website", "All parts", results),
            self._filter("type", "Type", "All types", results),
            self._filter("date", "Date", "Any date", results),
        )
        return [
            one
            for one in filters
            if one.chosen or any(choice.count < one.count for choice in one.choices)
        ]

    def _filter(self, name: str, legend: str, without: str, results: Sequence[Result]) -> Filter:
        others = {key: value for key, value in self.chosen.items() if key != name}
        left = [result for result in results if result.is_among(others)]
        chosen = self.chosen.get(name)
        counts = {
            value: sum(value in result.values[name] for result in left)
            for value in self.labels[name]
        }
        choices = [
            Choice(value, label, counts[value], value == chosen)
            for value, label in self.labels[name].items()
            if counts[value] or value == chosen
        ]
        return Filter(name, legend, without, len(left), choices)


def kind_of(source: Hit | Recommended) -> str:
    """Return what to call something of its type."""
    if source.passage:
        return source.passage.kind
    return ORDINARY if source.page else OTHER_WEBSITE


@lru_cache(maxsize=100)
def _slug(kind: str) -> str:
    """Return a type as addresses name it. Each of many results has one of a few."""
    return slugify(kind)


@cache
def _kinds() -> list[str]:
    """Return what search calls the types of pages, documents and what is elsewhere, each once."""
    of_pages = {
        kind
        for model in get_page_models()
        if issubclass(model, BasePage)
        for kind in model.kinds_for_readers()
    }
    return [*sorted(of_pages), DOCUMENT, OTHER_WEBSITE]
