"""What we write to visitors and to teams about an enquiry."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from enquiries.letter_texts import answer
from enquiries.models import Action, Enquiry, Letter, LetterKind
from enquiries.sending import post


def write_notice_and_receipt(enquiry: Enquiry) -> None:
    """Queue the note to the team and the acknowledgement to the visitor who gave an address.

    Once each, however often it is called. Neither holds what the visitor wrote: the receipt may
    reach somebody else, whose address was typed by mistake or in bad faith, and the note goes to a
    mailbox that many may read.
    """
    to = {LetterKind.NOTICE: enquiry.kind.team_email, LetterKind.RECEIPT: enquiry.email}
    with transaction.atomic():
        for kind, address in to.items():
            if address:
                letter, is_new = enquiry.letters.get_or_create(kind=kind, defaults={"to": address})
                if is_new:
                    post(letter)


def write_answer(enquiry: Enquiry, text: str, by: AbstractBaseUser | None) -> Letter:
    """Queue an answer to the visitor, and note in the history who wrote what.

    The enquiry's state is the caller's to change. Raises ValueError if the visitor gave no address.
    """
    if not enquiry.email:
        raise ValueError("The visitor gave no e-mail address.")
    subject, body = answer(enquiry, text)
    with transaction.atomic():
        enquiry.history.create(action=Action.ANSWERED, by=by, text=text)
        letter = enquiry.letters.create(
            kind=LetterKind.ANSWER, to=enquiry.email, subject=subject, body=body
        )
        post(letter)
    return letter
