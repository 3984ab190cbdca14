"""Forms as editors set them, and the bank holidays that dates are counted with."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enquiries.models import BankHoliday, Deletion, EnquiryKind, Subject
from tests import builders
from tests.enquiries.staff import client_of, member

pytestmark = pytest.mark.django_db

FORMS = reverse("enquiry_forms:index")
ADD = reverse("enquiry_forms:add")
HOLIDAYS = reverse("bank_holidays:index")


@pytest.fixture
def publisher() -> Client:
    return client_of(member("pat", "Publishers"))


def facts(**changes: object) -> dict[str, object]:
    contact = changes.pop("contact", None) or builders.contact(main_phone=True, address="1 Street")
    return {
        "name": "Ask the museum",
        "slug": "ask-the-museum",
        "code": "MUS",
        "subject": Subject.GENERAL,
        "is_open": "on",
        "introduction": "null",
        "message_label": "What do you want to know?",
        "acknowledge_unit": "days",
        "answer_unit": "days",
        "keep_days": "365",
        "contact": contact.pk,
        **changes,
    }


def test_a_publisher_adds_a_form_and_says_who_sees_it(publisher) -> None:
    team = Group.objects.get(name="Enquiries team")

    response = publisher.post(ADD, facts(groups=[team.pk], answer_within="20"))

    assert response.status_code == 302
    kind = EnquiryKind.objects.get(code="MUS")
    assert list(kind.groups.all()) == [team]
    assert "Ask the museum" in publisher.get(FORMS).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "state"}, "is taken"),
        ({"code": "mus"}, "capital letters"),
        ({"code": "M1"}, "capital letters"),
        ({"code": "TWC"}, "already exists"),
        ({"keep_days": "0"}, "greater than or equal to 1"),
        ({"keep_days": "99999"}, "less than or equal to"),
        ({"answer_within": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(publisher, changes, words) -> None:
    builders.enquiry_kind(code="TWC")

    response = publisher.post(ADD, facts(**changes))

    assert response.status_code == 200
    assert words in response.content.decode()
    assert not EnquiryKind.objects.filter(name="Ask the museum").exists()


def test_a_form_that_was_used_is_not_deleted_but_closed(publisher) -> None:
    kind = builders.enquiry_kind(name="Old form")
    builders.enquiry(kind)

    response = publisher.post(reverse("enquiry_forms:delete", args=[kind.pk]), follow=True)

    assert "was not deleted, because enquiries have come in" in response.content.decode()
    assert EnquiryKind.objects.filter(pk=kind.pk).exists()


def test_the_counts_of_what_was_deleted_keep_their_form(publisher) -> None:
    kind = builders.enquiry_kind()
    Deletion.objects.create(kind=kind, reason="spam", count=3)

    publisher.post(reverse("enquiry_forms:delete", args=[kind.pk]))

    assert EnquiryKind.objects.filter(pk=kind.pk).exists()


def test_a_form_that_was_never_used_can_be_deleted(publisher) -> None:
    kind = builders.enquiry_kind()

    publisher.post(reverse("enquiry_forms:delete", args=[kind.pk]))

    assert not EnquiryKind.objects.filter(pk=kind.pk).exists()


@pytest.mark.parametrize("group", ["Authors", "Editors", "Enquiries team", "Data protection leads"])
def test_others_set_no_forms_and_no_holidays(group) -> None:
    client = client_of(member("sam", group))
    kind = builders.enquiry_kind(Group.objects.get(name=group))

    for address in (ADD, FORMS, HOLIDAYS, reverse("enquiry_forms:edit", args=[kind.pk])):
        assert client.get(address).status_code == 302
    client.post(ADD, facts())

    assert not EnquiryKind.objects.filter(code="MUS").exists()


# --- Bank holidays ----------------------------------------------------------------------------


def test_a_holiday_is_added(publisher) -> None:
    publisher.post(reverse("bank_holidays:add"), {"day": "2018-12-25", "name": "Christmas Day"})

    assert str(BankHoliday.objects.get(day=date(2018, 12, 25))) == "Christmas Day, 25 December 2018"


def holidays(*days: date) -> None:
    BankHoliday.objects.all().delete()
    BankHoliday.objects.bulk_create(BankHoliday(day=day, name="Holiday") for day in days)


@pytest.mark.parametrize(
    ("last", "is_enough"),
    [
        (None, False),
        (date(2018, 9, 1), False),  # within 60 days
        (date(2018, 12, 26), False),  # nothing of next year
        (date(2019, 1, 1), True),
    ],
)
def test_missing_holidays_are_said(last, is_enough) -> None:
    holidays(*[last] if last else [])

    assert (BankHoliday.gap(date(2018, 8, 6)) == "") is is_enough


def test_new_year_is_near_and_its_holiday_alone_is_not_enough() -> None:
    holidays(date(2019, 1, 1))

    assert BankHoliday.gap(date(2018, 12, 1))


def test_a_publisher_is_told_in_the_list_and_on_the_home_page(publisher) -> None:
    holidays(timezone.localdate() + timedelta(days=5))

    for address in (HOLIDAYS, reverse("wagtailadmin_home")):
        assert "The last bank holiday known is" in publisher.get(address).content.decode()
