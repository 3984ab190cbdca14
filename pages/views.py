"""Pages outside the tree: error pages, and the files that robots and browsers ask for."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from wagtail.models import Site

from pages.models import SiteSettings
from pages.routing import RoutedPage, page_at

View = Callable[..., HttpResponse]


def read_only(view: View) -> View:
    """Answer 405 to all but GET and HEAD; what cannot be written to has no form to forge."""
    return csrf_exempt(require_safe(view))


@csrf_exempt
def page(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with the page of the tree at an address, which is asked to accept the method.

    Wagtail's own view also asks who may see the page. `page_at` finds what everyone may.
    """
    site = SiteSettings.for_request(request).site
    found, rest = page_at(site.root_page, [part for part in path.split("/") if part])
    result = RoutedPage.route if isinstance(found, RoutedPage) else type(found).route
    found, args, kwargs = result(found, request, rest)
    return found.check_request_method(request, *args, **kwargs) or found.serve(
        request, *args, **kwargs
    )


@read_only
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers what not to read and where the sitemap is."""
    lines = [
        "User-agent: *",
        "Disallow: /cms/",
        "Disallow: /cookie-consent/",
        "Disallow: /enquiries/",
        "Disallow: /search/",
        f"Sitemap: {Site.find_for_request(request).root_url}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@read_only
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(static("img/favicon.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the page for a request that cannot be understood.

    A request for another host's name gets one line: no page of ours belongs to that name.
    """
    if isinstance(exception, DisallowedHost):
        return HttpResponseBadRequest("This site does not go by that name.\n", "text/plain")
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def form_not_trusted(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the page for a form that did not come from this site, or came too late."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def method_not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the page for an address that can only be read, keeping the header that says so."""
    page = render(request, "405.html", status=405)
    page.headers["Allow"] = response.headers["Allow"]
    return page


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Show the one page that needs no database and no context."""
    return HttpResponse(render_to_string("500.html"), status=500)
