"""The edit form of a consultation: the rules that look at the page and its rows together."""

from datetime import datetime
from typing import Any

from django import forms

from pages.consultation_states import CLOSING_MINUTE
from pages.drafts import DraftForm
from pages.models.files import OfferingForm
from pages.moments import moment_in_words

NOT_DIGITAL = {"post", "phone", "event"}


class ConsultationForm(DraftForm, OfferingForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_deferred_validation:
            self._ask_for_a_way_that_is_not_digital(cleaned)
            self._ask_for_the_answer(cleaned)
        for row in self.rows("ways"):
            self._keep_event_within_the_dates(row, cleaned)
        return cleaned

    def _ask_for_a_way_that_is_not_digital(self, cleaned: dict[str, Any]) -> None:
        """Refuse a consultation in which nobody could take part without the internet."""
        kinds = {row.instance.kind for row in self.rows("ways")}
        if "ways" in self.formsets and not (cleaned.get("dates_unknown") or kinds & NOT_DIGITAL):
            self.formsets["ways"].non_form_errors().append(
                "Add a way to take part without the internet: post, phone or an event."
            )

    def _ask_for_the_answer(self, cleaned: dict[str, Any]) -> None:
        """Refuse an answer without its day, and a day without an answer."""
        answer = any(
            [
                *self.rows("outcome_rows"),
                cleaned.get("outcome"),
                cleaned.get("decision_page"),
                cleaned.get("decision_url"),
            ]
        )
        if answer and not cleaned.get("answered_on") and "answered_on" not in self.errors:
            self.add_error("answered_on", "Give the day of the answer: readers see it from then.")
        if cleaned.get("answered_on") and not answer:
            self.add_error(
                "answered_on",
                "Say below what the answer is, in rows, in a text or by a link to the decision. "
                "Or empty this.",
            )

    def _keep_event_within_the_dates(self, row: forms.ModelForm, cleaned: dict[str, Any]) -> None:
        starts: datetime | None = row.instance.starts_at
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if starts is None or "starts_at" in row.errors:
            return
        if opens and starts < opens:
            message = f"This is before the consultation opens, at {moment_in_words(opens)}."
            row.add_error("starts_at", message)
        if closes and starts >= closes + CLOSING_MINUTE:
            message = f"This is after the consultation closes, at {moment_in_words(closes)}."
            row.add_error("starts_at", message)
