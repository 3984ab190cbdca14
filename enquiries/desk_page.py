"""One enquiry in the CMS: all that the visitor gave, how far we are, and what to do next."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.base import BaseObjectMixin

from enquiries.desk_forms import STEPS, Step, StepForm
from enquiries.models import Action, Enquiry, HistoryEntry
from enquiries.models.enquiry import EnquiryQuerySet
from enquiries.nhs_numbers import masked
from enquiries.steps import write_down

SHOW = "show"
ONLY_LOOKED_AT = [Action.EXPORTED, Action.SHOWN]
NEEDS_NO_FIRST_LOOK = {"note"}  # whatever happened meanwhile


class EnquiryView(PermissionCheckedMixin, WagtailAdminTemplateMixin, BaseObjectMixin, View):
    """Shows an enquiry and takes the steps that staff take with it.

    Who sends a step after somebody else has changed something is shown that first, with what was
    typed still in the form.
    """

    model = Enquiry
    any_permission_required = ["view", "change"]
    index_url_name = "enquiries:index"
    template_name = "enquiries/enquiry.html"
    header_icon = "mail"
    posted: tuple[Step, StepForm] | None = None
    news: list[HistoryEntry] = []
    is_shown_in_full = False

    def get_base_object_queryset(self) -> EnquiryQuerySet:
        seen = Enquiry.objects.seen_by(self.request.user)
        return seen.select_related("kind", "owner", "page", "page_version", "document")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a step. Answers 409 after news, 422 to what is not filled in right."""
        name = request.POST.get("step")
        if name == SHOW:
            return self._shown_in_full()
        step = next((step for step in STEPS if step.name == name), None)
        if step is None:
            raise Http404
        with transaction.atomic():
            status = self._take(step)
        if status:
            return self.render_to_response(self.get_context_data(), status=status)
        messages.success(request, f"{self.object}: {step.done}")
        return redirect("enquiries:edit", self.object.pk)

    def _shown_in_full(self) -> HttpResponse:
        write_down([self.object], Action.SHOWN, self.request.user)
        self.is_shown_in_full = True
        return self.render_to_response(self.get_context_data())

    def _take(self, step: Step) -> int:
        """Take a step if it can be taken. Returns 0, or the status of the answer if it cannot."""
        Enquiry.objects.select_for_update().get(pk=self.object.pk)  # one at a time
        self.object = self.get_object()
        form = self._form(step, self.request.POST)
        self.posted = step, form
        if not form.is_valid():
            return 422
        self.news = self._news_since(form.cleaned_data["seen"] or 0)
        if (self.news and step.name not in NEEDS_NO_FIRST_LOOK) or not step.is_possible(
            self.object
        ):
            data = self.request.POST.copy()
            data[form.add_prefix("seen")] = str(self._last_seen())
            self.posted = step, self._form(step, data)
            return 409
        step.take(self.object, self.request.user, **form.said())
        return 0

    def _form(self, step: Step, data: Any = None) -> StepForm:
        initial = {"seen": self._last_seen()}
        return step.form(data, prefix=step.name, initial=initial, enquiry=self.object)

    def _last_seen(self) -> int:
        last = self.object.history.order_by("pk").last()
        return last.pk if last else 0

    def _news_since(self, seen: int) -> list[HistoryEntry]:
        news = self.object.history.filter(pk__gt=seen).exclude(action__in=ONLY_LOOKED_AT)
        return list(news.select_related("by"))

    # --- What is shown ---

    def get_page_title(self) -> str:
        return str(self.object)

    def get_page_subtitle(self) -> str:
        return self.object.kind.name

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": "Enquiries"},
            {"url": "", "label": str(self.object), "sublabel": self.object.kind.name},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        enquiry = self.object
        as_shown = str if self.is_shown_in_full else masked
        forms = list(self._forms())
        return {
            **super().get_context_data(**kwargs),
            "enquiry": enquiry,
            "message": as_shown(enquiry.message),
            "answers": [(question, as_shown(str(answer))) for question, answer in enquiry.answers],
            "is_masked": self._is_masked(),
            "promises": list(self._promises()),
            "buttons": [pair for pair in forms if not pair[1].visible_fields()],
            "forms": [pair for pair in forms if pair[1].visible_fields()],
            "posted": self.posted[0] if self.posted else None,
            "news": self.news,
            "history": enquiry.history.select_related("by"),
            "letters": enquiry.letters.all(),
        }

    def _is_masked(self) -> bool:
        words = f"{self.object.message}\n{self.object.answers_in_words}"
        return not self.is_shown_in_full and masked(words) != words

    def _forms(self) -> Iterator[tuple[Step, StepForm]]:
        """Yield the steps that can be taken now, and the one that was just tried."""
        for step in STEPS:
            if self.posted and step is self.posted[0]:
                yield self.posted
            elif step.is_possible(self.object):
                yield step, self._form(step)

    def _promises(self) -> Iterator[tuple[str, date, str]]:
        """Yield what was promised, until when, and how that went or stands."""
        for what, day, done in [
            ("Acknowledge", self.object.acknowledge_by, self.object.acknowledged_at),
            ("Answer", self.object.answer_by, self.object.answered_at),
        ]:
            if day:
                yield what, day, _kept(day, done, timezone.localdate())


def _kept(day: date, done: datetime | None, today: date) -> str:
    """Return in words whether something was or is done by a day."""
    by = timezone.localdate(done) if done else today
    late = (by - day).days
    days = f"{late} day{'s' if late > 1 else ''} late"
    if done:
        return f"done on {by:%-d %B %Y}, {days if late > 0 else 'in time'}"
    return days if late > 0 else "not done yet"
