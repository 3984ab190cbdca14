"""What staff do with an enquiry. Each step writes down who took it and when."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from wagtail.admin.utils import get_user_display_name

from enquiries.letters import write_answer, write_notice_and_receipt
from enquiries.models import Action, Enquiry, HistoryEntry, State
from enquiries.sending import retry


@transaction.atomic
def assign(enquiry: Enquiry, by: AbstractBaseUser, owner: AbstractBaseUser | None) -> None:
    """Give an enquiry to a member of staff who may see it, or to nobody."""
    enquiry.owner = owner
    enquiry.save(update_fields=["owner"])
    _note(
        enquiry, Action.ASSIGNED, by, f"To {get_user_display_name(owner) if owner else 'nobody'}."
    )


@transaction.atomic
def acknowledge(enquiry: Enquiry, by: AbstractBaseUser) -> None:
    _move(enquiry, State.ACKNOWLEDGED, acknowledged_at=timezone.now())
    _note(enquiry, Action.ACKNOWLEDGED, by)


@transaction.atomic
def start(enquiry: Enquiry, by: AbstractBaseUser) -> None:
    _move(enquiry, State.IN_PROGRESS, acknowledged_at=enquiry.acknowledged_at or timezone.now())
    _note(enquiry, Action.STARTED, by)


def note(enquiry: Enquiry, by: AbstractBaseUser, text: str) -> None:
    _note(enquiry, Action.NOTED, by, text)


@transaction.atomic
def answer(enquiry: Enquiry, by: AbstractBaseUser | None, text: str) -> None:
    """Record an answer, and write it to the visitor who gave an e-mail address."""
    now = timezone.now()
    _move(
        enquiry,
        State.ANSWERED,
        acknowledged_at=enquiry.acknowledged_at or now,
        answered_at=now,
    )
    if enquiry.email:
        write_answer(enquiry, text, by)
    else:
        _note(enquiry, Action.ANSWERED, by, text)


@transaction.atomic
def close(enquiry: Enquiry, by: AbstractBaseUser, text: str) -> None:
    """Close an enquiry: from now on count the days until it is deleted."""
    _move(enquiry, State.CLOSED, closed_at=timezone.now())
    _note(enquiry, Action.CLOSED, by, text)


@transaction.atomic
def reopen(enquiry: Enquiry, by: AbstractBaseUser, text: str) -> None:
    _move(enquiry, State.IN_PROGRESS, answered_at=None, closed_at=None, resolved_by=None)
    _note(enquiry, Action.REOPENED, by, text)


@transaction.atomic
def keep_apart(enquiry: Enquiry, by: AbstractBaseUser, reason: str) -> None:
    enquiry.suspicion = reason
    enquiry.save(update_fields=["suspicion"])
    _note(enquiry, Action.KEPT_APART, by, reason)


@transaction.atomic
def let_in(enquiry: Enquiry, by: AbstractBaseUser) -> None:
    """Take an enquiry for genuine, with the letters that it would have brought about at once."""
    enquiry.suspicion = ""
    enquiry.save(update_fields=["suspicion"])
    _note(enquiry, Action.LET_IN, by)
    if not enquiry.letters.exists():
        write_notice_and_receipt(enquiry)


@transaction.atomic
def send_again(enquiry: Enquiry, by: AbstractBaseUser) -> None:
    """Try the letters again that were given up, for as long as new ones."""
    for letter in enquiry.letters.given_up():
        if retry(letter):
            _note(enquiry, Action.SENT_AGAIN, by, f"{letter.get_kind_display()}, to {letter.to}.")


def write_down(enquiries: Iterable[Enquiry], action: Action, by: AbstractBaseUser | None) -> None:
    """Write into the history of each what was done with all of them."""
    HistoryEntry.objects.bulk_create(
        HistoryEntry(enquiry=each, action=action, by=by) for each in enquiries
    )


def _move(enquiry: Enquiry, state: State, **facts: object) -> None:
    enquiry.state = state
    for name, fact in facts.items():
        setattr(enquiry, name, fact)
    enquiry.save(update_fields=["state", *facts])


def _note(enquiry: Enquiry, action: Action, by: AbstractBaseUser | None, text: str = "") -> None:
    enquiry.history.create(action=action, by=by, text=text)
