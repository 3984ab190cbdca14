"""Where visitors' cookie choices are made, read and changed: never cached, never another site's.

The forms stand on pages that are the same for everyone, so they carry no token of their own.
What a browser says of where a form came from protects them instead.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from cookie_consent.forms import ProcessCookiesForm
from cookie_consent.views import CookieGroupAcceptView, CookieGroupDeclineView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from pages.views import form_not_trusted
from privacy.consent import Choice, is_current, record
from privacy.cookie_forms import CookieChoicesForm
from privacy.cookie_sections import sections
from privacy.registry import groups_in_use

CookieView = Callable[..., HttpResponse]


def from_this_site(view: CookieView) -> CookieView:
    """Answer 403 to a form that another site sent.

    As Go's http.CrossOriginProtection does: `Sec-Fetch-Site` decides, which no page can set; a
    browser without it sends `Origin` with a POST; what sends neither is not a browser.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not _is_ours(request):
            return form_not_trusted(request)
        return view(request, *args, **kwargs)

    return checked


def _is_ours(request: HttpRequest) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


protected = method_decorator([never_cache, csrf_exempt, from_this_site], name="dispatch")


class GroupsView:
    """What saying yes and saying no to some groups have in common.

    POST: `cookie_groups` (one or more) or `all_groups`, and `next`, an address of this site to go
    back to; its fragment says what was chosen unless it has one of its own.
    """

    accepted: bool
    told_at: str

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ProcessCookiesForm(data=request.POST)
        groups = list(form.get_cookie_groups()) if form.is_valid() else []
        address = self.get_success_url()
        if not groups or not address.startswith("/"):
            return HttpResponseRedirect(reverse("cookie_choices"))
        if self.accepted and not all(is_current(request, group) for group in groups):
            return HttpResponseRedirect(address)  # there the banner asks what is asked now
        if not urlsplit(address).fragment:
            address += f"#{self.told_at}"
        response = HttpResponseRedirect(address)
        record(request, response, {group.varname: self.accepted for group in groups})
        return response


@protected
class AcceptView(GroupsView, CookieGroupAcceptView):
    """A yes to some groups."""

    accepted = True
    told_at = "cookies-accepted"


@protected
class DeclineView(GroupsView, CookieGroupDeclineView):
    """A no to some groups."""

    accepted = False
    told_at = "cookies-rejected"


@protected
class ChoicesView(View):
    """A visitor's own choices: what was chosen and when, and the form to change it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choices; `saved` says that they are new, `back` is where to go on."""
        return self._page(request, request.GET.get("back", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Record an answer for each group, and show it at an address of its own."""
        back = request.POST.get("back", "")
        groups = groups_in_use().values()
        changed = [group for group in groups if not is_current(request, group)]
        form = CookieChoicesForm(groups, changed, data=request.POST)
        if not form.is_valid():
            return self._page(request, back, form)
        query = urlencode({"saved": "yes", "back": local_address(request, back)})
        response = HttpResponseRedirect(f"{reverse('cookie_choices')}?{query}")
        record(request, response, form.answers())
        return response

    def _page(
        self, request: HttpRequest, back: str, form: CookieChoicesForm | None = None
    ) -> HttpResponse:
        choice = Choice.of(request)
        context = {
            "choice": choice,
            "sections": sections(choice, form),
            "form": form,
            "saved": choice.chosen_at and "saved" in request.GET,
            "back": local_address(request, back or request.headers.get("Referer", "")),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
        return render(request, "privacy/cookie_choices.html", context, status=status)


def local_address(request: HttpRequest, address: str) -> str:
    """Return an address of this site without scheme and host; of any other, the home page's."""
    if not url_has_allowed_host_and_scheme(address, request.get_host()):
        return "/"
    parts = urlsplit(address)
    path = f"/{parts.path.lstrip('/')}"
    return f"{path}?{parts.query}" if parts.query else path
