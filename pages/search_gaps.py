"""Searches that found nothing, told by the page that said so: a POST, since no GET may write.

What is kept is a sample, without what could say who searched: `SearchWithoutResults` has at most
one mark for a phrase and a day. Asking twice, or a thousand times, adds nothing.
"""

import logging
from datetime import date

from django.core.exceptions import BadRequest
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pages.forms import SearchForm
from pages.models.searching import SearchWithoutResults
from pages.scrubbing import scrubbed
from pages.search import SearchUnavailableError, search_pages
from pages.views import bad_request, form_not_trusted

LONGEST_BODY = 4096  # bytes
MOST_NEW_IN_A_DAY = 200
MOST_KEPT = 2000

log = logging.getLogger(__name__)


@csrf_exempt  # a public page has no cookie that a token could be held against
@require_http_methods(["GET", "HEAD", "POST"])
def without_results(request: HttpRequest) -> HttpResponse:
    """Take the words `q` of a search without results, and thank for them at the same address."""
    if request.method != "POST":
        return render(request, "search/thank_you.html")
    if not is_from_this_site(request):
        return form_not_trusted(request)
    if len(request.body) > LONGEST_BODY:
        return bad_request(request, BadRequest("more than a search"))
    form = SearchForm({"q": request.POST.get("q", "")})
    if form.is_valid():
        record(form.cleaned_data["q"], timezone.localdate())
    return redirect("search_without_results")


def is_from_this_site(request: HttpRequest) -> bool:
    """Return whether a browser says that a page of this site sent the request.

    Every browser says so in one of two headers, which no page can set.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def record(text: str, today: date) -> None:
    """Keep that somebody searched for this today, if it finds nothing and names nobody."""
    words = scrubbed(text)
    try:
        if words and not _is_marked(words, today) and finds_nothing(text):
            _mark(words, today)
            _trim(today)
    except (DatabaseFailure, SearchUnavailableError) as error:  # its message may hold the words
        log.warning("A search without results was not recorded: %s", type(error).__name__)


def finds_nothing(text: str) -> bool:
    results = search_pages(text)
    return not (results.hits or results.pins)


def _is_marked(words: str, today: date) -> bool:
    return SearchWithoutResults.objects.filter(words=words, last_on__gte=today).exists()


@transaction.atomic
def _mark(words: str, today: date) -> None:
    """Add the day to the phrase's days, unless another request did just now."""
    SearchWithoutResults.objects.expired(today).delete()
    known = SearchWithoutResults.objects.filter(words=words)
    if known.filter(last_on__lt=today).update(days=F("days") + 1, last_on=today):
        return
    if SearchWithoutResults.objects.filter(first_on=today).count() < MOST_NEW_IN_A_DAY:
        SearchWithoutResults.objects.get_or_create(
            words=words, defaults={"first_on": today, "last_on": today}
        )


def _trim(today: date) -> None:
    """Delete what is too many: of this day, the last ones to come; of all, the oldest.

    It follows the transaction, so that it also counts what came at the same time.
    """
    new_today = SearchWithoutResults.objects.filter(first_on=today).order_by("pk")
    newest = SearchWithoutResults.objects.order_by("-last_on", "-pk")
    for surplus in (new_today[MOST_NEW_IN_A_DAY:], newest[MOST_KEPT:]):
        too_many = list(surplus.values_list("pk", flat=True))
        SearchWithoutResults.objects.filter(pk__in=too_many).delete()
