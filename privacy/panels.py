"""What the data protection lead sees above the activities."""

from typing import Any

from wagtail.admin.panels import Panel


class NotStatedPanel(Panel):
    """A table of the activities: what each states, and "Not stated" where it does not."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "privacy/panels/not_stated.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            rows = [(row.title, row.stated()) for row in self.instance.activities.all()]
            context["rows"] = rows
            context["labels"] = list(rows[0][1]) if rows else []
            return context
