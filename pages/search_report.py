"""The report of searches without results, with what can be done about each."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.views.generic import View
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from pages.models.searching import SearchWithoutResults, Synonym
from pages.scrubbing import without_placeholders
from pages.search_pins import MAY_PIN, ListedByRight

MAY_ADD_SYNONYMS = ModelPermissionPolicy(Synonym)
MAY_SEE_GAPS = ModelPermissionPolicy(SearchWithoutResults)


class WhatToDo(Column):
    """What can be done about a search without results, by whoever may."""

    cell_template_name = "search/what_to_do.html"

    def get_cell_context_data(
        self, instance: SearchWithoutResults, parent_context: Any
    ) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        user = context["request"].user
        phrase = without_placeholders(instance.words)
        if MAY_ADD_SYNONYMS.user_has_permission(user, "add"):
            add = reverse(Synonym.snippet_viewset.get_url_name("add"))
            context["add_synonym"] = f"{add}?{urlencode({'typed': phrase})}"
        if MAY_PIN.user_has_permission(user, "add"):
            context["pin"] = f"{reverse('pinned_pages:add')}?{urlencode({'phrase': phrase})}"
        context["may_dismiss"] = MAY_SEE_GAPS.user_has_permission(user, "delete")
        context["csrf_token"] = get_token(context["request"])
        return context


def last_day(search: SearchWithoutResults) -> str:
    """Return the day in words; no time of day is kept."""
    return date_format(search.last_on)


class SearchesWithoutResults(ReportView):
    """What people searched for and did not find."""

    page_title = "Searches without results"
    header_icon = "help"
    results_template_name = "search/without_results.html"
    permission_policy = MAY_SEE_GAPS
    permission_required = "view"
    columns = [
        Column("words", label="What people typed", sort_key="words"),
        NumberColumn("days", label="On how many days", sort_key="days"),
        Column("last_on", label="Last on", accessor=last_day, sort_key="last_on"),
        WhatToDo("what_to_do", label="What to do"),
    ]

    def get_queryset(self) -> QuerySet:
        """Return what has not expired, what was searched for most often first."""
        kept = SearchWithoutResults.objects.kept(timezone.localdate())
        return self.order_queryset(kept)


class DismissSearch(PermissionCheckedMixin, View):
    """Takes a row off the report; it comes back if somebody searches for it again."""

    http_method_names = ["post"]
    permission_policy = MAY_SEE_GAPS
    permission_required = "delete"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        SearchWithoutResults.objects.filter(pk=pk).delete()
        messages.success(request, "The search is off the list.")
        return redirect("searches_without_results:index")


class WithoutResultsViewSet(ListedByRight):
    name = "searches_without_results"
    url_prefix = "searches-without-results"
    icon = "help"
    menu_label = "Searches without results"
    permission_policy = MAY_SEE_GAPS
    rights = ("view",)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        views = ("index", "index_results")
        names = {f"{view}_url_name": self.get_url_name(view) for view in views}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        results = self.construct_view(SearchesWithoutResults, results_only=True)
        return [
            path("", self.construct_view(SearchesWithoutResults), name="index"),
            path("results/", results, name="index_results"),
            path("<int:pk>/dismiss/", self.construct_view(DismissSearch), name="dismiss"),
        ]


@hooks.register("register_permissions")
def rights_to_searches_without_results() -> QuerySet:
    return Permission.objects.filter(
        content_type__app_label="pages", content_type__model="searchwithoutresults"
    )
