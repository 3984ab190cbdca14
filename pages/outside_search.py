"""Wagtail's search on OpenSearch or Elasticsearch, for passages alone.

Drafts, pictures and people stay in the database, where the CMS searches, whatever becomes of the
engine. The stems of passages are indexed as they are, since they are of our own making.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import ParseResult, unquote

from django.db.models import Model
from wagtail.search.backends.base import BaseIndex, BaseSearchBackend

from pages.models.passages import Passage
from pages.words import LONGEST_WORD

# On top of Wagtail's: words end at spaces and nowhere else, and long ones can be typed to the end.
INDEX = {
    "settings": {
        "analysis": {
            "analyzer": {
                "default": {"type": "whitespace"},
                "edgengram_analyzer": {"tokenizer": "whitespace", "filter": ["edgengram"]},
            },
            "filter": {"edgengram": {"max_gram": LONGEST_WORD}},
        }
    }
}


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:  # noqa: N802, Wagtail's name for it
    """Return what WAGTAILSEARCH_BACKENDS describes; `ENGINE` is Wagtail's own module for it.

    There is one for each description in a process, so that its connections are kept.
    """
    return _backend(json.dumps(params, sort_keys=True))


@lru_cache
def _backend(description: str) -> BaseSearchBackend:
    params = json.loads(description)
    engine = import_module(params.pop("ENGINE")).SearchBackend
    parts = {
        "mapping_class": type("Mapping", (WordsAsTheyAre, engine.mapping_class), {}),
        "results_class": type("Results", (AllAtOnce, engine.results_class), {}),
    }
    return type("SearchBackend", (PassagesAlone, engine), parts)(params)


class WordsAsTheyAre:
    """How a mapping says what is indexed letter by letter; what is typed is not taken apart."""

    edgengram_analyzer_config = {
        "analyzer": "edgengram_analyzer",
        "search_analyzer": "whitespace",
    }


class AllAtOnce:
    """Results in one answer of the engine, where Wagtail's would ask for a hundred at a time."""

    def _do_search(self) -> Iterable[Model]:
        if self.stop is None:
            return super()._do_search()
        index = self.backend.get_index_for_model(self.query_compiler.queryset.model)
        options = {self.fields_param_name: "pk", "_source": False}
        found = self._backend_do_search(
            self._get_es_body(),
            index=index.name,
            from_=self.start,
            size=self.stop - self.start,
            **options,
        )
        return self._get_results_from_hits(found["hits"]["hits"])


class PassagesAlone:
    """What makes one of Wagtail's backends for engines ours."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({**params, "INDEX_SETTINGS": INDEX})
        # Wagtail's own command would copy everything there; pages/search_engines.py rebuilds it.
        self.rebuilder_class = None

    def get_index_for_model(self, model: type[Model]) -> BaseIndex:
        """Return the index of passages; whatever else there is goes nowhere."""
        return super().get_index_for_model(model) if model is Passage else BaseIndex(self)

    def bulk(self, client: Any, actions: Iterable[dict], *, index: str, **options: Any) -> Any:
        """Change what an index holds, and the one that is searched so that it is found at once.

        That one is named by an alias, since an engine makes an index with settings of its own for
        any other name that it does not know.
        """
        if index == self.get_index_for_model(Passage).name:
            options |= {"refresh": True, "require_alias": True}
        return super().bulk(client, actions, index=index, **options)

    def delete_bulk(self, model: type[Model], gone: Iterable[Model]) -> None:
        """Forget several at once; those that the engine does not know are none of its errors."""
        index = self.get_index_for_model(model)
        actions = [{"_op_type": "delete", "_id": str(row.pk)} for row in gone]
        self.bulk(self.es, actions, index=index.name, raise_on_error=False)

    def _get_host_config_from_url(self, url: ParseResult) -> dict[str, Any]:
        return super()._get_host_config_from_url(_readable(url))

    def _get_options_from_host_urls(self, urls: list[ParseResult]) -> dict[str, Any]:
        return super()._get_options_from_host_urls([_readable(url) for url in urls])


def _readable(url: ParseResult) -> ParseResult:
    """Return an address with the user's name and password as they are, not percent-encoded."""
    return url._replace(netloc=unquote(url.netloc))
