"""What we hold of one person: found by a reference or an e-mail address, exported, erased.

UK GDPR, Articles 15 (access), 17 (erasure) and 20 (in a common machine-readable form).
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from wagtail.log_actions import log

from enquiries.models import EnquiryKind
from enquiries.models.enquiry import Enquiry, EnquiryQuerySet
from enquiries.models.history import DeletionReason
from enquiries.references import as_typed
from enquiries.retention import delete_for_good

ERASE = "enquiries.erase"
FACTS = [
    "reference",
    "received_at",
    "name",
    "email",
    "phone",
    "address",
    "message",
    "answers",
    "page_title",
    "page_address",
    "section",
    "acknowledge_by",
    "acknowledged_at",
    "answer_by",
    "answered_at",
    "closed_at",
]


def enquiries_of(who: str) -> EnquiryQuerySet:
    """Return the enquiries with this reference, however typed, or sent from this e-mail address."""
    who = who.strip()
    if "@" in who:
        return Enquiry.objects.filter(email__iexact=who)
    return Enquiry.objects.filter(reference=as_typed(who)) if who else Enquiry.objects.none()


def as_data(enquiries: EnquiryQuerySet) -> list[dict[str, Any]]:
    """Return all that we hold with these enquiries. Colleagues are left out: they are others."""
    return [
        {
            "form": enquiry.kind.name,
            "state": enquiry.get_state_display(),
            **{name: getattr(enquiry, name) for name in FACTS},
            "history": [
                {"at": entry.at, "what": entry.get_action_display(), "text": entry.text}
                for entry in enquiry.history.all()
            ],
            "letters": [
                {
                    "what": letter.get_kind_display(),
                    "to": letter.to,
                    "subject": letter.subject,
                    "text": letter.body,
                    "sent_at": letter.sent_at,
                }
                for letter in enquiry.letters.all()
            ],
        }
        for enquiry in enquiries.select_related("kind").prefetch_related("history", "letters")
    ]


def as_json(enquiries: EnquiryQuerySet) -> str:
    return json.dumps(as_data(enquiries), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def as_text(enquiries: EnquiryQuerySet) -> str:
    """Return the same for people to read."""
    parts = ("\n".join(_lines(facts)) for facts in as_data(enquiries))
    return "\n\n----\n\n".join(parts) + "\n"


def _lines(facts: dict[str, Any], indent: str = "") -> Iterable[str]:
    for name, value in facts.items():
        label = f"{indent}{name.replace('_', ' ').capitalize()}:"
        if value and isinstance(value, list):
            yield label
            for item in value:
                if isinstance(item, dict):
                    yield from _lines(item, f"{indent}    ")
                else:
                    yield f"{indent}    {': '.join(map(str, item))}"
        elif value:
            yield f"{label} {value}"


@transaction.atomic
def erase(enquiries: EnquiryQuerySet, by: AbstractBaseUser | None = None) -> int:
    """Delete enquiries for good. Returns how many; a count by kind and day is what is left."""
    erased = 0
    for kind in list(EnquiryKind.objects.filter(enquiries__in=enquiries).distinct()):
        number = delete_for_good(enquiries.filter(kind=kind), kind, DeletionReason.ERASED)
        log(kind, ERASE, user=by, data={"count": number})
        erased += number
    return erased
