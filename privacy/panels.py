"""The edit form's own panels."""

from functools import partial
from typing import Any

from wagtail.admin.panels import FieldPanel, InlinePanel, Panel
from wagtail.admin.panels.base import get_form_for_model

from privacy.comparison import RowsComparison, WordsComparison
from privacy.worklist import approvals_to_renew, missing_facts, rows_of


class WordsPanel(FieldPanel):
    """Text with blocks or paragraphs, compared line by line."""

    def get_comparison_class(self) -> type[WordsComparison]:
        return WordsComparison


class RowsPanel(InlinePanel):
    """Rows of another model, whose form is that model's own `base_form_class`.

    templates/wagtailadmin/panels/inline_panel_child.html heads each row with its title and
    closes it until it is needed.
    """

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        model = self.db_field.related_model
        options["formsets"][self.relation_name]["form"] = get_form_for_model(
            model,
            form_class=model.base_form_class,
            defer_required_on_fields=self.child_edit_handler.get_form_options().get(
                "defer_required_on_fields", []
            ),
        )
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        def get_comparison(self) -> list[Any]:
            (standard,) = super().get_comparison()
            return [partial(RowsComparison, *standard.args, **standard.keywords)]

        def js_opts(self) -> dict[str, Any]:
            return {**super().js_opts(), "type": InlinePanel.__name__}


class NotStatedPanel(Panel):
    """What the activities do not state, fact by fact and row by row, and approvals to renew."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "privacy/panels/not_stated.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            rows = rows_of(row.instance for row in self.form.formsets["activities"].forms)
            context["rows"] = rows
            context["tasks"] = [*approvals_to_renew(rows), *missing_facts(rows)]
            return context
