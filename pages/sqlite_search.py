"""Wagtail's search on SQLite, asked in a way that stays fast on a large site."""

from collections.abc import Iterable

from django.db import connections
from modelsearch.backends.database.sqlite.sqlite import (
    IndexEntry,
    SQLiteFTSIndexEntry,
    SQLiteSearchBackend,
    SQLiteSearchResults,
)
from modelsearch.utils import get_descendants_content_types_pks

from pages.keys_first import AnyText, KeysFirst

# What of the index has the words. The rating is SQLite's own, in which the best is the lowest; a
# word in a title, the last of Wagtail's columns, counts ten times as much as one in the text.
# https://www.sqlite.org/fts5.html#the_bm25_function
MATCHES = """
    SELECT entry.object_id
    FROM {index} JOIN {entries} entry ON entry.id = {index}.rowid
    WHERE {index} MATCH %s AND entry.content_type_id IN ({types})
    ORDER BY bm25({index}, 1, 1, 10), entry.id DESC
    LIMIT %s OFFSET %s
"""


class Results(KeysFirst, SQLiteSearchResults):
    def keys(self, start: int, stop: int) -> Iterable[str]:
        """Return the keys of what has the words, by one statement that is written out."""
        asked = self.query_compiler
        kinds = get_descendants_content_types_pks(asked.queryset.model)
        statement = MATCHES.format(
            index=SQLiteFTSIndexEntry._meta.db_table,
            entries=IndexEntry._meta.db_table,
            types=",".join(["%s"] * len(kinds)),
        )
        with connections[asked.queryset.db].cursor() as cursor:
            cursor.execute(statement, [self._match(), *kinds, stop - start, start])
            return [key for (key,) in cursor.fetchall()]

    def _match(self) -> str:
        """Return what SQLite looks for: https://www.sqlite.org/fts5.html#full_text_query_syntax.

        The words have letters and digits alone (AnyText), so nothing in them has another meaning.
        """
        asked = self.query_compiler
        words = [f'"{word}"' for word in asked.query.query_string.split()]
        if asked.LAST_TERM_IS_PREFIX:
            words[-1] += "*"
        columns = " ".join(asked.fields or asked.FTS_TABLE_FIELDS)
        return f"{{{columns}}} : ({f' {asked.query.operator.upper()} '.join(words)})"


class SearchBackend(AnyText, SQLiteSearchBackend):
    results_class = Results
