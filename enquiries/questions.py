"""The questions of forms, each asked in the design system's way."""

from typing import Any

from django import forms
from django.core.validators import validate_email

from enquiries.clean import ManyLines, OneLine
from enquiries.models.enquiry import LONGEST_LINE, LONGEST_MESSAGE

LONGEST_ADDRESS = 500

LINE, LINES, CHOICE = (f"enquiries/questions/{name}.html" for name in ("line", "lines", "choice"))


class Line(OneLine):
    """A question with an answer of one line; `autocomplete` is what browsers may fill in."""

    def __init__(self, label: str, *, autocomplete: str = "", **options: Any) -> None:
        options.setdefault("max_length", LONGEST_LINE)
        super().__init__(label=label, template_name=LINE, **options)
        self.autocomplete = autocomplete


class Lines(ManyLines):
    """A question with an answer of several lines."""

    def __init__(
        self, label: str, *, rows: int = 3, autocomplete: str = "", **options: Any
    ) -> None:
        options.setdefault("max_length", LONGEST_MESSAGE)
        super().__init__(label=label, template_name=LINES, **options)
        self.rows = rows
        self.autocomplete = autocomplete


class Choice(forms.ChoiceField):
    """A question with some answers to choose from."""

    def __init__(self, label: str, missing: str, answers: list[str], **options: Any) -> None:
        super().__init__(
            label=label,
            choices=[(answer, answer) for answer in answers],
            error_messages={"required": missing, "invalid_choice": missing},
            template_name=CHOICE,
            **options,
        )


def name_question(label: str = "Your name", **options: Any) -> Line:
    return Line(
        label, autocomplete="name", error_messages={"required": "Enter your name"}, **options
    )


class EmailLine(Line):
    """An e-mail address."""

    widget = forms.EmailInput

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.validators.append(validate_email)


def email_question(label: str = "Email address", **options: Any) -> EmailLine:
    wrong = {"invalid": "Enter an email address in the correct format, like name@example.com"}
    return EmailLine(label, autocomplete="email", error_messages=wrong, max_length=254, **options)


def phone_question() -> Line:
    return Line(
        "Phone number", widget=forms.TelInput, autocomplete="tel", required=False, max_length=40
    )


def address_question() -> Lines:
    return Lines(
        "Postal address",
        autocomplete="street-address",
        required=False,
        max_length=LONGEST_ADDRESS,
    )
