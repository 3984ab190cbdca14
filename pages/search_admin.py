"""What editors do about search, in the CMS: all that its menu "Website search" holds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from pages.models.searching import LONGEST_ENTRY, EmergencyPhrases, Synonym
from pages.search_effects import Effect, effects_of
from pages.search_pins import PinnedPagesViewSet
from pages.search_report import WithoutResultsViewSet


class ShowsEffect:
    """A synonym's form with a button that shows what saving would do, and saves nothing."""

    effects: list[Effect] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "show-effect" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        if not self.is_valid(form):
            return self.form_invalid(form)
        self.form = form
        self.effects = effects_of(form.instance)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "effects": self.effects}


class AddSynonym(ShowsEffect, CreateView):
    def get_initial(self) -> dict[str, Any]:
        """Fill in the words that the report of searches without results leads here with."""
        return {"typed": self.request.GET.get("typed", "")[:LONGEST_ENTRY]}


class EditSynonym(ShowsEffect, EditView):
    pass


class SynonymViewSet(SnippetViewSet):
    model = Synonym
    icon = "list-ul"
    menu_label = "Synonyms"
    list_display = ["typed", "means"]
    search_fields = ["typed", "means"]
    list_per_page = 100
    add_view_class = AddSynonym
    edit_view_class = EditSynonym
    create_template_name = "search/add_synonym.html"
    edit_template_name = "search/edit_synonym.html"
    copy_view_enabled = False


class EmergencyPhrasesViewSet(SnippetViewSet):
    model = EmergencyPhrases
    icon = "warning"
    menu_label = "Emergency phrases"
    list_display = ["card", "beginning"]
    copy_view_enabled = False


class SearchViewSets(SnippetViewSetGroup):
    menu_label = "Website search"  # "Search" in the menu is Wagtail's own
    menu_icon = "glasses"
    menu_order = 255
    items = (
        SynonymViewSet,
        EmergencyPhrasesViewSet,
        PinnedPagesViewSet,
        WithoutResultsViewSet,
    )
