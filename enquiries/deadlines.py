"""Until when something has to be done, counted as the law counts it."""

from calendar import monthrange
from collections.abc import Container
from datetime import date, timedelta

from django.db import models

SATURDAY = 5
MONTHS_A_YEAR = 12


class Unit(models.TextChoices):
    WORKING_DAYS = "working days", "working days"
    DAYS = "days", "days"
    MONTHS = "months", "months"


def deadline(received: date, number: int, unit: str, holidays: Container[date]) -> date:
    """Return the last day for what has to be done within a number of days or months.

    The day of receipt does not count (Freedom of Information Act 2000, section 10(1)). A month
    ends on the day of the same number, or on the month's last one, and goes on to the next
    working day (UK GDPR, Article 12(3), as the Information Commissioner counts it).
    """
    if unit == Unit.DAYS:
        return received + timedelta(days=number)
    if unit == Unit.MONTHS:
        return _working_day_from(_months_after(received, number), holidays)
    day = received
    for _ in range(number):
        day = _working_day_from(day + timedelta(days=1), holidays)
    return day


def in_words(number: int | None, unit: str) -> str:
    """Return a number of days or months in words, such as "1 month"; nothing if there is none."""
    if not number:
        return ""
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def _working_day_from(day: date, holidays: Container[date]) -> date:
    while day.weekday() >= SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def _months_after(day: date, number: int) -> date:
    years, month = divmod(day.month - 1 + number, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
