"""The number that each form carries: which form it is, when it was made, and what it will become.

It is signed, and nothing of it is stored: a form costs no row and no cookie, and what is sent with
it can be kept while the database is away.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from enquiries.models import EnquiryKind

GOOD_FOR = timedelta(hours=24)
LONGEST = 300
MILLISECONDS = 1000

signer = Signer(salt="enquiries.form_numbers")


class FormNumberError(ValueError):
    """A form's number is not good, and the form has to be sent again with a new one."""


class Unreadable(FormNumberError):  # noqa: N818, what is wrong says more than "error"
    """There is no number, or it is not one that we made."""


@dataclass(frozen=True)
class FormNumber:
    """What a form's number says."""

    kind: int  # the EnquiryKind's primary key
    code: str  # of its references
    subject: str  # one of enquiries.models.Subject
    submission: UUID
    issued_at: datetime

    @property
    def age(self) -> timedelta:
        """How long ago the form was made: less than nothing if the clock was put back since."""
        return timezone.now() - self.issued_at


class TooOld(FormNumberError):  # noqa: N818
    """The form was made more than 24 hours ago. `number` is what it was."""

    def __init__(self, number: FormNumber) -> None:
        super().__init__("the form is too old")
        self.number = number


def issue(kind: EnquiryKind) -> str:
    """Return the number of a new form of a kind, for one enquiry."""
    now = int(timezone.now().timestamp() * MILLISECONDS)
    return signer.sign(f"{now}:{kind.pk}:{kind.subject}:{uuid4().hex}:{kind.code}")


def read(token: str) -> FormNumber:
    """Return what a form's number says.

    Raises Unreadable, or TooOld for a form that was made more than 24 hours ago. A clock that was
    put back makes no form too old; one that was put forward asks for a new number at worst.
    """
    if not token.isascii() or len(token) > LONGEST:
        raise Unreadable("no number of ours")
    try:
        made, kind, subject, submission, code = signer.unsign(token).split(":", 4)
    except BadSignature as error:
        raise Unreadable("no number of ours") from error
    issued_at = datetime.fromtimestamp(int(made) / MILLISECONDS, UTC)
    number = FormNumber(int(kind), code, subject, UUID(submission), issued_at)
    if number.age > GOOD_FOR:
        raise TooOld(number)
    return number
