"""The CMS as editors see it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from pages.document_admin import document_urls
from pages.links import DocumentLink, PublicPageLink
from pages.models import AlertPage, Contact, Topic
from pages.reports import (
    DocumentsNotSearched,
    PagesToLookAfter,
    PublicationsFilesOnly,
    report_entry,
    report_paths,
)
from pages.search_admin import SearchViewSets


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mail"
    menu_label = "Contacts"
    menu_order = 250
    add_to_admin_menu = True
    list_display = ["name", "who", "email", "phone"]
    search_fields = ["name", "who", "email", "phone", "address"]
    copy_view_enabled = False


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = "Topics"
    menu_order = 255
    add_to_admin_menu = True
    list_display = ["name", "slug"]
    copy_view_enabled = False


register_snippet(ContactViewSet)
register_snippet(TopicViewSet)
register_snippet(SearchViewSets)


@hooks.register("before_delete_page")
def page_with_alerts_stays(request: HttpRequest, page: Page) -> HttpResponse | None:
    return _refused(request, [page])


@hooks.register("before_bulk_action")
def pages_with_alerts_stay(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: object
) -> HttpResponse | None:
    pages = [item for item in objects if isinstance(item, Page)]
    return _refused(request, pages) if pages and action_type == "delete" else None


def _refused(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    """Say which alerts are about these pages or those below, if there are any."""
    titles = [alert.title for alert in AlertPage.objects.about(pages)]
    if not titles:
        return None
    messages.error(
        request,
        "Nothing was deleted, because there are alerts for this part of the site: "
        f"{', '.join(titles)}. Choose another part for them, or delete them first.",
    )
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)


@hooks.register("register_rich_text_features", order=10)
def link_to_what_readers_may_see(features: FeatureRegistry) -> None:
    features.register_link_type(PublicPageLink)
    features.register_link_type(DocumentLink)


hooks.register("register_admin_urls", document_urls)


@hooks.register("register_admin_urls")
def report_urls() -> list[URLPattern]:
    return [
        *report_paths(PagesToLookAfter, "pages-to-look-after"),
        *report_paths(DocumentsNotSearched, "documents-not-searched"),
        *report_paths(PublicationsFilesOnly, "publications-files-only"),
    ]


@hooks.register("register_reports_menu_item")
def report_menu_item() -> MenuItem:
    return report_entry(PagesToLookAfter, order=10)


@hooks.register("register_reports_menu_item")
def report_of_documents_menu_item() -> MenuItem:
    return report_entry(DocumentsNotSearched, order=20)


@hooks.register("register_reports_menu_item")
def report_of_publications_menu_item() -> MenuItem:
    return report_entry(PublicationsFilesOnly, order=30)
