"""Days and moments in words, and counting in months, at the edges of the calendar."""

from datetime import UTC, date, datetime

import pytest

from pages.dates import moment_in_words, months_before, months_in_words


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 25), 24, date(2024, 11, 25)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2028, 2, 29), 48, date(2024, 2, 29)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(101, 1, 1), 1200, date(1, 1, 1)),
    ],
)
def test_months_are_counted_back(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


def test_there_is_nothing_before_the_first_year() -> None:
    with pytest.raises(ValueError, match="no such year"):
        months_before(date(1, 1, 1), 1)


@pytest.mark.parametrize(
    ("months", "words"),
    [(1, "1 month"), (12, "1 year"), (18, "18 months"), (24, "2 years"), (1200, "100 years")],
)
def test_whole_years_are_called_years(months: int, words: str) -> None:
    assert months_in_words(months) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2018, 8, 6, 16, 30, tzinfo=UTC), "5.30pm on 6 August 2018"),
        (datetime(2018, 12, 6, 9, 0, tzinfo=UTC), "9am on 6 December 2018"),
        (datetime(2018, 12, 6, 12, 0, tzinfo=UTC), "midday on 6 December 2018"),
        (datetime(2018, 12, 6, 12, 5, tzinfo=UTC), "12.05pm on 6 December 2018"),
        (datetime(2018, 12, 6, 0, 0, tzinfo=UTC), "midnight at the start of 6 December 2018"),
        (datetime(2018, 12, 6, 0, 1, tzinfo=UTC), "12.01am on 6 December 2018"),
        # The clocks go forward at 1am on 29 March 2026, and back at 2am on 25 October.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "12.59am on 29 March 2026"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2am on 29 March 2026"),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "12.30am on 25 October 2026"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1.30am on 25 October 2026"),
    ],
)
def test_a_moment_is_one_of_london(moment: datetime, words: str) -> None:
    assert moment_in_words(moment) == words
