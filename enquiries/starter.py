"""The forms that editors start with, and the bank holidays: loaded once, theirs from then on."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import models, transaction

from enquiries.models import BankHoliday, EnquiryKind


@transaction.atomic
def load(lists: Mapping[str, Any]) -> dict[str, int]:
    """Add the forms and the bank holidays of fixtures/enquiries.yaml, each if there are none yet.

    Returns how many came, by what they are. Raises ValidationError for what editors could not
    save, ObjectDoesNotExist for a contact, activity or group that is not there, and KeyError for
    a fact that is missing.
    """
    loaded = {}
    if not BankHoliday.objects.exists():
        days = [BankHoliday(day=day, name=name) for day, name in lists["bank_holidays"].items()]
        loaded["bank holidays"] = len(BankHoliday.objects.bulk_create(days))
    if not EnquiryKind.objects.exists():
        loaded["contact forms"] = len([_add(dict(facts)) for facts in lists["forms"]])
    return loaded


def _add(facts: dict[str, Any]) -> EnquiryKind:
    groups = [Group.objects.get(name=name) for name in facts.pop("groups")]
    activity = facts.pop("activity", "")
    kind = EnquiryKind(
        contact=_named("contact", key=facts.pop("contact")),
        activity=_named("activity", anchor=activity) if activity else None,
        **facts,
    )
    kind.full_clean()
    kind.save()
    kind.groups.set(groups)
    return kind


def _named(field: str, **names: str) -> models.Model:
    """Return what a field of a form refers to, in whatever room it is."""
    return EnquiryKind._meta.get_field(field).related_model.objects.get(**names)
