"""The report of pages that need somebody's attention."""

from datetime import date

from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page, PageQuerySet
from wagtail.permissions import page_permission_policy

from pages.models import BasePage, ContentStatus


class PagesToLookAfter(ReportView):
    """Live pages that are incomplete or past their review date."""

    page_title = "Pages to look after"
    header_icon = "clipboard-list"
    index_url_name = "pages_to_look_after"
    index_results_url_name = "pages_to_look_after_results"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    list_export = ["title", "content_owner", "get_content_status_display", "review_due_on"]
    columns = [
        TitleColumn("title", label="Page", url_name="wagtailadmin_pages:edit"),
        Column("content_owner", label="Owner"),
        Column("get_content_status_display", label="How far it can be relied on"),
        DateColumn("review_due_on", label="Review due"),
    ]

    def get_queryset(self) -> PageQuerySet:
        return pages_to_look_after(timezone.localdate())


def pages_to_look_after(today: date) -> PageQuerySet:
    """Return the live pages that are incomplete or overdue for review on that day."""
    needs_care = Q(review_due_on__lt=today) | Q(content_status=ContentStatus.PLACEHOLDER)
    ids: list[int] = []
    for model in apps.get_models():
        if issubclass(model, BasePage):
            ids += model.objects.filter(needs_care, live=True).values_list("pk", flat=True)
    return Page.objects.filter(pk__in=ids).order_by("path").specific()
