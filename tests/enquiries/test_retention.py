"""Enquiries are deleted when they were promised to be; a person's data is exported and erased."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from ccgsite.scheduling import Schedule
from enquiries.models import Action, Deletion, Enquiry, HistoryEntry, Letter, State
from enquiries.models.history import DeletionReason
from enquiries.retention import delete_kept_long_enough, never_closed, overdue_deletions
from tests import builders
from tests.enquiries.staff import client_of, member

pytestmark = pytest.mark.django_db

PERSON = reverse("enquiries:person")
RETENTION = reverse("enquiries:retention")


def days_ago(number: float):
    return timezone.now() - timedelta(days=number)


@pytest.fixture
def kind():
    return builders.enquiry_kind(Group.objects.get(name="Enquiries team"), keep_days=100)


def closed(kind, days: float, **facts: object) -> Enquiry:
    return builders.enquiry(kind, state=State.CLOSED, closed_at=days_ago(days), **facts)


# --- Retention --------------------------------------------------------------------------------


def test_what_was_kept_long_enough_is_deleted_for_good_and_counted(kind) -> None:
    closed(kind, 100.1)
    closed(kind, 300)
    stays = [closed(kind, 99.9), builders.enquiry(kind, received_at=days_ago(500))]
    closed(builders.enquiry_kind(keep_days=1000), 300)

    assert delete_kept_long_enough() == 2

    assert set(Enquiry.objects.filter(kind=kind)) == set(stays)
    assert set(HistoryEntry.objects.values_list("enquiry", flat=True)) == set(
        Enquiry.objects.values_list("pk", flat=True)
    )
    assert Letter.objects.count() == Enquiry.objects.count()
    deletion = Deletion.objects.get()
    assert (deletion.kind, deletion.count) == (kind, 2)
    assert deletion.reason == DeletionReason.KEPT_LONG_ENOUGH


def test_counts_of_one_day_add_up(kind) -> None:
    closed(kind, 101)
    delete_kept_long_enough()
    closed(kind, 102)
    delete_kept_long_enough()

    assert Deletion.objects.get().count == 2
    assert delete_kept_long_enough() == 0


def test_what_was_kept_apart_is_deleted_30_days_after_it_came(kind) -> None:
    builders.enquiry(kind, suspicion="Too many links", received_at=days_ago(30.1))
    stays = builders.enquiry(kind, suspicion="Too many links", received_at=days_ago(29.9))

    delete_kept_long_enough()

    assert list(Enquiry.objects.all()) == [stays]
    assert Deletion.objects.get().reason == DeletionReason.SPAM


def test_overdue_means_a_day_late(kind) -> None:
    closed(kind, 100.9)
    assert not overdue_deletions().exists()

    late = closed(kind, 101.1)
    spam = builders.enquiry(kind, suspicion="Links", received_at=days_ago(31.1))

    assert set(overdue_deletions()) == {late, spam}


def test_what_nobody_closes_is_listed(kind) -> None:
    old = builders.enquiry(kind, received_at=days_ago(101), state=State.ANSWERED)
    builders.enquiry(kind, received_at=days_ago(99))
    closed(kind, 1, received_at=days_ago(200))

    assert list(never_closed()) == [old]


def test_without_any_form_nothing_is_due() -> None:
    assert not overdue_deletions().exists()
    assert delete_kept_long_enough() == 0


def test_the_serving_process_deletes_once_a_day(kind) -> None:
    schedule = Schedule()
    closed(kind, 101)
    schedule.delete_daily()
    assert not Enquiry.objects.exists()

    closed(kind, 101)
    schedule.delete_daily()
    assert Enquiry.objects.exists()


def test_the_command_says_what_it_did(kind) -> None:
    closed(kind, 101)
    builders.enquiry(kind, received_at=days_ago(500))
    said = StringIO()

    call_command("delete_old_enquiries", stdout=said)

    assert "Deleted: 1." in said.getvalue()
    assert "nobody has closed them, though they are that old: 1." in said.getvalue()


def test_the_cms_says_what_is_overdue_to_those_who_see_the_kind(kind) -> None:
    closed(kind, 200)
    old = builders.enquiry(kind, received_at=days_ago(500))
    team, stranger = client_of(member("jo", "Enquiries team")), client_of(member("al", "Authors"))

    page = team.get(RETENTION).content.decode()

    assert "1 should have been deleted a day ago or earlier" in page
    assert old.reference in page
    assert "1 should be deleted by now" in team.get(reverse("wagtailadmin_home")).content.decode()
    assert stranger.get(RETENTION).status_code == 302


# --- One person's data ------------------------------------------------------------------------


@pytest.fixture
def lead() -> Client:
    return client_of(member("dee", "Data protection leads"))


def test_a_lead_finds_and_exports_all_of_one_person(lead, kind) -> None:
    first = builders.enquiry(kind, email="sam@example.org", message="Where are you?")
    second = builders.enquiry(email="SAM@example.org")
    other = builders.enquiry(kind, email="other@example.org")

    found = lead.post(PERSON, {"who": " Sam@Example.org "}).content.decode()
    data = json.loads(lead.post(PERSON, {"who": "sam@example.org", "do": "json"}).content)
    text = lead.post(PERSON, {"who": "sam@example.org", "do": "text"}).content.decode()

    assert first.reference in found
    assert second.reference in found
    assert {enquiry["reference"] for enquiry in data} == {first.reference, second.reference}
    by_reference = {enquiry["reference"]: enquiry for enquiry in data}
    assert by_reference[first.reference]["message"] == "Where are you?"
    assert by_reference[first.reference]["history"][0]["what"] == "Received"
    assert by_reference[first.reference]["letters"][0]["to"] == "visitor@example.org"
    assert "Message: Where are you?" in text
    assert other.reference not in found + str(data) + text
    assert first.history.filter(action=Action.EXPORTED).count() == 2


def test_a_lead_finds_by_reference_however_it_is_typed(lead, kind) -> None:
    enquiry = builders.enquiry(kind)

    typed = enquiry.reference.lower().replace("-", " ")

    assert enquiry.reference in lead.post(PERSON, {"who": typed}).content.decode()


def test_nothing_is_erased_without_the_tick(lead, kind) -> None:
    builders.enquiry(kind)

    response = lead.post(PERSON, {"who": "visitor@example.org", "do": "erase"})

    assert response.status_code == 422
    assert Enquiry.objects.count() == 1


def test_what_is_erased_is_gone_and_a_count_is_left(lead, kind) -> None:
    builders.enquiry(kind)
    builders.enquiry(kind)
    other = builders.enquiry(kind, email="other@example.org")

    lead.post(PERSON, {"who": "visitor@example.org", "do": "erase", "confirm": "on"})

    assert list(Enquiry.objects.all()) == [other]
    assert Letter.objects.count() == 1
    deletion = Deletion.objects.get()
    assert (deletion.reason, deletion.count) == (DeletionReason.ERASED, 2)
    logged = ModelLogEntry.objects.get(action="enquiries.erase")
    assert (logged.user.username, logged.data) == ("dee", {"count": 2})


@pytest.mark.parametrize("group", ["Enquiries team", "Publishers", "Authors"])
def test_others_export_and_erase_nobody(group, kind) -> None:
    builders.enquiry(kind)
    client = client_of(member("sam", group))

    for data in ({"do": "json"}, {"do": "erase", "confirm": "on"}, {}):
        response = client.post(PERSON, {"who": "visitor@example.org", **data})
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")
    assert client.get(PERSON).status_code == 302

    assert Enquiry.objects.count() == 1


def test_an_empty_search_finds_nobody(lead, kind) -> None:
    builders.enquiry(kind, email="")

    assert lead.post(PERSON, {"who": " "}).status_code == 422
    lead.post(PERSON, {"who": "@", "do": "erase", "confirm": "on"})

    assert Enquiry.objects.count() == 1


def test_the_command_exports_and_erases(kind) -> None:
    enquiry = builders.enquiry(kind)
    said = StringIO()

    call_command("personal_data", "json", "visitor@example.org", stdout=said)
    assert json.loads(said.getvalue())[0]["reference"] == enquiry.reference
    with pytest.raises(CommandError, match=enquiry.reference):
        call_command("personal_data", "erase", enquiry.reference)
    call_command("personal_data", "erase", enquiry.reference, "--yes", stdout=said)

    assert not Enquiry.objects.exists()
    with pytest.raises(CommandError, match="Nothing"):
        call_command("personal_data", "read", enquiry.reference)
