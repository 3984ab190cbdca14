"""The reports of pages and documents that need somebody's attention."""

from datetime import date

from django.apps import apps
from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.documents.permissions import permission_policy as document_permission_policy
from wagtail.models import Page, PageQuerySet
from wagtail.permissions import page_permission_policy

from pages.models import BasePage, ContentStatus, PublicationPage
from pages.models.media import SiteDocumentQuerySet
from pages.public import public_only


def report_paths(report: type[ReportView], address: str) -> list[URLPattern]:
    """Return the two addresses of a report of the CMS: the page, and its results alone."""
    return [
        path(f"reports/{address}/", report.as_view(), name=report.index_url_name),
        path(
            f"reports/{address}/results/",
            report.as_view(results_only=True),
            name=report.index_results_url_name,
        ),
    ]


def report_entry(report: type[ReportView], order: int, item: type[MenuItem] = MenuItem) -> MenuItem:
    """Return a report's entry in the CMS's menu of reports."""
    return item(
        report.page_title,
        reverse(report.index_url_name),
        icon_name=report.header_icon,
        order=order,
    )


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


class DocumentsNotSearched(ReportView):
    """Documents of whose text search does not find all, and why."""

    page_title = "Documents search cannot read"
    header_icon = "doc-full-inverse"
    index_url_name = "documents_not_searched"
    index_results_url_name = "documents_not_searched_results"
    permission_policy = document_permission_policy
    any_permission_required = ["add", "change"]
    list_export = ["title", "filename", "found_by"]
    columns = [
        TitleColumn("title", label="Document", url_name="wagtaildocs:edit"),
        Column("filename", label="File"),
        Column("found_by", label="What search finds"),
    ]

    def get_queryset(self) -> SiteDocumentQuerySet:
        """Return those that the user may change."""
        documents = self.permission_policy.instances_user_has_any_permission_for(
            self.request.user, ["change"]
        )
        return documents.not_found_in_full().order_by("title", "pk")


class PublicationsFilesOnly(ReportView):
    """Publications that readers can see and that have no text of their own."""

    page_title = "Publications that are files only"
    header_icon = "doc-full"
    index_url_name = "publications_files_only"
    index_results_url_name = "publications_files_only_results"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    list_export = ["title", "content_owner", "get_kind_display", "published_on"]
    columns = [
        TitleColumn("title", label="Publication", url_name="wagtailadmin_pages:edit"),
        Column("content_owner", label="Owner"),
        Column("get_kind_display", label="Type"),
        DateColumn("published_on", label="Published"),
    ]

    def get_queryset(self) -> PageQuerySet:
        return public_only(PublicationPage.objects.files_only()).order_by("-published_on", "-pk")


def pages_to_look_after(today: date) -> PageQuerySet:
    """Return the live pages that are incomplete or overdue for review on that day."""
    needs_care = Q(review_due_on__lt=today) | Q(content_status=ContentStatus.PLACEHOLDER)
    ids: list[int] = []
    for model in apps.get_models():
        if issubclass(model, BasePage):
            ids += model.objects.filter(needs_care, live=True).values_list("pk", flat=True)
    return Page.objects.filter(pk__in=ids).order_by("path").specific()
