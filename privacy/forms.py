"""The CMS's forms for the privacy notice."""

from collections import Counter
from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from pages.blocks import free_anchor
from pages.models.base import PageForm
from privacy.articles import ARTICLE_6, ARTICLE_9, RIGHTS, ticked


def show_not_stated(form: forms.ModelForm) -> None:
    """Say "Not stated" in every empty text field that may stay empty."""
    for name, field in form.fields.items():
        if isinstance(field.widget, forms.TextInput | forms.Textarea) and not field.required:
            words = "Filled in for you" if name == "anchor" else "Not stated"
            field.widget.attrs.setdefault("placeholder", words)


class TicksField(forms.MultipleChoiceField):
    """Boxes to tick, kept as their keys: "e, h"."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, name: str, choices: dict[str, str], **kwargs: Any) -> None:
        self.name = name
        super().__init__(choices=choices, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.split(", ") if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        return ticked(self.name, super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != ticked(self.name, data or [])


class RowForm(WagtailAdminModelForm):
    """A section or an activity."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_not_stated(self)


class ActivityForm(RowForm):
    article_6 = TicksField(
        "article_6",
        {x: f"Article 6(1)({x}) {meaning}" for x, meaning in ARTICLE_6.items()},
        label="Article 6 of the GDPR",
    )
    article_9 = TicksField(
        "article_9",
        {x: f"Article 9(2)({x}) {meaning}" for x, meaning in ARTICLE_9.items()},
        label="Article 9 of the GDPR",
    )
    rights = TicksField(
        "rights",
        {x: f"{x.capitalize()}: {meaning}" for x, meaning in RIGHTS.items()},
        label="Rights that apply",
        help_text="Tick all that apply: readers take the list as complete.",
    )


class PrivacyNoticeForm(PageForm):
    """The edit form: every section and every activity has an address of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_not_stated(self)
        last = self.instance.versions.first() if self.instance.pk else None
        if last and self.initial.get("change_note") == last.change_note:
            self.initial["change_note"] = ""  # it is about the version that is published

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows = {name: self._rows(name) for name in ("sections", "activities")}
        if not self.is_deferred_validation:
            for forms_of_one_kind in rows.values():
                _fill_anchors(forms_of_one_kind)
        all_rows = [*rows["sections"], *rows["activities"]]
        ids = Counter(html_id for form in all_rows for html_id in form.instance.html_ids)
        for form in all_rows:
            if form.instance.anchor and any(ids[x] > 1 for x in form.instance.html_ids):
                form.add_error("anchor", "Another part of the notice has this link. Change one.")
        return cleaned

    def _rows(self, name: str) -> list[forms.ModelForm]:
        """Return the rows that will stay and can be read; the others have errors already."""
        formset = self.formsets.get(name)
        return [
            form
            for form in (formset.forms if formset else [])
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


def _fill_anchors(rows: list[forms.ModelForm]) -> None:
    """Give each row that has no anchor one from its title; it stays when the title changes."""
    taken = {form.instance.anchor for form in rows}
    for form in rows:
        if not form.instance.anchor:
            anchor = free_anchor(form.instance.title[:50], taken)
            form.instance.anchor = form.cleaned_data["anchor"] = anchor
            taken.add(anchor)


class VersionsForm(forms.Form):
    """Which two versions a reader wants to compare, in either order."""

    def __init__(self, versions: list[Any], data: Any = None) -> None:
        super().__init__(data)
        newest = [version.number for version in versions[:2]]
        self.initial = {"from": newest[-1], "to": newest[0]} if newest else {}
        choices = [(version.number, f"Version {version.number}") for version in versions]
        for name, label in (("from", "Compare version"), ("to", "with version")):
            self.fields[name] = forms.TypedChoiceField(
                choices=choices,
                coerce=int,
                label=label,
                error_messages={
                    "required": "Choose two versions.",
                    "invalid_choice": "Choose versions that exist.",
                },
                widget=forms.Select(attrs={"class": "nhsuk-select"}),
            )

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary above the page's heading: where to go, and a message."""
        messages = dict.fromkeys(message for found in self.errors.values() for message in found)
        return [("id_from", message) for message in messages]

    def clean(self) -> dict[str, Any]:
        """Put the two in order. Raises ValidationError for one version twice."""
        cleaned = super().clean()
        if len(cleaned) == len(self.fields):
            cleaned["older"], cleaned["newer"] = sorted((cleaned["from"], cleaned["to"]))
            if cleaned["older"] == cleaned["newer"]:
                raise forms.ValidationError("Choose two different versions.")
        return cleaned
