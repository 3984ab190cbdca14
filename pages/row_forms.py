"""What a form of a page may ask of the rows that belong to it."""

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm


def rows_that_stay(form: WagtailAdminModelForm, name: str) -> list[forms.ModelForm]:
    """Return the forms of the rows that stay and can be read; the others have errors already."""
    formset = form.formsets.get(name)
    return [
        row
        for row in (formset.forms if formset else [])
        if row.is_valid() and row.cleaned_data and not row.cleaned_data.get("DELETE")
    ]
