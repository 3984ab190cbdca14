from django import forms

from pages.search import LONGEST_QUERY


class SearchForm(forms.Form):
    """What a visitor typed; anything at all is allowed, too much of it is cut."""

    q = forms.CharField(required=False, strip=True)

    def clean_q(self) -> str:
        """Return the words as typed, without control characters, at most 200 characters."""
        text = "".join(c for c in self.cleaned_data["q"] if c.isprintable())
        return text[:LONGEST_QUERY]
