"""The CMS's forms for cookies, and visitors' form for their choices."""

from collections.abc import Iterable
from typing import Any

from cookie_consent.models import CookieGroup
from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

YES = "accept"
NO = "decline"


class DeclaredCookieForm(WagtailAdminModelForm):
    """A cookie's facts. Another name, group or kind would be another cookie."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "cookiegroup", "kind"):
            if self.instance.pk and name in self.fields:
                self.fields[name].disabled = True


class CookieChoicesForm(forms.Form):
    """A visitor's answer for each group: accept or decline.

    There is no saying yes to a group that has changed since the visitor's page was made.
    """

    def __init__(
        self, groups: Iterable[CookieGroup], changed: list[CookieGroup], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.changed = changed
        for group in groups:
            missing = f"Choose yes or no for {group.name.lower()}"
            self.fields[group.varname] = forms.ChoiceField(
                choices=[(YES, "Yes"), (NO, "No")],
                error_messages={"required": missing, "invalid_choice": missing},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for group in self.changed:
            if cleaned.get(group.varname) == YES:
                what = f"The list of {group.name.lower()} has changed. Read it and choose again"
                self.add_error(group.varname, what)
        return cleaned

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary above the page's heading: a group, and a message."""
        return [(name, found[0]) for name, found in self.errors.items()]

    def answers(self) -> dict[str, bool]:
        """Return whether each group was accepted, by its name in code."""
        return {name: answer == YES for name, answer in self.cleaned_data.items()}
