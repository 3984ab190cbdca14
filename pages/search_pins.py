"""Pinned pages in the CMS: Wagtail's search promotions, without its counts of searches.

Wagtail counts every search for its list of popular ones. Here no search is counted, so what shows
such counts is left out. Only these forms write its records.
"""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.viewsets.base import ViewSet
from wagtail.contrib.search_promotions import views
from wagtail.contrib.search_promotions.forms import QueryForm
from wagtail.contrib.search_promotions.models import SearchPromotion
from wagtail.permission_policies import ModelPermissionPolicy

from pages.models.searching import check_phrases

LONGEST_PHRASE = 100  # characters
MAY_PIN = ModelPermissionPolicy(SearchPromotion)


class ListedByRight(ViewSet):
    """An entry of the menu for those who have one of the rights."""

    permission_policy: ModelPermissionPolicy
    rights: tuple[str, ...]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        def is_shown(_: MenuItem, request: HttpRequest) -> bool:
            return self.permission_policy.user_has_any_permission(request.user, self.rights)

        return type(f"{type(self).__name__}MenuItem", (MenuItem,), {"is_shown": is_shown})


class PinForm(QueryForm):
    query_string = forms.CharField(
        label="What people type",
        max_length=LONGEST_PHRASE,
        help_text="One word or phrase: flu jab. The pages below come first when somebody "
        "searches for it.",
    )

    def clean_query_string(self) -> str:
        """Refuse a phrase that nobody can search for."""
        phrase = self.cleaned_data["query_string"]
        check_phrases((phrase,))
        return phrase


class ListPins(views.IndexView):
    page_title = "Pinned pages"
    header_icon = "thumbtack"
    results_template_name = "search/pins.html"
    add_item_label = "Pin a page"
    columns = [
        TitleColumn(
            "query_string",
            label="What people type",
            width="40%",
            url_name="pinned_pages:edit",
            sort_key="query_string",
        ),
        views.SearchPromotionColumn("editors_picks", label="What comes first"),
    ]


class PinView:
    """What the forms for adding and changing have in common."""

    form_class = PinForm
    template_name = "search/pin.html"
    header_icon = "thumbtack"
    page_subtitle = "Pinned page"
    error_message = "The pinned pages could not be saved due to errors."


class AddPin(PinView, views.CreateView):
    success_message = "Pages for “%(query)s” pinned."

    def get_initial(self) -> dict[str, Any]:
        """Fill in the words that the report of searches without results leads here with."""
        return {"query_string": self.request.GET.get("phrase", "")[:LONGEST_PHRASE]}

    @cached_property
    def searchpicks_formset(self) -> forms.BaseInlineFormSet:
        """Return the pages to pin, with an empty row to begin with."""
        rows = super().searchpicks_formset
        rows.extra = 1
        return rows


class EditPin(PinView, views.EditView):
    success_message = "Pages for “%(query)s” changed."


class DeletePin(views.DeleteView):
    header_icon = "thumbtack"
    template_name = "search/delete_pin.html"
    success_message = "The pages are no longer pinned."


class PinnedPagesViewSet(ListedByRight):
    name = "pinned_pages"
    url_prefix = "pinned-pages"
    icon = "thumbtack"
    menu_label = "Pinned pages"
    permission_policy = MAY_PIN
    rights = ("add", "change", "delete")

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        views = ("index", "index_results", "add", "edit", "delete")
        names = {f"{view}_url_name": self.get_url_name(view) for view in views}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.construct_view(ListPins), name="index"),
            path(
                "results/", self.construct_view(ListPins, results_only=True), name="index_results"
            ),
            path("add/", self.construct_view(AddPin), name="add"),
            path("<int:query_id>/", self.construct_view(EditPin), name="edit"),
            path("<int:query_id>/delete/", self.construct_view(DeletePin), name="delete"),
        ]


@hooks.register("construct_settings_menu")
def pinned_pages_have_a_menu_of_their_own(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name != "promoted-search-results"]


@hooks.register("construct_reports_menu")
def visitors_searches_are_not_counted(request: HttpRequest, items: list[MenuItem]) -> None:
    """Take away Wagtail's report of search terms, which would be empty for ever."""
    items[:] = [item for item in items if item.name != "search-terms"]
