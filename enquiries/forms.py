"""The forms that visitors fill in: a question is asked only if somebody needs its answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from enquiries import nhs_numbers
from enquiries.about import About
from enquiries.models import EnquiryKind, Subject
from enquiries.questions import (
    Choice,
    Line,
    Lines,
    address_question,
    email_question,
    name_question,
    phone_question,
)
from enquiries.references import as_typed

TRAP = "regarding"  # a question that people do not see, under a name that browsers do not fill in
BUTTON = "send"
CONTACTS = ("name", "email", "phone", "address")
TO_HEAR_FROM_US = "Only if you want to hear from us"


class EnquiryForm(forms.Form):
    """What every form asks: the message itself.

    `ways` are the contact details of which an answer needs one at least.
    """

    ways: tuple[str, ...] = ()
    why_a_way = "We need at least 1 of these to answer you: email, phone or post"
    needs_a_way = (
        "Enter an email address, a phone number or a postal address, so that we can answer"
    )

    message = Lines("What do you want to tell us?", rows=8)

    def __init__(self, kind: EnquiryKind | None, about: About, **options: Any) -> None:
        """Take the words of the kind, if it is at hand, and what was sent."""
        super().__init__(initial=self.known(about), **options)
        self.fields["message"].error_messages["required"] = "Enter your message"
        if kind:
            self.fields["message"].label = kind.message_label
            self.fields["message"].help_text = kind.message_hint
        if self.ways:
            self.fields[self.ways[0]].help_text = self.why_a_way
        for name, question in self.fields.items():
            question.is_optional = not question.required and name not in self.ways

    def known(self, about: About) -> dict[str, Any]:
        """Return the answers that a link to the form gives."""
        return {}

    def clean(self) -> dict[str, Any]:
        """Ask for one way to answer, and point out what nobody should send."""
        cleaned = super().clean()
        if self.ways and not any(cleaned.get(way) or way in self.errors for way in self.ways):
            self.add_error(self.ways[0], ValidationError(self.needs_a_way))
        if self.nhs_numbers and not self.sends_anyway:
            self.add_error(
                "message",
                ValidationError("Remove your NHS number, or say below that you want to send it"),
            )
        return cleaned

    @property
    def nhs_numbers(self) -> bool:
        """Whether an NHS number is in what was typed, whatever the question."""
        return self.is_bound and any(nhs_numbers.found(self.data.get(n, "")) for n in self.fields)

    @property
    def sends_anyway(self) -> bool:
        """Whether the visitor said that the NHS number is meant to be sent."""
        return self.data.get("send_anyway") == "yes"

    @property
    def is_trapped(self) -> bool:
        """Whether something filled in the field that people do not see."""
        return bool(self.data.get(TRAP))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the questions: the id of a field, and a message."""
        of_questions = [(f.auto_id, f.errors[0]) for f in self if f.errors]
        return [*((BUTTON, error) for error in self.non_field_errors()), *of_questions]

    def facts(self) -> dict[str, Any]:
        """Return the answers of a valid form as fields of Enquiry."""
        columns = {name: self.cleaned_data.get(name, "") for name in (*CONTACTS, "message")}
        answers = [
            [self.fields[name].label, value]
            for name, value in self.cleaned_data.items()
            if name not in columns and value
        ]
        return {**columns, "answers": answers}


class PageForm(EnquiryForm):
    email = email_question(required=False, help_text=TO_HEAR_FROM_US)


class AccessibilityForm(EnquiryForm):
    uses = Line(
        "What do you use to read the website?",
        required=False,
        help_text="For example, a screen reader, a screen magnifier or a keyboard without a mouse",
    )
    email = email_question(required=False, help_text=TO_HEAR_FROM_US)
    phone = phone_question()


