"""Wagtail's search on SQLite, asked in a way that stays fast on a large site."""

from django.db.models import FloatField, Func, QuerySet
from modelsearch.backends.database.sqlite.query import MatchExpression
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteFTSIndexEntry,
    SQLiteSearchBackend,
    SQLiteSearchResults,
)
from modelsearch.utils import get_descendants_content_types_pks

from pages.keys_first import AnyText, KeysFirst

TITLE = 10  # how much a word in a title counts beside one in the text


class Rating(Func):
    """SQLite's bm25() with weights for the columns of Wagtail's index: the best is the lowest.

    https://www.sqlite.org/fts5.html#the_bm25_function
    """

    output_field = FloatField()

    def as_sql(self, *_: object) -> tuple[str, list[float]]:
        return f"bm25({SQLiteFTSIndexEntry._meta.db_table}, 1.0, 1.0, {TITLE}.0)", []


class Results(KeysFirst, SQLiteSearchResults):
    def entries(self) -> QuerySet:
        """Return the keys of the entries that have the words."""
        asked = self.query_compiler
        query = asked.build_search_query(asked.query, config=asked.get_config(self.backend))
        return (
            SQLiteFTSIndexEntry.objects.filter(
                MatchExpression(asked.fields or asked.FTS_TABLE_FIELDS, query),
                index_entry__content_type__in=get_descendants_content_types_pks(
                    asked.queryset.model
                ),
            )
            .order_by(Rating(), "-index_entry")
            .values_list("index_entry__object_id", flat=True)
        )


class SearchBackend(AnyText, SQLiteSearchBackend):
    results_class = Results
