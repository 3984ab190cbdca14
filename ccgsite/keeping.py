"""What may be kept of our answers, and for how long: one rule for our own store and every edge.

An edge is a cache in front of the site, such as nginx or a CDN; it reads the rule from
Cache-Control (RFC 9111, RFC 5861). Whatever is not certain to be the same for everyone is not kept.
"""

from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

# What is shown may be 5 seconds old. An edge that counts whole seconds, as nginx does, keeps a page
# for up to one second longer, and a page is made with cookie facts that may be a second old.
SECONDS = 3
SECONDS_IF_WE_FAIL = 24 * 60 * 60

# A browser asks each time: a page that it kept would come with the policy of before the visitor's
# last cookie choice. For that reason nothing allows "stale-while-revalidate", which browsers heed.
BY_AN_EDGE = f"public, max-age=0, s-maxage={SECONDS}, stale-if-error={SECONDS_IF_WE_FAIL}"
BY_NOBODY = "no-cache"

# What is each visitor's own, what follows what was typed, and files, which have rules of their own.
NEVER = (
    "/cms/",
    "/cookie-consent/",
    "/documents/",
    "/enquiries/",
    "/media/",
    "/search/",
    "/static/",
)
KINDS = (
    "application/atom+xml",
    "application/json",
    "application/xml",
    "text/calendar",
    "text/csv",
    "text/html",
    "text/plain",
)
# The names that lists read from an address; an answer to any other name is not kept.
PARAMETERS = {"committee", "kind", "level", "page", "state", "topic", "type", "year"}
# What others hang on to our addresses; no page reads it.
TRACKING = {"_ga", "_gl", "dclid", "fbclid", "gclid", "mc_cid", "mc_eid", "msclkid"}
LONGEST_QUERY = 200


def known_query(query: str) -> str | None:
    """Return a query in its one spelling, without tracking; None if a name in it is not known."""
    if not query:
        return ""
    if len(query) > LONGEST_QUERY:
        return None
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name not in TRACKING and not name.startswith("utm_")
    ]
    names = {name for name, _ in pairs}
    if len(names) < len(pairs) or not names <= PARAMETERS:
        return None
    return urlencode(sorted(pairs))


def cache_control(request: HttpRequest, response: HttpResponse) -> str:
    """Return who may keep an answer that says nothing of it itself."""
    may_be_kept = (
        request.method in {"GET", "HEAD"}
        and not request.path.startswith(NEVER)
        and known_query(request.META.get("QUERY_STRING", "")) is not None
        and not getattr(request, "is_dummy", False)  # a preview
        and not response.cookies
        and (
            response.status_code == HTTPStatus.NOT_MODIFIED
            or (
                response.status_code == HTTPStatus.OK
                and response.headers.get("Content-Type", "").startswith(KINDS)
            )
        )
    )
    return BY_AN_EDGE if may_be_kept else BY_NOBODY
