"""What search engines are told of passages.

One in the database takes part in the transaction, where its entries go with the passages. One
outside hears of it afterwards; if it fails, the site goes on and the log says so.
"""

import logging
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from wagtail.search.backends import get_search_backend, get_search_backends_with_name
from wagtail.search.backends.base import BaseIndex, BaseSearchBackend

from pages.models.passages import IndexState, Passage

logger = logging.getLogger(__name__)

AT_ONCE = 1_000  # passages
SECONDS_TO_REBUILD = 60  # for each request to the engine


class SearchEngineError(Exception):
    """A search engine outside the database does not do what it is told."""


def tell_engines(gone: list[Passage], fresh: list[Passage]) -> None:
    """Have the search engines find some passages and no longer others."""
    for name, engine in get_search_backends_with_name(with_auto_update=True):
        if engine.catch_indexing_errors:
            transaction.on_commit(partial(_tell_outside, name, engine, gone, fresh))
        else:
            engine.add_bulk(Passage, fresh)


def tell_engine_inside(passages: list[Passage]) -> None:
    """Have the search engine in the database find passages, which it may know already."""
    for _, engine in get_search_backends_with_name(with_auto_update=True):
        if not engine.catch_indexing_errors:
            engine.add_bulk(Passage, passages)


def rebuild_outside(*, only_new: bool = False) -> None:
    """Give each engine outside of the database all passages anew; those alone that have no index.

    It is searched as before until all is there. Raises SearchEngineError.
    """
    for name, engine in get_search_backends_with_name(with_auto_update=True):
        if engine.catch_indexing_errors:
            try:
                patient = get_search_backend(name, TIMEOUT=SECONDS_TO_REBUILD)
                if not (only_new and patient.get_index_for_model(Passage).is_alias()):
                    _rebuild(patient)
            except Exception as error:
                reason = (str(error).splitlines() or [type(error).__name__])[0]
                message = (
                    f"The search engine cannot be filled: {reason}. Check SEARCH_URL and that the "
                    "engine runs, then run manage.py rebuild_search."
                )
                raise SearchEngineError(message) from error


def _tell_outside(
    name: str, engine: BaseSearchBackend, gone: list[Passage], fresh: list[Passage]
) -> None:
    try:
        if gone:
            engine.delete_bulk(Passage, gone)
        engine.add_bulk(Passage, fresh)
    except Exception:
        logger.exception("Search engine '%s' was not told; run manage.py rebuild_search", name)


def _rebuild(engine: BaseSearchBackend) -> None:
    """Fill an index beside the one that is searched, then let it take that one's place."""
    rebuilder = engine.atomic_rebuilder_class(engine.get_index_for_model(Passage))
    index = rebuilder.start()
    try:
        index.add_model(Passage)
        told = set(Passage.objects.values_list("pk", flat=True))
        _add(index, told)
        with transaction.atomic():
            IndexState.lock()
            # Passages come and go, and none changes; those that went are not found in the database.
            _add(index, set(Passage.objects.values_list("pk", flat=True)) - told)
            rebuilder.finish()
    except BaseException:
        index.delete()
        raise


def _add(index: BaseIndex, passage_ids: Iterable[int]) -> None:
    ids = sorted(passage_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = Passage.objects.filter(pk__in=ids[start : start + AT_ONCE])
        index.add_items(Passage, list(some))
