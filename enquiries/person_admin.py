"""In the CMS: what we hold of one person, for those who may export and erase it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from enquiries.models import Action
from enquiries.models.enquiry import EnquiryQuerySet
from enquiries.permissions import PERSONAL_DATA
from enquiries.person import as_json, as_text, enquiries_of, erase
from enquiries.steps import write_down


class PersonForm(forms.Form):
    """Whose data. It is always posted, so that no log of addresses has it."""

    who = forms.CharField(
        label="Reference or e-mail address",
        max_length=254,
        help_text="An e-mail address finds all that was sent from it, through any form.",
    )


class EraseForm(PersonForm):
    confirm = forms.BooleanField(label="Erase all of this for good. Nobody can bring it back.")


class PersonView(WagtailAdminTemplateMixin, View):
    template_name = "enquiries/person.html"
    page_title = "One person's data"
    header_icon = "user"
    found: EnquiryQuerySet | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERSONAL_DATA):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._answer(PersonForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find, export or erase, as the button says. Nobody erases without the tick."""
        form = PersonForm(request.POST)
        if not form.is_valid():
            return self._answer(form, status=422)
        self.found = enquiries_of(form.cleaned_data["who"])
        match request.POST.get("do"):
            case "json":
                return self._file(as_json(self.found), "application/json", "json")
            case "text":
                return self._file(as_text(self.found), "text/plain; charset=utf-8", "txt")
            case "erase":
                return self._erase(form)
        return self._answer(form)

    def _file(self, text: str, content_type: str, ending: str) -> HttpResponse:
        write_down(self.found, Action.EXPORTED, self.request.user)
        disposition = {"Content-Disposition": f'attachment; filename="personal-data.{ending}"'}
        return HttpResponse(text, content_type=content_type, headers=disposition)

    def _erase(self, form: PersonForm) -> HttpResponse:
        confirmed = EraseForm(self.request.POST)
        if not confirmed.is_valid():
            return self._answer(form, confirmed, status=422)
        number = erase(self.found, self.request.user)
        messages.success(self.request, f"{number} enquir{'y' if number == 1 else 'ies'} erased.")
        return redirect("enquiries:person")

    def _answer(
        self, form: PersonForm, erase_form: EraseForm | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.get_context_data(),
            "form": form,
            "who": form.data.get("who", ""),
            "erase_form": erase_form or EraseForm(),
            "found": self.found,
        }
        return self.render_to_response(context, status=status)
