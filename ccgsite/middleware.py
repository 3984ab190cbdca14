"""What every answer carries, and which requests are refused before they reach a page."""

import re
from collections.abc import Callable
from http import HTTPStatus

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from wagtail.contrib.redirects.middleware import RedirectMiddleware
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from ccgsite.keeping import BY_NOBODY, cache_control
from pages.document_addresses import for_editors
from pages.public import public_pages
from pages.views import bad_request, method_not_allowed
from privacy.consent import Choice
from privacy.policy import sources
from privacy.registry import versions

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_ADDRESS = 4096
LONGEST_SEARCH = 65_536
PARTS_OF_PAGES = (
    *(".avif", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".webp"),
    *(".css", ".js", ".map", ".webmanifest", ".woff", ".woff2"),
)
FILES = ("/documents/", "/media/", "/static/")
WITH_COOKIES = ("/cms/", "/cookie-consent/")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)


class SafetyHeaders:
    """Headers that Django has no setting for.

    Who may keep an answer that does not say so itself is decided here, where it is whole.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):  # a part of a page links to nothing
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            # A browser is not to look up, beforehand, the names of sites that a page links to.
            response.headers.setdefault("X-DNS-Prefetch-Control", "off")
        response.headers.setdefault("Cache-Control", cache_control(request, response))
        return response


class ContentSecurityPolicy(CSPMiddleware):
    """The public policy with what the visitor's cookie choice lets in, but not inside the CMS.

    The CMS fetches a preview through all middleware, as a request within its own, and shows it
    in a frame: the CMS's policy belongs to that answer, and is added by the outer request.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Read the choice, before the cookies are taken away from what makes the page."""
        super().process_request(request)
        request.cookie_choice = Choice.of(request)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponse, report_only: bool = False
    ) -> PolicyParts:
        """Let in what was chosen, unless the answer has a policy of its own."""
        parts = super().get_policy_parts(request, response, report_only)
        if parts.replace is None and not report_only:
            parts.update = sources(request.cookie_choice)
        if parts.update:  # this policy is not for whoever asks next
            response.headers.setdefault("Cache-Control", BY_NOBODY)
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header, unless the request is a preview's."""
        if getattr(request, "is_dummy", False):
            return response
        unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
        if unchanged and request.path.startswith(FILES):
            return response  # the browser keeps the policy that came with the file
        if unchanged or response.headers.get("Content-Type", "").startswith("text/html"):
            # For deploy/nginx, which decides the policy of the pages that it passes on.
            response.headers["Consent-Versions"] = versions()
        return super().process_response(request, response)


class CleanAddresses:
    """Answer 400 to control characters in a path and to over-long addresses.

    PostgreSQL refuses NUL in text, so none may reach a query: a path with one is refused, and
    one in a query string is dropped, since search has to answer whatever was typed. For that
    reason the words of a search may be as many as the server takes; the search cuts them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        longest = LONGEST_SEARCH if request.path.startswith("/search/") else LONGEST_ADDRESS
        if len(request.path) + len(query) > longest or CONTROL_CHARACTER.search(request.path):
            return bad_request(request, BadRequest("malformed address"))
        request.META["QUERY_STRING"] = query.replace("%00", "").replace("\0", "")
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return method_not_allowed(request, response)
        return response


class CookielessPages:
    """Take away what cookies a request has, unless it is for the CMS or for cookie choices.

    A public page is the same for everyone, so nothing on the way to it may read a cookie.
    Django's middleware would even answer a malformed CSRF cookie with a new one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(WITH_COOKIES):
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)


class EditorsAddresses:
    """Let all that is made inside the CMS lead to its own addresses of documents.

    A preview is a request within one of the CMS's, so its links do as well.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/cms/"):
            return self.get_response(request)
        with for_editors():
            return self.get_response(request)


class OldAddresses(RedirectMiddleware):
    """Wagtail's redirects, and addresses typed or printed in capital letters."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Send a reader on from an address that is not found, where the new one is known."""
        if response.status_code != HTTPStatus.NOT_FOUND or request.method not in {"GET", "HEAD"}:
            return response
        if request.path.lower().endswith(PARTS_OF_PAGES):
            return response  # a browser asks for these unasked: nobody may answer for us
        response = super().process_response(request, response)
        if response.status_code != HTTPStatus.NOT_FOUND:
            return response
        path = request.path.lower()
        site = Site.find_for_request(request)
        old = Redirect.get_for_site(site).filter(old_path__iexact=path.rstrip("/")).first()
        if old and old.link:
            return HttpResponsePermanentRedirect(old.link)
        if path == request.path:
            return response
        url_path = site.root_page.url_path + path.strip("/") + "/"
        if public_pages().filter(url_path=url_path).exists():
            return HttpResponsePermanentRedirect(path.rstrip("/") + "/")
        return response
