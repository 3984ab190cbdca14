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

# The best of what has the words, whatever it is; the entries of the others are not read. The rating
# is SQLite's own, in which the best is the lowest; a word in a title, the last of Wagtail's
# columns, counts ten times as much as one in the text.
# https://www.sqlite.org/fts5.html#the_bm25_function
MATCHES = """
    SELECT entry.object_id, entry.content_type_id
    FROM (
        SELECT rowid AS id, bm25({index}, 1, 1, 10) AS rating
        FROM {index} WHERE {index} MATCH %s ORDER BY rating, rowid DESC LIMIT %s
    ) best CROSS JOIN {entries} entry ON entry.id = best.id
    ORDER BY best.rating, best.id DESC
"""
NO_LIMIT = -1


class Results(KeysFirst, SQLiteSearchResults):
    def keys(self, start: int, stop: int) -> Iterable[str]:
        """Return the keys of what has the words, by one statement that is written out.

        A second is needed only where most of the best are of other kinds.
        """
        kinds = set(get_descendants_content_types_pks(self.query_compiler.queryset.model))
        for most in (2 * stop, NO_LIMIT):
            best = self._best(most)
            keys = [key for key, kind in best if kind in kinds]
            if len(keys) >= stop or len(best) < most:
                break
        return keys[start:stop]

    def _best(self, most: int) -> list[tuple[str, int]]:
        """Return the keys and kinds of what has the words, best first."""
        statement = MATCHES.format(
            index=SQLiteFTSIndexEntry._meta.db_table, entries=IndexEntry._meta.db_table
        )
        with connections[self.query_compiler.queryset.db].cursor() as cursor:
            cursor.execute(statement, [self._match(), most])
            return cursor.fetchall()

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
