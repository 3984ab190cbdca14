"""The page of results, and the suggestions under a search box: what a search found, as read."""

import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from pages.choosing import Filter
from pages.forms import ResultsForm, SearchForm
from pages.models.media import SiteDocument
from pages.navigation import Navigation
from pages.public import PublicPage
from pages.search import Hit, Results, SearchUnavailableError, search_pages, suggest
from pages.search_filters import ORDINARY, Filters, kind_of
from pages.search_nearest import pages_named_like, spelling_for
from pages.search_query import Query
from pages.search_recommended import Recommended
from pages.search_snippets import Fragment, LookedFor, marked, snippet, things_in
from pages.views import read_only
from pages.words import words

RESULTS_PER_PAGE = 10
PAGE_OF_PDF = "page="
IN_TRAIL = " \u203a "  # between the titles of a trail

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One result as it is read."""

    title: str
    url: str
    part: str = ""  # which part of the page or document the address leads to
    above: list[str] = field(default_factory=list)  # the titles above it, the outermost first
    text: list[Fragment] = field(default_factory=list)
    kind: str = ""  # unless it is an ordinary page
    dated: date | None = None  # where the date helps
    document: SiteDocument | None = None
    offered_by: PublicPage | None = None
    host: str = ""  # of another site
    is_recommended: bool = False


@dataclass(frozen=True)
class ChosenFilter:
    """A filter that is in force, and the address of the results without it."""

    legend: str
    label: str
    without: str


@read_only
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found for `q`, or how to go on; 503 if search does not work just now."""
    form = ResultsForm(request.GET)
    form.is_valid()  # it always is
    asked = form.cleaned_data
    if not asked["q"]:
        return render(request, "search/results.html", {"query": ""})
    navigation = Navigation.of(request)
    try:
        shown = results_page(asked, navigation)
    except SearchUnavailableError as error:
        say_why(error)
        return render(
            request,
            "search/unavailable.html",
            {"query": asked["q"], "nav": navigation},
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    return render(request, "search/results.html", shown)


@read_only
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return the few pages that somebody may want who has typed `q` so far, as JSON.

    If search does not work just now the list is empty and the status 503: the script shows
    nothing then, and the form goes on working.
    """
    form = SearchForm(request.GET)
    form.is_valid()
    navigation = Navigation.of(request)
    status = HTTPStatus.OK
    try:
        found = [_suggestion(hit, navigation) for hit in suggest(form.cleaned_data["q"])]
    except SearchUnavailableError as error:
        say_why(error)
        found, status = [], HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"X-Robots-Tag": "noindex"}
    return JsonResponse({"suggestions": found}, status=status, headers=headers)


def say_why(error: SearchUnavailableError) -> None:
    """Log what went wrong and where, but no later line of its message: it may quote the words."""
    cause = error.__cause__ or error
    reason = str(cause).partition("\n")[0]
    *_, (place, line) = traceback.walk_tb(cause.__traceback__)
    name = place.f_code.co_filename
    log.error("Search does not work: %s: %s (%s:%s)", type(cause).__name__, reason, name, line)


def results_page(asked: Mapping[str, Any], navigation: Navigation) -> dict[str, Any]:
    """Return what the template shows of a search. Raises SearchUnavailableError."""
    query = asked["q"]
    found = search_pages(query)
    filters = Filters(navigation, asked, timezone.localdate())
    every = filters.results([*found.pins, *found.hits])
    chosen = [result.source for result in every if result.is_among(filters.chosen)]
    pages = Paginator(chosen, RESULTS_PER_PAGE)
    results = pages.page(min(asked["page"], pages.num_pages))
    shown_filters = filters.of(every) if every else []
    spelling = "" if every else spelling_for(query)
    return {
        "nav": navigation,
        "query": query,
        "emergency": found.emergency.card if found.emergency else "",
        "looked_for": found.query.corrected if every and found.query.corrected else query,
        "misspelt": _misspelt(query, found.query) if every else [],
        "results": results,
        "entries": list(_entries(results.object_list, found, navigation)),
        "are_the_best": found.are_the_best,
        "filters": shown_filters,
        "chosen": list(_chosen(shown_filters, query, filters.chosen)),
        "without_filters": len(every),
        "clear": address(query, {}),
        "address": address(query, filters.chosen) + "&page=",
        "feed": address(query, filters.chosen, of="search_feed"),
        "spelling": spelling,
        "spelling_address": address(spelling, {}),
        "nearest": [] if every else pages_named_like(query),
    }


def address(query: str, chosen: Mapping[str, str], of: str = "search") -> str:
    """Return the address of the results for some words, with some filters, or of their feed."""
    return f"{reverse(of)}?{urlencode({'q': query, **chosen})}"


def _chosen(
    filters: Iterable[Filter], query: str, chosen: Mapping[str, str]
) -> Iterator[ChosenFilter]:
    for each in filters:
        if each.chosen:
            others = {name: value for name, value in chosen.items() if name != each.name}
            yield ChosenFilter(each.legend, each.chosen.label, address(query, others))


def _misspelt(text: str, query: Query) -> list[str]:
    """Return the words, as typed but in small letters, that others were looked for instead of."""
    if not query.corrected:
        return []
    right = set(query.corrected.split())
    return list(dict.fromkeys(word for word in words(text) if word not in right))


# --- Entries ----------------------------------------------------------------------------------


def _entries(
    sources: Iterable[Hit | Recommended], found: Results, navigation: Navigation
) -> Iterator[Entry]:
    """Yield what is shown of some results."""
    wanted = LookedFor.by(found.query)
    for source in sources:
        if isinstance(source, Recommended):
            yield _recommended(source, navigation)
        elif source.document:
            yield _document(source, source.document, wanted, navigation)
        else:
            yield _page(source, wanted, navigation)


def _recommended(pin: Recommended, navigation: Navigation) -> Entry:
    return Entry(
        pin.title,
        pin.url,
        above=navigation.titles_above(pin.page) if pin.page else [],
        text=[Fragment(pin.description, is_found=False)],
        kind=_kind(pin),
        host=pin.host,
        is_recommended=True,
    )


def _page(hit: Hit, wanted: LookedFor, navigation: Navigation) -> Entry:
    part = hit.passage.heading if hit.is_of_the_part and hit.passage.anchor else ""
    text = snippet(hit.passage.text, wanted)
    found = len(things_in(text))
    if not (found and part):
        summary = marked(hit.page.search_description, wanted)
        if len(things_in(summary)) >= found:
            text = summary  # it says best what the page as a whole is about
    return Entry(
        hit.title,
        hit.url,
        part="" if part == hit.title else part,
        above=navigation.titles_above(hit.page),
        text=text,
        kind=_kind(hit),
        dated=hit.passage.dated if hit.passage.ages else None,
    )


def _document(hit: Hit, document: SiteDocument, wanted: LookedFor, navigation: Navigation) -> Entry:
    anchor = hit.passage.anchor if hit.is_of_the_part else ""
    is_page = anchor.startswith(PAGE_OF_PDF)
    return Entry(
        hit.title,
        hit.url,
        part=f"page\u00a0{anchor.removeprefix(PAGE_OF_PDF)} of the document" if is_page else "",
        above=navigation.titles_above(hit.page),
        text=snippet(hit.passage.text, wanted),
        kind=_kind(hit),
        dated=hit.passage.dated,
        document=document,
        offered_by=hit.page,
    )


def _kind(source: Hit | Recommended) -> str:
    kind = kind_of(source)
    return "" if kind == ORDINARY else kind


def _suggestion(hit: Hit, navigation: Navigation) -> dict[str, str]:
    above = navigation.titles_above(hit.page)
    title = hit.title
    if hit.document:
        above = [*above, hit.page.title]
        title = f"{title} ({hit.document.file_type})"
    return {"title": title, "url": hit.url, "within": IN_TRAIL.join(above)}
