from typing import Any

from django import forms

from pages.search_query import LONGEST_QUERY

LONGEST_CHOICE = 100  # characters
MOST_DIGITS = 6


class WordsField(forms.Field):
    """What a visitor typed; anything at all is allowed, too much of it is cut."""

    widget = forms.TextInput

    def __init__(self, longest: int) -> None:
        super().__init__(required=False)
        self.longest = longest

    def to_python(self, value: Any) -> str:
        """Return the words as typed, without what cannot be seen, with single spaces."""
        text = str(value or "")[: 10 * self.longest]
        text = "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())
        return " ".join(text.split())[: self.longest].strip()


class PageNumberField(forms.Field):
    """The number of a page of a list, 1 for what is no number or too small."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> int:
        digits = str(value or "").strip()
        if not (digits.isascii() and digits.isdigit()):
            return 1
        return max(1, int(digits.lstrip("0")[: MOST_DIGITS + 1] or 0))


class SearchForm(forms.Form):
    """What to search for. It is always valid."""

    q = WordsField(LONGEST_QUERY)


class ResultsForm(SearchForm):
    """What to search for, which of the results to show, and where to go on."""

    section = WordsField(LONGEST_CHOICE)
    type = WordsField(LONGEST_CHOICE)
    date = WordsField(LONGEST_CHOICE)
    page = PageNumberField()
