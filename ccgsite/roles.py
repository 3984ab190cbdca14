"""The host of its own that editors have with CCGSITE_ROLE=editor (ccgsite/settings/roles.py)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

KEPT = ("/cms/", "/media/")
NO_ROBOTS = "User-agent: *\nDisallow: /\n"


class EditorsHost:
    """Send readers to the public site, and leave here the CMS, with its previews and images."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A preview is a request for a page's own address, within one of the CMS's.
        if request.path.startswith(KEPT) or getattr(request, "is_dummy", False):
            return self.get_response(request)
        if request.path == "/robots.txt":
            return HttpResponse(NO_ROBOTS, "text/plain; charset=utf-8")
        if request.path == "/":
            return HttpResponseRedirect("/cms/")
        return HttpResponseRedirect(settings.SITE_URL + request.get_full_path())
