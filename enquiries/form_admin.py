"""Forms and bank holidays in the CMS: what editors set."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import DeleteView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from enquiries.models import BankHoliday, EnquiryKind
from enquiries.permissions import KindPermissions


class DeleteKindView(DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead back with the reason if the form was used."""
        if self.user_has_permission("delete") and self.object.was_used:
            messages.error(
                request,
                f"“{self.object}” was not deleted, because enquiries have come in through it. "
                "Take away the tick at “open” instead: it then takes nothing in.",
            )
            return redirect(self.edit_url_name, self.object.pk)
        return super().dispatch(request, *args, **kwargs)


class EnquiryKindViewSet(ModelViewSet):
    model = EnquiryKind
    name = "enquiry_forms"
    url_prefix = "enquiry-forms"
    icon = "form"
    menu_label = "Enquiry forms"
    add_to_settings_menu = True
    list_display = [
        "name",
        "slug",
        "code",
        BooleanColumn("is_open", label="Open"),
        Column("kept_for", label="Keep for"),
    ]
    delete_view_class = DeleteKindView
    permission_policy = KindPermissions()


class BankHolidayList(IndexView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        gap = BankHoliday.gap(timezone.localdate())
        if gap and not self.results_only:
            messages.warning(request, gap)
        return super().get(request, *args, **kwargs)


class BankHolidayViewSet(ModelViewSet):
    model = BankHoliday
    name = "bank_holidays"
    url_prefix = "bank-holidays"
    icon = "date"
    menu_label = "Bank holidays"
    add_to_settings_menu = True
    index_view_class = BankHolidayList
    list_display = ["name", "day"]
    form_fields = ["day", "name"]
    copy_view_enabled = False
