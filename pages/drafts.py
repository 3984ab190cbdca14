"""What a draft may lack and a published page may not.

A rule stands once, in the model's `clean`, and so holds for the CMS, for the starter content and
for code. What it misses is `missing(...)`, which the edit form lets pass while a draft is saved.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MISSING = "missing"
# Django's code for a time that does not exist, or exists twice, because the clocks change.
NO_SUCH_TIME = "ambiguous_timezone"
CLOCKS_CHANGE = "The clocks change at this time, so it is not clear which is meant. Choose another."


def missing(message: str) -> ValidationError:
    """Return an error that does not stop a draft."""
    return ValidationError(message, code=MISSING)


class DraftForm(forms.BaseForm):
    """An edit form whose drafts may lack things. It comes before the page's form in the bases."""

    def full_clean(self) -> None:
        """Check, then forgive drafts what is only missing, and say why a time cannot be."""
        super().full_clean()
        if self.is_bound:
            for form in [self, *self.rows()]:
                _reword(form)
                if self.is_deferred_validation:
                    _forgive(form)

    def rows(self, *relations: str) -> Iterator[forms.ModelForm]:
        """Yield the forms of the rows that stay, of these relations or of all."""
        for name, formset in self.formsets.items():
            if not relations or name in relations:
                yield from (form for form in formset.forms if _stays(form))


def _stays(form: forms.ModelForm) -> bool:
    """Return whether a row will be on the page, or would be without its errors."""
    errors = form.errors  # which checks the row
    return bool(errors or form.cleaned_data) and not form.cleaned_data.get("DELETE")


def _reword(form: forms.ModelForm) -> None:
    for errors in form.errors.values():
        for error in errors.data:
            if isinstance(error, ValidationError) and error.code == NO_SUCH_TIME:
                error.message, error.params = CLOCKS_CHANGE, None


def _forgive(form: forms.ModelForm) -> None:
    for name, errors in list(form.errors.items()):
        errors.data = [error for error in errors.data if not _is_missing(error)]
        if not errors.data:
            del form.errors[name]


def _is_missing(error: Any) -> bool:
    return isinstance(error, ValidationError) and error.code == MISSING
