"""How a message gets in: stored first, whole and once; everything else comes after."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Page, Revision

from enquiries.crowds import join_crowds, known_crowd
from enquiries.letters import write_notice_and_receipt
from enquiries.models import Action, Enquiry, EnquiryKind
from enquiries.references import reference, secret


@dataclass(frozen=True)
class Message:
    """What a visitor sent, as it stands in a form or in the spool."""

    kind: int  # the EnquiryKind's primary key
    code: str  # of its reference
    submission: UUID
    facts: dict[str, Any]  # fields of Enquiry by their names
    suspicion: str = ""
    marks: list[str] = field(default_factory=list)  # see enquiries.crowds
    received_at: datetime = field(default_factory=timezone.now)

    @property
    def reference(self) -> str:
        return reference(self.code, self.submission)

    @property
    def secret(self) -> str:
        return secret(self.submission)


def receive(message: Message) -> Enquiry:
    """Store a message, if it is not stored yet, with the letters that it brings about.

    Raises django.db.Error if the database is away, and then nothing is stored.
    """
    with transaction.atomic():
        kind = EnquiryKind.objects.get(pk=message.kind)
        received_on = timezone.localdate(message.received_at)
        acknowledge_by, answer_by = kind.deadlines(received_on)
        suspicion = message.suspicion or known_crowd(message.marks)
        enquiry, is_new = Enquiry.objects.get_or_create(
            submission=message.submission,
            defaults={
                **_that_still_exist(message.facts),
                "kind": kind,
                "reference": message.reference,
                "secret": message.secret,
                "received_at": message.received_at,
                "suspicion": suspicion,
                "acknowledge_by": acknowledge_by,
                "answer_by": answer_by,
            },
        )
        if is_new:
            enquiry.history.create(action=Action.RECEIVED, at=message.received_at)
            if suspicion:
                enquiry.history.create(action=Action.KEPT_APART, text=suspicion)
            else:
                write_notice_and_receipt(enquiry)
            join_crowds(enquiry, message.marks)
    return enquiry


def _that_still_exist(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts without a page, version or file that was deleted since the form was made."""
    models = {
        "page_id": Page,
        "page_version_id": Revision,
        "document_id": get_document_model(),
    }
    gone = {
        name
        for name, model in models.items()
        if facts.get(name) and not model.objects.filter(pk=facts[name]).exists()
    }
    return {name: value for name, value in facts.items() if name not in gone}
