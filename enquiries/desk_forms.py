"""The small forms of an enquiry's page in the CMS: what can be done with it now, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from wagtail.admin.utils import get_user_display_name

from enquiries import steps
from enquiries.models import Enquiry, EnquiryKind, State
from enquiries.models.enquiry import LONGEST_MESSAGE

NO_WIDER_THAN_THE_PAGE = {"class": "w-box-border"}  # on a small screen, outside Wagtail's editor


def staff_of(kinds: QuerySet[EnquiryKind]) -> QuerySet[AbstractBaseUser]:
    """Return those who may see enquiries of at least one of these kinds."""
    users = get_user_model().objects.filter(is_active=True)
    may_see = Q(is_superuser=True) | Q(groups__enquiry_kinds__in=kinds)
    return users.filter(may_see).distinct().order_by("last_name", "first_name", "username")


class StepForm(forms.Form):
    """One step. `seen` is the last thing that had happened when its form was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, enquiry: Enquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enquiry = enquiry

    def said(self) -> dict[str, Any]:
        """Return what a valid form says, as the step takes it."""
        return {k: v for k, v in self.cleaned_data.items() if k not in {"seen", "confirm"}}


class NameField(forms.ModelChoiceField):
    def label_from_instance(self, user: AbstractBaseUser) -> str:
        return get_user_display_name(user)


def _text(label: str, *, required: bool = True, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4, **NO_WIDER_THAN_THE_PAGE}),
        **options,
    )


class AssignForm(StepForm):
    owner = NameField(get_user_model().objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = EnquiryKind.objects.filter(pk=self.enquiry.kind_id)
        self.fields["owner"].queryset = staff_of(kind)
        self.initial.setdefault("owner", self.enquiry.owner_id)


class NoteForm(StepForm):
    text = _text("Note", help_text="For colleagues. The visitor does not see it.")


class AnswerForm(StepForm):
    text = _text("Answer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = self._how()

    def _how(self) -> str:
        if self.enquiry.email:
            return f"It is sent by e-mail to {self.enquiry.email}."
        ways = [
            words
            for words, given in [
                (f"Phone {self.enquiry.phone}", self.enquiry.phone),
                ("write to the postal address", self.enquiry.address),
            ]
            if given
        ]
        if not ways:
            return "The visitor gave no way to be reached. Record here what was done."
        how = " or ".join(ways)
        return (
            "There is no e-mail address, so nothing is sent. "
            f"{how[0].upper()}{how[1:]}, then record here what you said."
        )


class CloseForm(StepForm):
    text = _text("Why", required=False, help_text="For colleagues, if it was not answered.")
    confirm = forms.BooleanField(label="Nothing more is to be done about this enquiry")


class ReopenForm(StepForm):
    text = _text("Why")


class KeepApartForm(StepForm):
    reason = forms.CharField(
        max_length=120,
        help_text="Why it looks like spam or abuse.",
        widget=forms.TextInput(attrs=NO_WIDER_THAN_THE_PAGE),
    )


@dataclass(frozen=True)
class Step:
    """What can be done with an enquiry in some of its states."""

    name: str
    button: str
    done: str
    take: Callable[..., None]
    is_possible: Callable[[Enquiry], bool]
    form: type[StepForm] = StepForm


def _apart(enquiry: Enquiry) -> bool:
    return bool(enquiry.suspicion)


def _received(enquiry: Enquiry) -> bool:
    return not enquiry.suspicion and enquiry.state == State.RECEIVED


def _not_begun(enquiry: Enquiry) -> bool:
    return not enquiry.suspicion and enquiry.state in {State.RECEIVED, State.ACKNOWLEDGED}


def _waiting(enquiry: Enquiry) -> bool:
    return not enquiry.suspicion and enquiry.is_waiting


def _not_closed(enquiry: Enquiry) -> bool:
    return not enquiry.suspicion and enquiry.state != State.CLOSED


def _done(enquiry: Enquiry) -> bool:
    return not enquiry.suspicion and not enquiry.is_waiting


def _not_sent(enquiry: Enquiry) -> bool:
    return enquiry.letters.given_up().exists()


def _always(_: Enquiry) -> bool:
    return True


STEPS = [
    Step("let-in", "Not suspicious: let in", "Let in.", steps.let_in, _apart),
    Step("assign", "Assign", "Assigned.", steps.assign, _not_closed, AssignForm),
    Step("acknowledge", "Mark as acknowledged", "Acknowledged.", steps.acknowledge, _received),
    Step("start", "Mark as in progress", "In progress.", steps.start, _not_begun),
    Step("answer", "Answer", "Answered.", steps.answer, _waiting, AnswerForm),
    Step("send-again", "Send the e-mails again", "Being sent.", steps.send_again, _not_sent),
    Step("note", "Add note", "Note added.", steps.note, _always, NoteForm),
    Step("close", "Close", "Closed.", steps.close, _not_closed, CloseForm),
    Step("reopen", "Open again", "Opened again.", steps.reopen, _done, ReopenForm),
    Step("keep-apart", "Keep apart", "Kept apart.", steps.keep_apart, _waiting, KeepApartForm),
]
