"""A form's number is good for one enquiry of one kind for a day, and nobody else can make one."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.utils import timezone

from enquiries.form_numbers import TooOld, Unreadable, issue, read
from enquiries.models import EnquiryKind

KIND = EnquiryKind(pk=7, code="FOI", subject="information")


@pytest.fixture
def later(monkeypatch):
    began = timezone.now()

    def go(**time_that_passes) -> None:
        moment = began + timedelta(**time_that_passes)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return go


def test_it_says_what_the_form_is_without_asking_the_database():
    number = read(issue(KIND))

    assert (number.kind, number.code, number.subject) == (7, "FOI", "information")
    assert timedelta(0) <= number.age < timedelta(seconds=1)


def test_it_is_short_and_fit_for_a_form():
    token = issue(KIND)

    assert len(token) < 150
    assert token.isascii()
    assert token.isprintable()


def test_each_form_becomes_an_enquiry_of_its_own():
    assert read(issue(KIND)).submission != read(issue(KIND)).submission


def test_a_code_can_be_any_text():
    assert read(issue(EnquiryKind(pk=1, code="A:B", subject="page"))).code == "A:B"


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: "9" + token,
        lambda token: token.replace(":7:", ":8:"),
        lambda token: token.rpartition(":")[0],
        lambda token: token.replace(":", "\0"),
        lambda token: token + "\ud800",
        lambda token: "é" + token,
        lambda token: token * 100,
        lambda token: Signer(salt="another").sign(token.rpartition(":")[0]),
    ],
)
def test_what_we_did_not_sign_is_unreadable(change):
    token = issue(KIND)
    read(token)

    with pytest.raises(Unreadable):
        read(change(token))


def test_it_is_good_for_a_day(later):
    token = issue(KIND)

    later(hours=23, minutes=59)
    number = read(token)
    later(hours=24, minutes=1)
    with pytest.raises(TooOld) as problem:
        read(token)

    assert problem.value.number == number


def test_a_clock_that_was_put_back_makes_no_form_too_old(later):
    token = issue(KIND)
    later(days=-3)

    assert read(token).age < timedelta(0)
