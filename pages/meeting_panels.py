"""A meeting in the CMS: its agenda, its papers, and what is said where they cannot be published."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import InlinePanel, Panel
from wagtail.admin.panels.base import get_form_for_model

from pages.models.papers import PapersNotReadyError, draft_papers, papers_below


class AgendaPanel(InlinePanel):
    """The agenda's rows, whose form is given the meeting that it belongs to."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        model = self.db_field.related_model
        options["formsets"][self.relation_name] |= {
            "form": get_form_for_model(
                model,
                form_class=model.base_form_class,
                defer_required_on_fields=self.child_edit_handler.get_form_options().get(
                    "defer_required_on_fields", []
                ),
            ),
            "inherit_kwargs": ["for_user", "meeting"],
        }
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        def js_opts(self) -> dict[str, Any]:
            return {**super().js_opts(), "type": InlinePanel.__name__}


class PapersPanel(Panel):
    """The papers below the meeting: which are published, and what keeps a draft from being it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "meetings/panels/papers.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            meeting = self.instance
            context["is_saved"] = meeting.pk is not None
            context["papers"] = papers_below(meeting)
            context["drafts"] = draft_papers(meeting, timezone.now()) if meeting.pk else []
            return context


class PapersNotReady:
    """Tell the editor which paper keeps a meeting from being published, however it was tried.

    The form says so before. This is for what does not come past it, such as an approval in the
    list of tasks, and for what another editor changed in the same moment.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead back to the meeting with a message. Other exceptions are left alone."""
        if not isinstance(exception, PapersNotReadyError):
            return None
        messages.error(request, str(exception))
        address = reverse("wagtailadmin_pages:edit", args=[exception.meeting.pk])
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            # What a task's dialogue expects when it is done.
            return JsonResponse({"step": "success", "redirect": address})
        return HttpResponseRedirect(address)
