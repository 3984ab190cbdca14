from datetime import date

import pytest

from enquiries.deadlines import Unit, deadline

EASTER_2026 = {date(2026, 4, 3), date(2026, 4, 6)}


@pytest.mark.parametrize(
    ("received", "number", "unit", "due"),
    [
        # Monday 2 March 2026: 20 working days later, and no holiday between.
        (date(2026, 3, 2), 20, Unit.WORKING_DAYS, date(2026, 3, 30)),
        # Over Easter: Good Friday and Easter Monday do not count.
        (date(2026, 3, 16), 20, Unit.WORKING_DAYS, date(2026, 4, 15)),
        # What comes at a weekend counts from the same Monday as what comes on the Friday before.
        (date(2026, 3, 7), 1, Unit.WORKING_DAYS, date(2026, 3, 9)),
        (date(2026, 3, 6), 3, Unit.WORKING_DAYS, date(2026, 3, 11)),
        (date(2026, 3, 2), 30, Unit.DAYS, date(2026, 4, 1)),
        # A month later is a Saturday, and the next working day is the Tuesday after Easter.
        (date(2026, 3, 4), 1, Unit.MONTHS, date(2026, 4, 7)),
        # The last day of a shorter month; 28 February 2026 is a Saturday.
        (date(2026, 1, 31), 1, Unit.MONTHS, date(2026, 3, 2)),
        (date(2026, 11, 30), 3, Unit.MONTHS, date(2027, 3, 1)),
    ],
)
def test_the_last_day_is_counted_as_the_law_counts_it(received, number, unit, due):
    assert deadline(received, number, unit, EASTER_2026) == due
