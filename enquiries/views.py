"""The forms as visitors see them, and what becomes of what they send.

Nothing here needs a cookie or JavaScript, and no cache keeps it. What a browser says of where a
form came from protects it, as it does the cookie choices.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import uuid5

from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from enquiries import form_numbers, spool
from enquiries.about import About, PublicSite
from enquiries.clean import refuse_all_but_text
from enquiries.crowds import marks
from enquiries.form_numbers import FormNumber
from enquiries.forms import FORMS, TRAP, EnquiryForm, StateForm
from enquiries.models import Enquiry, EnquiryKind
from enquiries.receiving import Message, receive
from enquiries.suspicion import TooMany, suspicion

OPEN_TOO_LONG = "Send this again: the page had been open for too long"
TOO_MANY = "Wait 10 minutes and send this again: too many messages came at once"
WAIT = 600  # seconds
HOME = {"title": "Home", "url": "/"}
ALL_FORMS = {"title": "Contact forms", "url": "/enquiries/"}
HIDDEN = {"origin", "number", "send_anyway", TRAP}
AnyView = Callable[..., HttpResponse]

log = logging.getLogger(__name__)


def for_visitors(view: AnyView) -> AnyView:
    """Refuse what another site sent or is no text, and keep all caches but the visitor's out.

    A browser may keep an empty form for its Back button: what is sent from there again has the
    same number, and is stored once. Raises PermissionDenied or BadRequest.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            if not _is_ours(request):
                raise PermissionDenied
            refuse_all_but_text(request)
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK and request.method != "POST":
            patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
        else:
            response.headers["Cache-Control"] = "no-store"  # it may hold what somebody typed
        return response

    return guarded


