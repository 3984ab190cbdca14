"""Search. It names no page type: each type says what of it can be found.

A search engine gives candidates among the passages of everything public, by the stems of what was
typed and of what that may mean; here they are rated, gathered by page, and checked once more
against what a visitor may see.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import wraps
from itertools import accumulate, chain
from math import inf
from typing import ParamSpec, TypeVar

from django.db.models import F, Q
from django.utils import timezone
from wagtail.search.query import PlainText

from pages.models.media import SiteDocument
from pages.models.passages import DocumentOffer, Passage
from pages.public import IsOpenCollection, PublicPage, read_public
from pages.search_lists import EmergencyRule, SearchLists
from pages.search_query import LONGEST_QUERY, MOST_WORDS, Query, understand
from pages.search_ranking import Rated, Rater
from pages.search_recommended import Recommended, pins_for
from pages.vocabulary import Vocabulary
from pages.words import words

MOST_CANDIDATES = 150  # passages that are rated here
MOST_MATCHED = 3_000  # passages that an engine is asked to rate
ENOUGH = 0.2  # of the best score; what is below has too little to do with what was typed
MOST_SUGGESTIONS = 6
MOST_NAMED = 100  # candidates for these
SHORTEST_TO_SUGGEST = 3

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class SearchUnavailableError(Exception):
    """The search engine, or what search reads of the database, does not answer."""


def or_unavailable(search: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let a way of searching raise SearchUnavailableError for whatever goes wrong in it."""

    @wraps(search)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return search(*args, **kwargs)
        except SearchUnavailableError:
            raise
        except Exception as error:  # each engine has exceptions of its own
            raise SearchUnavailableError from error

    return asked


@dataclass(frozen=True)
class Hit:
    """One result: a page, or a document with the page that offers it."""

    page: PublicPage
    passage: Passage  # or a row of it, as search reads it
    is_of_the_part: bool  # rather than of the page or document as a whole
    document: SiteDocument | None = None

    @property
    def title(self) -> str:
        """What to call it: the heading of the page, or the title of the document."""
        return self.document.title if self.document else (self.page.seo_title or self.page.title)

    @property
    def address(self) -> str:
        """Where the page or document is, as a whole."""
        return (self.document.url if self.document else self.page.url) or ""

    @property
    def url(self) -> str:
        """Where to find what was typed: the part that has it, or the beginning."""
        anchor = self.passage.anchor if self.is_of_the_part else ""
        return f"{self.address}#{anchor}" if anchor else self.address


@dataclass(frozen=True)
class Results:
    """What was found for what was typed."""

    query: Query
    hits: list[Hit]
    emergency: EmergencyRule | None = None
    pins: list[Recommended] = field(default_factory=list)  # none of them is among the hits
    are_the_best: bool = False  # of more that were not looked at


@or_unavailable
def search_pages(text: str, lists: SearchLists | None = None) -> Results:
    """Return what a visitor may see that answers, best first.

    `lists` are the editors' synonyms, emergency phrases and pins, those in force if not given.
    Raises SearchUnavailableError.
    """
    lists = lists or SearchLists.current()
    vocabulary = Vocabulary.current()
    query = understand(text, vocabulary, lists)
    candidates = _candidates(query, vocabulary)
    hits = _public(_best(candidates, query, lists))
    emergency = next(
        (rule for rule in lists.emergencies if any(map(query.says, rule.phrases))), None
    )
    pins = pins_for(query, lists)
    pinned = {pin.page.pk for pin in pins if pin.page}
    hits = [hit for hit in hits if hit.document or hit.page.pk not in pinned]
    return Results(query, hits, emergency, pins, len(candidates) >= MOST_CANDIDATES)


@or_unavailable
def suggest(text: str) -> list[Hit]:
    """Return the few pages and documents that somebody may want who has typed this much.

    They are those whose names have the words, the last of which need not be finished; and if
    these are too few, the best results for what has been typed. Raises SearchUnavailableError.
    """
    typed = words(text[:LONGEST_QUERY])[:MOST_WORDS]
    begun = " ".join(typed)
    if len(begun) < SHORTEST_TO_SUGGEST:
        return []
    called_so = sorted(
        _with_names(typed, "and"), key=lambda x: _unlikeness(x.names.split("\n"), begun)
    )
    ranked = [Rated(passage, 0) for passage in called_so[: 2 * MOST_SUGGESTIONS]]
    if len(ranked) < MOST_SUGGESTIONS:
        lists = SearchLists.current()
        query = understand(text, Vocabulary.current(), lists)
        long = [x for x in query.all_stems if len(x) >= SHORTEST_TO_SUGGEST]
        ranked += _best(_with_names(long, "or"), query, lists)[:MOST_SUGGESTIONS]
    hits = _public(ranked)
    return list({hit.address: hit for hit in reversed(hits)}.values())[::-1][:MOST_SUGGESTIONS]


