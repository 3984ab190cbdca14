"""When meetings are, in words, with the day of the week: 1pm, 1.30pm, midday, 8am to 5pm.

Source: NHS digital service manual, content style guide, "Numbers, measurements, dates and time".
Everything is in the site's time zone.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from pages.moments import start_of, time_in_words


def day_in_words(moment: datetime) -> str:
    """Return the day: "Wednesday 19 May 2021"."""
    local = timezone.localtime(moment)
    return f"{local:%A} {local.day} {local:%B} {local.year}"


def day_and_time(moment: datetime) -> str:
    """Return both: "Wednesday 19 May 2021, 1.30pm"."""
    return f"{day_in_words(moment)}, {time_in_words(moment)}"


def span_in_words(start: datetime, end: datetime | None) -> str:
    """Return when something takes place: "Wednesday 19 May 2021, 1pm to 3.30pm"."""
    if end is None:
        return day_and_time(start)
    same_day = timezone.localdate(start) == timezone.localdate(end)
    return f"{day_and_time(start)} to {time_in_words(end) if same_day else day_and_time(end)}"


def end_of_day(moment: datetime) -> datetime:
    """Return the first moment after the day in which a moment lies."""
    return start_of(timezone.localdate(moment) + timedelta(days=1))


def has_passed(last_day: date | None) -> bool:
    """Return whether a last day is over; there may be none."""
    return last_day is not None and last_day < timezone.localdate()
