"""Enquiries as they are before anything comes of them: stored by hand, without letters."""

from typing import Any
from uuid import uuid4

from enquiries.models import Enquiry, EnquiryKind
from enquiries.references import reference, secret
from tests import builders


def form(**facts: Any) -> EnquiryKind:
    """Return a form with a team that can be written to, and no promises."""
    return builders.enquiry_kind(
        **{"team_email": "team@example.org", "answer_within": None, **facts}
    )


def enquiry(kind: EnquiryKind | None = None, **facts: Any) -> Enquiry:
    kind, submission = kind or form(), uuid4()
    usual = {
        "submission": submission,
        "reference": reference(kind.code, submission),
        "secret": secret(submission),
        "email": "jo@example.org",
        "message": "Hello.",
    }
    return Enquiry.objects.create(kind=kind, **{**usual, **facts})
