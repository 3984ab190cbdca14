"""How the database's search engines are asked so that they stay fast on a large site.

Wagtail's own queries join every match with its row, or rate it anew for every row returned. Here
the index alone is asked, once, best first, and the rows are fetched by their keys. What is asked in
any other way than for words, by relevance, up to a number goes to Wagtail's own query.
"""

from collections.abc import Iterator

from django.db.models import Model, QuerySet
from modelsearch.query import PlainText


class KeysFirst:
    """Results of a search; with `entries()` it makes one of Wagtail's classes of results ours."""

    def entries(self) -> QuerySet:
        """Return the keys, as text, of everything of the index that has the words, best first."""
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
        rows = asked.queryset
        filtered = bool(rows.query.where)
        keys: list[object] = []
        for some in self._keys_best_first(filtered=filtered):
            there = rows.filter(pk__in=some).values_list("pk", flat=True) if filtered else some
            keys += filter(set(there).__contains__, some)
            if len(keys) >= self.stop:
                break
        keys = keys[self.start : self.stop]
        found = rows.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def _keys_best_first(self, *, filtered: bool) -> Iterator[list[object]]:
        """Yield the keys of all that has the words, more each time if many may be filtered out."""
        key = self.query_compiler.queryset.model._meta.pk
        entries = self.entries()
        start, end = 0, self.stop * (4 if filtered else 1)
        while True:
            some = [key.to_python(x) for x in entries[start:end]]
            yield some
            if len(some) < end - start:
                return
            start, end = end, end * 4