class FormatForm(EnquiryForm):
    """`message` is which page or file is meant, where the form does not know."""

    ways = ("email", "phone", "address")
    needs_a_way = (
        "Enter an email address, a phone number or a postal address, so that we can send it"
    )

    format = Choice(
        "Which format do you need?",
        "Choose the format that you need",
        [
            "Large print",
            "Easy read",
            "Audio",
            "Braille",
            "British Sign Language (BSL)",
            "Another language",
            "Something else",
        ],
    )
    detail = Line(
        "Which language, size or other format?",
        required=False,
        help_text="Only if the list above does not say it all",
    )
    name = name_question(required=False)
    email = email_question(required=False)
    phone = phone_question()
    address = address_question()
    field_order = ["message", "format", "detail", *CONTACTS]

    def known(self, about: About) -> dict[str, Any]:
        return {"message": about.name}


class FeedbackForm(EnquiryForm):
    about = Choice(
        "What is this?",
        "Choose what this is",
        ["A complaint", "A comment or an idea", "A thank you"],
    )
    name = name_question(required=False)
    email = email_question(
        required=False,
        help_text="We need at least 1 of these to answer a complaint: email, phone or post",
    )
    phone = phone_question()
    address = address_question()
    field_order = ["about", "message", *CONTACTS]

    def clean(self) -> dict[str, Any]:
        """Ask for a way to answer, if it is a complaint (SI 2009/309, regulations 13 and 14)."""
        is_complaint = self.data.get("about") == "A complaint"
        self.ways = ("email", "phone", "address") if is_complaint else ()
        return super().clean()


class DataForm(EnquiryForm):
    ways = ("email", "phone", "address")

    about = Choice(
        "What do you want to do?",
        "Choose what you want to do",
        [
            "See the personal information that you hold about me",
            "Correct personal information about me",
            "Complain about how you use my personal information",
            "Something else about my personal information",
        ],
    )
    name = name_question()
    email = email_question(required=False)
    phone = phone_question()
    address = address_question()
    field_order = ["about", "message", *CONTACTS]


class InformationForm(EnquiryForm):
    """A request has to give a name and an address (Freedom of Information Act 2000, section 8)."""

    ways = ("email", "address")
    why_a_way = "We need at least 1 of these to answer you: email or post"
    needs_a_way = "Enter an email address or a postal address, so that we can answer"

    name = name_question(help_text="The law asks for your real name")
    email = email_question(required=False)
    address = address_question()


class MediaForm(EnquiryForm):
    ways = ("email", "phone")
    why_a_way = "We need at least 1 of these to answer you: email or phone"
    needs_a_way = "Enter an email address or a phone number, so that we can answer"

    name = name_question()
    organisation = Line("Who you work for", required=False, autocomplete="organization")
    email = email_question(required=False)
    phone = phone_question()
    deadline = Line(
        "When do you need an answer?", required=False, help_text="For example, 6 August, 5.30pm"
    )
    field_order = ["message", "deadline", "name", "organisation", "email", "phone"]


class GeneralForm(EnquiryForm):
    name = name_question(required=False)
    email = email_question(required=False, help_text=TO_HEAR_FROM_US)
    phone = phone_question()
    field_order = ["message", "name", "email", "phone"]


def _copied(label: str, missing: str) -> Line:
    readable = RegexValidator("[0-9A-Za-z]", missing)
    errors = {"required": missing}
    return Line(label, validators=[readable], error_messages=errors, max_length=40)


class StateForm(forms.Form):
    """A reference and the code that came with it, as somebody copied them."""

    reference = _copied("Reference", "Enter the reference, such as FOI-7K3M-2Q9X")
    secret = _copied("Code", "Enter the code of 16 letters and numbers")

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong: the id of a field, and a message."""
        return [(f.auto_id, f.errors[0]) for f in self if f.errors]

    def names(self) -> list[str]:
        """Return both in their own form."""
        return [as_typed(self.cleaned_data[name]) for name in ("reference", "secret")]


FORMS: dict[str, type[EnquiryForm]] = {
    Subject.PAGE: PageForm,
    Subject.ACCESSIBILITY: AccessibilityForm,
    Subject.FORMAT: FormatForm,
    Subject.FEEDBACK: FeedbackForm,
    Subject.DATA: DataForm,
    Subject.INFORMATION: InformationForm,
    Subject.MEDIA: MediaForm,
    Subject.GENERAL: GeneralForm,
}
