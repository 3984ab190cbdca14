"""Days and times in the words of the NHS content guide, in the site's time zone.

https://service-manual.nhs.uk/content/numbers-measurements-dates-time
"""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format

MIDNIGHT = time(0, 0)
NAMED_TIMES = {MIDNIGHT: "midnight", time(12, 0): "midday"}


def local_day(moment: datetime) -> date:
    """Return the day on which a moment is here."""
    return timezone.localtime(moment).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins here."""
    return timezone.make_aware(datetime.combine(day, MIDNIGHT))


def day_in_words(day: date) -> str:
    """Return a day as "3 March 2027"."""
    return date_format(day, "j F Y")


def time_in_words(moment: datetime) -> str:
    """Return a time as "9am", "5.30pm", "midday" or "midnight"."""
    here = timezone.localtime(moment)
    named = NAMED_TIMES.get(time(here.hour, here.minute))
    minutes = f".{here.minute:02}" if here.minute else ""
    return named or f"{here.hour % 12 or 12}{minutes}{'am' if here.hour < 12 else 'pm'}"  # noqa: PLR2004


def moment_in_words(moment: datetime) -> str:
    """Return a moment as "5.30pm on 3 March 2027"; midnight says which of the two it is."""
    words = time_in_words(moment)
    link = "at the start of" if words == NAMED_TIMES[MIDNIGHT] else "on"
    return f"{words} {link} {day_in_words(local_day(moment))}"


def beginning_in_words(moment: datetime) -> str:
    """Return when something begins: "on 3 March 2027", with the time unless the day begins then."""
    if timezone.localtime(moment).time() == MIDNIGHT:
        return f"on {day_in_words(local_day(moment))}"
    return f"at {moment_in_words(moment)}"


def span_in_words(start: datetime, end: datetime) -> str:
    """Return from when to when something is, such as "3 March 2027, 2pm to 4pm"."""
    if local_day(start) == local_day(end):
        times = f"{time_in_words(start)} to {time_in_words(end)}"
        return f"{day_in_words(local_day(start))}, {times}"
    return f"{moment_in_words(start)} to {moment_in_words(end)}"
