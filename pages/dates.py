"""Days and moments as readers read them, and counting in months."""

from calendar import monthrange
from datetime import date, datetime

from django.utils import timezone

MONTHS_IN_A_YEAR = 12


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last one of a shorter month.

    Raises ValueError before the year 1.
    """
    year, month = divmod(day.year * MONTHS_IN_A_YEAR + day.month - 1 - months, MONTHS_IN_A_YEAR)
    if year < 1:
        raise ValueError("There is no such year.")
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_in_words(months: int) -> str:
    """Return a number of months in words: years where it is whole ones."""
    years, rest = divmod(months, MONTHS_IN_A_YEAR)
    number, noun = (months, "month") if rest else (years, "year")
    return f"{number} {noun}{'' if number == 1 else 's'}"


def moment_in_words(moment: datetime) -> str:
    """Return a moment as the NHS content guide writes it, in the site's time zone.

    For example "5.30pm on 6 August 2018". Midnight alone does not say of which day, so here it
    does.
    """
    moment = timezone.localtime(moment)
    day = f"{moment.day} {moment:%B %Y}"
    match moment.hour, moment.minute:
        case 0, 0:
            return f"midnight at the start of {day}"
        case 12, 0:
            time = "midday"
        case hour, minute:
            minutes = f".{minute:02}" if minute else ""
            time = f"{hour % 12 or 12}{minutes}{'am' if hour < 12 else 'pm'}"  # noqa: PLR2004
    return f"{time} on {day}"
