"""The report of what the processing register leaves open."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import PageQuerySet
from wagtail.permissions import page_permission_policy

from privacy.models import PrivacyNoticePage
from privacy.worklist import Row, approvals_to_renew, missing_facts, rows_of


class ProcessingRegister(ReportView):
    """Every activity of the notices that a person may edit: what is missing, what ran out."""

    page_title = "Processing register"
    header_icon = "list-ul"
    index_url_name = "processing_register"
    index_results_url_name = "processing_register_results"
    results_template_name = "privacy/reports/register.html"
    paginate_by = None
    export_filename = "processing-register-worklist"
    export_headings = {
        "activity.title": "Activity",
        "not_stated": "Not stated",
        "approvals_in_words": "Approvals to renew",
        "activity.page.title": "Notice",
    }
    list_export = list(export_headings)
    columns = [
        TitleColumn("activity.title", label="Activity", get_url=lambda row: row.address),
        Column("not_stated", label="Not stated"),
        Column("approvals_in_words", label="Approvals to renew"),
        Column("activity.page.title", label="Notice"),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not editable_notices(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> list[Row]:
        return register_rows(self.request.user)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["tasks"] = [*approvals_to_renew(self.object_list), *missing_facts(self.object_list)]
        return context


def editable_notices(user: AbstractBaseUser) -> PageQuerySet:
    """Return the privacy notices that this person may edit."""
    pages = page_permission_policy.instances_user_has_permission_for(user, "change")
    return pages.type(PrivacyNoticePage)


def register_rows(user: AbstractBaseUser) -> list[Row]:
    """Return the activities of these notices, each notice as its latest draft has it."""
    return [
        row
        for notice in editable_notices(user).specific()
        for row in rows_of(
            notice.get_latest_revision_as_object().activities.all(),
            form=reverse("wagtailadmin_pages:edit", args=[notice.pk]),
        )
    ]
