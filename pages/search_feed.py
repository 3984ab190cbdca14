"""A search to follow: the newest of what it finds, as an Atom feed."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from pages.feeds import MOST_ENTRIES, FeedEntry, atom_feed
from pages.forms import ResultsForm
from pages.moments import start_of
from pages.navigation import Navigation
from pages.search import Hit, SearchUnavailableError, search_pages
from pages.search_filters import Filters
from pages.search_results import address, say_why
from pages.views import read_only


@read_only
def search_feed(request: HttpRequest) -> HttpResponse:
    """Answer with the newest of what was found for `q`, under the filters of the page of results.

    Without words there is nothing to follow: Http404. If search does not work just now the
    answer is a 503, so that feed readers ask again.
    """
    form = ResultsForm(request.GET)
    form.is_valid()  # it always is
    asked = form.cleaned_data
    query = asked["q"]
    if not query:
        raise Http404
    today = timezone.localdate()
    navigation = Navigation.of(request)
    filters = Filters(navigation, asked, today)
    try:
        hits = search_pages(query).hits
    except SearchUnavailableError as error:
        say_why(error)
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    chosen = [x.source for x in filters.results(hits) if x.is_among(filters.chosen)]
    newest = sorted(chosen, key=lambda hit: hit.passage.dated or today, reverse=True)
    response = atom_feed(
        request,
        title=f"Search for {query}",
        about=address(query, filters.chosen),
        address=address(query, filters.chosen, of="search_feed"),
        entries=[_entry(hit) for hit in newest[:MOST_ENTRIES]],
        changed=start_of(today),
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _entry(hit: Hit) -> FeedEntry:
    dated = start_of(hit.passage.dated or timezone.localdate())
    return FeedEntry(hit.title, hit.address, hit.page.search_description, updated=dated)
