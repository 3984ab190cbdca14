"""Wagtail's search on SQLite, asked in a way that stays fast on a large site.

Wagtail's own query rates every match anew for every row that it returns, which takes time with
the square of their number. Here the full-text index is asked once, best first, and the rows are
fetched by their keys. What is asked in any other way goes to Wagtail's own query.
"""

from collections.abc import Iterator

from django.db.models import FloatField, Func, Model
from modelsearch.backends.database.sqlite.query import MatchExpression
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteFTSIndexEntry,
    SQLiteSearchBackend,
    SQLiteSearchResults,
)
from modelsearch.query import PlainText
from modelsearch.utils import get_descendants_content_types_pks

TITLE = 10  # how much a word in a title counts beside one in the text


class Rating(Func):
    """SQLite's bm25() with weights for the columns of Wagtail's index: the best is the lowest.

    https://www.sqlite.org/fts5.html#the_bm25_function
    """

    output_field = FloatField()

    def as_sql(self, *_: object) -> tuple[str, list[float]]:
        return f"bm25({SQLiteFTSIndexEntry._meta.db_table}, 1.0, 1.0, {TITLE}.0)", []


class Results(SQLiteSearchResults):
    """Results by relevance: of one search for words, up to a number."""

    def _do_search(self) -> list[Model]:
        asked = self.query_compiler
        if (
            not isinstance(asked.query, PlainText)
            or not asked.order_by_relevance
            or self._score_field
            or self.stop is None
        ):
            return super()._do_search()
        rows = asked.queryset
        keys: list[object] = []
        for some in self._keys_best_first(filtered=bool(rows.query.where)):
            there = set(rows.filter(pk__in=some).values_list("pk", flat=True))
            keys += [key for key in some if key in there]
            if len(keys) >= self.stop:
                break
        keys = keys[self.start : self.stop]
        found = rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def _keys_best_first(self, *, filtered: bool) -> Iterator[list[object]]:
        """Yield the keys of all that has the words, more each time if many may be filtered out."""
        asked = self.query_compiler
        query = asked.build_search_query(asked.query, config=asked.get_config(self.backend))
        key = asked.queryset.model._meta.pk
        keys = (
            SQLiteFTSIndexEntry.objects.filter(
                MatchExpression(asked.fields or asked.FTS_TABLE_FIELDS, query),
                index_entry__content_type__in=get_descendants_content_types_pks(
                    asked.queryset.model
                ),
            )
            .order_by(Rating(), "-index_entry")
            .values_list("index_entry__object_id", flat=True)
        )
        start, end = 0, self.stop * (4 if filtered else 1)
        while True:
            some = [key.to_python(x) for x in keys[start:end]]
            yield some
            if len(some) < end - start:
                return
            start, end = end, end * 4


class SearchBackend(SQLiteSearchBackend):
    results_class = Results
