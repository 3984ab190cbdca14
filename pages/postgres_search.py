"""Wagtail's search on PostgreSQL, asked in a way that stays fast on a large site."""

from collections.abc import Iterable
from functools import reduce

from django.db import connections
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import RawSQL
from modelsearch.backends.database.postgres.postgres import (
    IndexEntry,
    PostgresSearchBackend,
    PostgresSearchResults,
)
from modelsearch.utils import get_descendants_content_types_pks

from pages.keys_first import AnyText, KeysFirst

ENTRY = "index_entries__"  # how Wagtail's query gets to the index from the rows


class Results(KeysFirst, PostgresSearchResults):
    def _do_search(self) -> list[Model]:
        if self.query_compiler.fields:  # these are not in the index, but in the rows
            return PostgresSearchResults._do_search(self)
        return super()._do_search()

    def of_these(self, rows: QuerySet, keys: list[object]) -> QuerySet:
        """Return those of the rows that have one of the keys, which are sent as one value.

        Hundreds of values take longer to be read, here and there, than to be looked up.
        """
        kind = rows.model._meta.pk.rel_db_type(connections[rows.db])
        return rows.filter(pk__in=RawSQL(f"SELECT unnest(%s::{kind}[])", [keys]))  # noqa: S611

    def keys(self, start: int, stop: int) -> Iterable[str]:
        """Return the keys of what has the words, rated as Wagtail rates it."""
        asked = self.query_compiler
        query = asked.build_tsquery(asked.query, config=asked.get_config(self.backend))
        if query is None:  # nothing but spaces and hyphens
            return []
        vectors = [
            (
                F(vector.name.removeprefix(ENTRY)),
                F(boost.name.removeprefix(ENTRY)) if isinstance(boost, F) else boost,
            )
            for vector, boost in asked.get_index_vectors(query)
        ]
        rank = asked._build_rank_expression(vectors, asked.get_config(self.backend))
        words = reduce(lambda one, other: one._combine(other, "||", False), [v for v, _ in vectors])
        return (
            IndexEntry.objects.alias(words=words)
            .filter(
                words=query,
                content_type__in=get_descendants_content_types_pks(asked.queryset.model),
            )
            .order_by(rank.desc(), "-pk")
            .values_list("object_id", flat=True)[start:stop]
        )


class SearchBackend(AnyText, PostgresSearchBackend):
    results_class = Results
