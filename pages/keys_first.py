"""How the database's search engines are asked, so that they stay fast and take any text.

Wagtail's own queries join every match with its row, or rate it anew for every row returned. Here
the index alone is asked, once, best first, and the rows are fetched by their keys. What is asked in
any other way than for words, by relevance, up to a number goes to Wagtail's own query.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from django.db.models import Model, QuerySet
from modelsearch.backends.base import BaseSearchResults
from modelsearch.query import PlainText, SearchQuery

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 100
KEYS_AT_ONCE = 5_000  # of what may be filtered out: to ask for more costs less than to ask again


class AnyText:
    """A search engine that may be asked for anything that somebody types, as editors do.

    Wagtail's own fail: on SQLite at a quotation mark, both at a NUL or at a thousand words
    (https://github.com/wagtail/wagtail/issues/13227).
    """

    def _search(
        self, compiler: type, query: str | SearchQuery, *args: Any, **kwargs: Any
    ) -> BaseSearchResults:
        if isinstance(query, str):
            query = _words(query)
        elif isinstance(query, PlainText):
            found = _words(query.query_string)
            query = found and PlainText(found, operator=query.operator, boost=query.boost)
        return super()._search(compiler, query, *args, **kwargs)


def _words(text: str) -> str:
    return " ".join(WORD.findall(text)[:MOST_WORDS])


class KeysFirst:
    """Results of a search; with `keys()` it makes one of Wagtail's classes of results ours."""

    def keys(self, start: int, stop: int) -> Iterable[str]:
        """Return the keys of what of the index has the words, best first, from one to another."""
        raise NotImplementedError

    def _do_search(self) -> list[Model]:
        asked = self.query_compiler
        if (
            not isinstance(asked.query, PlainText)
            or not asked.order_by_relevance
            or self._score_field
            or self.stop is None
        ):
            return super()._do_search()
        if self.stop <= self.start:
            return []
        rows = asked.queryset
        filtered = bool(rows.query.where)
        keys: list[object] = []
        for some in self._keys_best_first(filtered=filtered):
            there = self.of_these(rows, some).values_list("pk", flat=True) if filtered else some
            keys += filter(set(there).__contains__, some)
            if len(keys) >= self.stop:
                break
        keys = keys[self.start : self.stop]
        found = {row.pk: row for row in self.of_these(rows.order_by(), keys)}
        return [found[key] for key in keys if key in found]

    def of_these(self, rows: QuerySet, keys: list[object]) -> QuerySet:
        """Return those of the rows that have one of the keys."""
        return rows.filter(pk__in=keys)

    def _keys_best_first(self, *, filtered: bool) -> Iterator[list[object]]:
        """Yield the keys of all that has the words, some at a time if many may be filtered out."""
        key = self.query_compiler.queryset.model._meta.pk
        number = max(KEYS_AT_ONCE, self.stop) if filtered else self.stop
        for start in count(0, number):
            found = [key.to_python(x) for x in self.keys(start, start + number)]
            for at in range(0, len(found), 4 * self.stop):
                yield found[at : at + 4 * self.stop]
            if len(found) < number:
                return