def _is_ours(request: HttpRequest) -> bool:
    """Return whether a form came from this site, by Fetch Metadata, or by Origin without it."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


@for_visitors
def list_forms(request: HttpRequest) -> HttpResponse:
    """List the forms that are open."""
    kinds = EnquiryKind.objects.filter(is_open=True)
    return render(request, "enquiries/forms.html", {"kinds": kinds, "trail": [HOME]})


@method_decorator(for_visitors, name="dispatch")
class FormView(View):
    """One form to fill in; `page`, `version`, `section` and `document` say what it is about."""

    http_method_names = ["get", "head", "options"]
    site: PublicSite | None = None  # the addresses give it

    kind: EnquiryKind | None = None  # None while the database is away
    about = About()
    form: EnquiryForm

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.empty_form(get_object_or_404(_kinds(), slug=slug))

    def empty_form(self, kind: EnquiryKind) -> HttpResponse:
        """Show a form to fill in, or how else to reach us if it is closed."""
        self.kind = kind
        self.about = About.of(self.request, self.site, kind)
        self.form = FORMS[kind.subject](kind, self.about)
        return self.page(form_numbers.issue(kind))

    def page(self, number: str, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        """Show the form; a closed one says how else to reach us."""
        acknowledge_by, answer_by = self.kind.deadlines(timezone.localdate())
        context = {
            "kind": self.kind,
            "form": self.form,
            "about": self.about,
            "number": number,
            "trap": TRAP,
            "acknowledge_by": acknowledge_by,
            "answer_by": answer_by,
            "typed": self.typed(),
            "trail": [HOME, ALL_FORMS],
        }
        return render(self.request, "enquiries/form.html", context, status=status)

    def typed(self) -> list[str]:
        """Return everything that somebody typed, whatever the question."""
        sent = self.request.POST.items()
        return [text for name, text in sent if name not in HIDDEN and text.strip()]


@method_decorator(for_visitors, name="dispatch")
class SubjectView(FormView):
    """The form about a subject, whatever editors called it: links on every page lead here."""

    def get(self, request: HttpRequest, subject: str) -> HttpResponse:
        kind = _kinds().filter(subject=subject).order_by("-is_open", "pk").first()
        if kind is None:
            raise Http404
        return self.empty_form(kind)


@method_decorator(for_visitors, name="dispatch")
class SendView(FormView):
    """What is done with a form that was sent.

    A good one is stored and leads on to its state. Whatever is wrong with one, the answer holds
    all that was typed: 422 for what the visitor can mend, 429 for too many, 503 if it can be
    kept nowhere. The address is not that of the form: a browser forgets what it kept of an
    address that something is sent to, and the Back button would bring a form with a new number.
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("enquiry_form", args=[slug]))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        self.about = About.from_form(request.POST.get("origin", ""))
        number = self.number()
        try:
            self.kind = get_object_or_404(_kinds(), slug=slug)
        except DatabaseError:
            if number is None:
                return self.kept_nowhere()
        if self.kind and number and number.kind != self.kind.pk:
            number = None
        subject = self.kind.subject if self.kind else number.subject
        self.form = FORMS[subject](self.kind, self.about, data=request.POST)
        if self.kind and not self.kind.is_open:
            return self.page("", HTTPStatus.GONE)
        if number is None:
            self.form.add_error(None, OPEN_TOO_LONG)
        if not self.form.is_valid():
            return self.again(number)
        try:
            why = suspicion(request, number, self.form)
        except TooMany:
            self.form.add_error(None, TOO_MANY)
            response = self.again(number, HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(WAIT)
            return response
        return self.take_in(self.message(number, why))

    def number(self) -> FormNumber | None:
        """Return the number that was sent with the form, if it still holds."""
        try:
            return form_numbers.read(self.request.POST.get("number", ""))
        except form_numbers.FormNumberError:
            return None

    def message(self, number: FormNumber, why: str) -> Message:
        """Return what to store. The same words sent again are the same message, others are not."""
        facts = {**self.about.facts, **self.form.facts()}
        submission = uuid5(number.submission, json.dumps(facts, sort_keys=True))
        shared = marks(self.request, number, facts["message"])
        return Message(number.kind, number.code, submission, facts, why, shared)

    def take_in(self, message: Message) -> HttpResponse:
        """Store a message, or keep it until the database is back; say so only if it is true."""
        address = reverse("enquiry_state", args=[message.reference, message.secret])
        try:
            receive(message)
        except DatabaseError:
            log.exception("A message cannot be stored, and goes to the spool")
        else:
            return HttpResponseRedirect(f"{address}?sent=yes", status=HTTPStatus.SEE_OTHER)
        try:
            spool.put(message)
        except OSError:
            log.exception("A message cannot be kept, and its sender is told")
            return self.kept_nowhere()
        ways = self.about.ways
        context = {"reference": message.reference, "address": address, "ways": ways}
        return HttpResponse(render_to_string("enquiries/kept.html", context))

    def kept_nowhere(self) -> HttpResponse:
        """Say, without the database, that nothing reached us, and give back all of it."""
        context = {"typed": self.typed(), "ways": self.about.ways}
        html = render_to_string("enquiries/kept_nowhere.html", context)
        return HttpResponse(html, status=HTTPStatus.SERVICE_UNAVAILABLE)

    def again(
        self, number: FormNumber | None, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
    ) -> HttpResponse:
        """Show the form with what was typed and what is wrong, under its number if that holds."""
        if self.kind is None:
            return self.kept_nowhere()
        if number is None:
            return self.page(form_numbers.issue(self.kind), status)
        return self.page(self.request.POST["number"], status)


@for_visitors
def state(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Show how far we are with an enquiry, to whoever has its reference and its secret.

    `sent`: it was sent just now. Nothing of what it says is shown.
    """
    enquiry = (
        Enquiry.objects.filter(reference=reference, secret=secret).select_related("kind").first()
    )
    context = {"enquiry": enquiry, "sent": "sent" in request.GET, "trail": [HOME, ALL_FORMS]}
    status = HTTPStatus.OK if enquiry else HTTPStatus.NOT_FOUND
    return render(request, "enquiries/state.html", context, status=status)


@for_visitors
def find_state(request: HttpRequest) -> HttpResponse:
    """Ask for a reference and its secret, and lead on to the state of the enquiry."""
    form = StateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return HttpResponseRedirect(reverse("enquiry_state", args=form.names()))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "trail": [HOME, ALL_FORMS]}
    return render(request, "enquiries/find_state.html", context, status=status)


def _kinds() -> QuerySet[EnquiryKind]:
    return EnquiryKind.objects.select_related("contact", "activity__page")
