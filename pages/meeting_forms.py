"""The CMS's form for a meeting."""

from collections import Counter
from typing import Any

from django.utils import timezone

from pages.models.files import OfferingForm
from pages.models.papers import WITH_MEETING, draft_papers, papers_below, ready_or_not
from pages.public import is_live_now
from pages.row_forms import rows_that_stay


class MeetingForm(OfferingForm):
    """The edit form: rules between the rows, and whether the papers can go with the meeting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.meeting = kwargs.get("instance")  # the agenda's rows are given it
        super().__init__(*args, **kwargs)
        if "minutes_page" in self.fields:
            self.fields["minutes_page"].queryset = papers_below(self.meeting)
        if not self.instance.has_unpublished_changes:
            self.initial[WITH_MEETING] = False  # the tick was for what is published

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        agenda = rows_that_stay(self, "agenda")
        times = Counter(form.instance.html_id for form in agenda)
        for form in agenda:
            if times[form.instance.html_id] > 1:
                form.add_error("number", "Another item has this number. Change one of them.")
        if self.is_deferred_validation:
            return cleaned
        committee = cleaned.get("committee")
        if committee and not is_live_now(committee):
            self.add_error("committee", "Readers cannot see this committee yet. Publish it first.")
        self._check_minutes(cleaned)
        if cleaned.get(WITH_MEETING) and self.instance.pk:
            for problem in ready_or_not(draft_papers(self.instance, timezone.now())):
                self.add_error(WITH_MEETING, problem)
        return cleaned

    def _check_minutes(self, cleaned: dict[str, Any]) -> None:
        has_minutes = bool(cleaned.get("minutes_page") or rows_that_stay(self, "minutes_files"))
        if has_minutes and not cleaned.get("minutes_state"):
            self.add_error("minutes_state", "Say whether these minutes are a draft or approved.")
        if cleaned.get("minutes_state") and not has_minutes:
            self.add_error("minutes_state", "Add the minutes, or empty this.")