def _with_names(looked_for: list[str], operator: str) -> Iterable[Passage]:
    """Return the beginnings of pages and documents that are called so; the last word may go on."""
    if not looked_for:
        return []
    asked = PlainText(" ".join(looked_for), operator=operator)
    return Passage.objects.as_rows().autocomplete(asked)[:MOST_NAMED]


def _unlikeness(names: list[str], begun: str) -> tuple[bool, bool, int]:
    """Return how far names are from what has been typed so far: more is farther."""
    return (
        not names[0].startswith(begun),
        not any(name.startswith(begun) for name in names),
        len(names[0]),
    )


def _best(passages: Iterable[Passage], query: Query, lists: SearchLists) -> list[Rated]:
    """Return the best passage of each page and document, the best first.

    What has too little to do with what was typed is left out.
    """
    rater = Rater(query, timezone.localdate(), lists.old_before)
    best: dict[tuple[int | None, int | None], Rated] = {}
    for passage in passages:
        rated = rater.rate(passage)
        source = passage.page_id, passage.document_id
        if source not in best or rated.score > best[source].score:
            best[source] = rated
    # Equals stand in the order in which they were made, whatever the engine.
    ranked = sorted(
        best.values(),
        key=lambda rated: (
            -rated.score,
            rated.passage.page_id or inf,
            rated.passage.document_id or 0,
        ),
    )
    return [rated for rated in ranked if rated.score >= ENOUGH * ranked[0].score]


def _candidates(query: Query, vocabulary: Vocabulary) -> Collection[Passage]:
    """Return the passages that an engine finds with any of the stems.

    An engine rates all that it finds. On a large site a stem may be in half of the passages, and
    says little: such are looked for only in names, and where all that was typed stands together.
    A few long documents must not crowd out the pages.
    """
    passages = Passage.objects.as_rows()
    frequent_last = sorted(query.all_stems, key=vocabulary.stem_counts.__getitem__)
    matched = accumulate(map(vocabulary.stem_counts.__getitem__, frequent_last))
    rare = [x for x, so_far in zip(frequent_last, matched, strict=True) if so_far <= MOST_MATCHED]
    any_rare = PlainText(" ".join(rare), operator="or")
    found = list(passages.search(any_rare)[:MOST_CANDIDATES]) if rare else []
    of_pages = sum(passage.page_id is not None for passage in found)
    if of_pages < len(found) / 2:  # those of pages that are there already are the best of them
        found += passages.filter(document=None).search(any_rare)[of_pages:MOST_CANDIDATES]
    if len(rare) < len(frequent_last):
        found += _with_names(frequent_last, "or")
        if not found or len(query.terms) > 1:
            typed = chain.from_iterable(next(iter(term.alternatives)) for term in query.terms)
            all_typed = PlainText(" ".join(typed), operator="and")
            found += passages.search(all_typed)[:MOST_CANDIDATES]
    return {passage.pk: passage for passage in found}.values()


def _public(ranked: list[Rated]) -> list[Hit]:
    """Return what a visitor may see, whatever the passages say."""
    documents: dict[int, SiteDocument] = {}
    offers: dict[int, list[int]] = {}
    for offer in _offers({r.passage.document_id for r in ranked} - {None}):
        documents[offer.document_id] = offer.document
        offers.setdefault(offer.document_id, []).append(offer.page_id)
    wanted = {r.passage.page_id for r in ranked} | {x for ids in offers.values() for x in ids}
    pages = {page.pk: page for page in read_public(Q(pk__in=wanted - {None}))}
    hits = []
    for rated in ranked:
        document = documents.get(rated.passage.document_id)
        if document:
            offering = [pages[x] for x in offers.get(document.pk, ()) if x in pages]
            page = min(offering, key=lambda page: page.path, default=None)
        else:
            page = pages.get(rated.passage.page_id)
        if page and (document or rated.passage.page_id):
            hits.append(Hit(page, rated.passage, rated.is_of_the_part, document))
    return hits


def _offers(documents: set[int]) -> Iterable[DocumentOffer]:
    """Return which pages, public or not, offer those of the documents that are not private."""
    if not documents:
        return []
    offers = DocumentOffer.objects.filter(IsOpenCollection(F("document__collection__path")))
    return offers.filter(document__in=documents).select_related("document")
