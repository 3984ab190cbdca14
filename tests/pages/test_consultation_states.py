"""The state of a consultation: one table of cases, tried in Python and in the database."""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pages.consultation_states import State, state_at, state_in_database
from pages.models import ConsultationPage
from pages.moments import beginning_in_words, moment_in_words, span_in_words, time_in_words
from tests import builders

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def at(text: str, fold: int = 0) -> datetime:
    """Return a moment in London; `fold` is 1 for the second of an hour that comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold)


def case(now, expected, opens="2027-03-01T09:00", closes="2027-03-03T17:00", **facts):
    dates = {} if facts.get("dates_unknown") else {"opens_at": opens, "closes_at": closes}
    moments = {name: at(x) if isinstance(x, str) else x for name, x in dates.items()}
    return moments, facts, now, expected


LAST_MINUTE = at("2027-03-03T17:00:59.999999")
CASES = {
    "long before": case(at("2000-01-01T00:00"), State.UPCOMING),
    "just before it opens": case(at("2027-03-01T08:59:59.999999"), State.UPCOMING),
    "as it opens": case(at("2027-03-01T09:00"), State.OPEN),
    "as the closing minute begins": case(at("2027-03-03T17:00"), State.OPEN),
    "at the end of the closing minute": case(LAST_MINUTE, State.OPEN),
    "the minute after": case(at("2027-03-03T17:01"), State.WAITING),
    "far in the future": case(at("2999-01-01T00:00"), State.WAITING),
    "the evening before its answer": case(
        at("2027-04-30T23:59:59"), State.WAITING, answered_on=date(2027, 5, 1)
    ),
    # In summer London's midnight is 11pm in UTC, of the day before.
    "the midnight of its answer": case(
        at("2027-05-01T00:00"), State.ANSWERED, answered_on=date(2027, 5, 1)
    ),
    "answered on the day on which it closes, while open": case(
        at("2027-03-03T16:00"), State.OPEN, answered_on=date(2027, 3, 3)
    ),
    "answered on the day on which it closes": case(
        at("2027-03-03T17:01"), State.ANSWERED, answered_on=date(2027, 3, 3)
    ),
    "closing at midnight, in its minute": case(
        at("2027-03-04T00:00:30"), State.OPEN, closes="2027-03-04T00:00"
    ),
    "closing at midnight, after": case(
        at("2027-03-04T00:01"), State.WAITING, closes="2027-03-04T00:00"
    ),
    "closing on 29 February": case(
        at("2028-02-29T23:59:59"), State.OPEN, closes="2028-02-29T23:59"
    ),
    "after 29 February": case(at("2028-03-01T00:00"), State.WAITING, closes="2028-02-29T23:59"),
    # 28 March 2027, 1am: clocks go forward, so 12.59am is followed by 2am.
    "the minute before the clocks go forward": case(
        at("2027-03-28T00:59:59"), State.OPEN, closes="2027-03-28T00:59"
    ),
    "the minute after the clocks went forward": case(
        at("2027-03-28T02:00"), State.WAITING, closes="2027-03-28T00:59"
    ),
    # 31 October 2027, 2am: clocks go back, so 1.30am comes twice. The first is meant.
    "half past one, the first time": case(
        at("2027-10-31T01:30"), State.OPEN, closes=at("2027-10-31T01:30")
    ),
    "half past one, the second time": case(
        at("2027-10-31T01:30", fold=1), State.WAITING, closes=at("2027-10-31T01:30")
    ),
    "closing in the second half past one": case(
        at("2027-10-31T01:30", fold=1), State.OPEN, closes=at("2027-10-31T01:30", fold=1)
    ),
    "closing in a year far away": case(
        at("2027-03-03T17:00"), State.OPEN, closes="9999-12-31T23:59"
    ),
    "opening in a year far away": case(
        at("2027-03-03T17:00"), State.UPCOMING, opens="9999-12-31T09:00", closes="9999-12-31T23:59"
    ),
    "dates not known": case(at("2027-01-01T00:00"), State.CLOSED, dates_unknown=True),
    "dates not known, answered": case(
        at("2027-01-01T00:00"), State.ANSWERED, dates_unknown=True, answered_on=date(2014, 1, 1)
    ),
    "a draft without dates": case(at("2027-01-01T00:00"), State.UPCOMING, opens=None, closes=None),
    "a draft without a closing date": case(at("2027-03-02T00:00"), State.UPCOMING, closes=None),
    "a draft without an opening date": case(at("2027-03-02T00:00"), State.UPCOMING, opens=None),
}


@pytest.mark.parametrize(("dates", "facts", "now", "expected"), CASES.values(), ids=CASES)
def test_the_state_is_the_same_in_python_and_in_the_database(
    site_home, dates, facts, now, expected
) -> None:
    unset = {"opens_at": None, "closes_at": None, "dates_unknown": False, "answered_on": None}
    record = {**unset, **dates, **facts}
    page = builders.consultation()
    stored = ConsultationPage.objects.filter(pk=page.pk)
    stored.update(**record)

    assert state_at(SimpleNamespace(**record), now) == expected
    assert state_at(stored.get(), now) == expected
    assert stored.annotate(state=state_in_database(now)).get().state == expected


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2027-03-03T09:00", "9am on 3 March 2027"),
        ("2027-03-03T17:30", "5.30pm on 3 March 2027"),
        ("2027-03-03T23:59", "11.59pm on 3 March 2027"),
        ("2027-03-03T12:00", "midday on 3 March 2027"),
        ("2027-03-03T12:05", "12.05pm on 3 March 2027"),
        ("2027-03-03T00:05", "12.05am on 3 March 2027"),
        ("2027-03-04T00:00", "midnight at the start of 4 March 2027"),
        ("2028-02-29T08:00", "8am on 29 February 2028"),
        ("2027-07-01T00:30", "12.30am on 1 July 2027"),
    ],
)
def test_moments_are_said_as_the_nhs_says_them(moment: str, words: str) -> None:
    in_utc = at(moment).astimezone(ZoneInfo("UTC"))

    assert moment_in_words(in_utc) == words
    assert words.startswith(time_in_words(in_utc))


def test_what_begins_with_the_day_needs_no_time() -> None:
    assert beginning_in_words(at("2027-07-01T00:00")) == "on 1 July 2027"
    assert beginning_in_words(at("2027-07-01T09:00")) == "at 9am on 1 July 2027"


def test_a_span_says_its_day_once() -> None:
    start = at("2027-03-03T14:00")

    assert span_in_words(start, at("2027-03-03T16:30")) == "3 March 2027, 2pm to 4.30pm"
    assert span_in_words(start, at("2027-03-04T16:30")) == (
        "2pm on 3 March 2027 to 4.30pm on 4 March 2027"
    )


def test_now_is_a_moment_like_any_other(site_home) -> None:
    assert state_at(builders.consultation(), timezone.now()) == State.OPEN
