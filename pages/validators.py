"""What editors may type, said in their words."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

SHORT_CODES = {"101", "105", "111", "112", "119", "999"}
# With the leading 0 (Ofcom, National Telephone Numbering Plan). A few areas still have 10
# digits; 02 numbers always have 11.
NATIONAL_NUMBER = re.compile(r"02\d{9}|0[1378]\d{8,9}|0[59]\d{9}")

FIRST_YEAR = 2000
YEARS_AHEAD = 10


def phone_digits(value: str) -> str:
    """Return the digits of a UK phone number as dialled: "(023) 9289 9500" to "02392899500"."""
    return re.sub(r"\D", "", value.replace("(0)", "").replace("+44", "0"))


def validate_phone(value: str) -> None:
    """Refuse what cannot be a UK phone number. Raises ValidationError."""
    digits = phone_digits(value)
    if not re.fullmatch(r"[\d\s()+-]+", value) or not (
        digits in SHORT_CODES or NATIONAL_NUMBER.fullmatch(digits)
    ):
        message = "Enter a UK phone number with its area code, such as 01632 960 001."
        raise ValidationError(message)


def refuse_odd_year(year: int) -> None:
    """Refuse a year that can only be a slip. Raises ValidationError."""
    last = timezone.localdate().year + YEARS_AHEAD
    if not FIRST_YEAR <= year <= last:
        message = f"Check the year: it has to be from {FIRST_YEAR} to {last}."
        raise ValidationError(message)


def odd_years(record: models.Model, *names: str) -> dict[str, ValidationError]:
    """Return an error for each of these fields, all dates, whose year can only be a slip."""
    errors = {}
    for name in names:
        value = getattr(record, name)
        try:
            refuse_odd_year(value.year if value else FIRST_YEAR)
        except ValidationError as error:
            errors[name] = error
    return errors


EARLIEST_YEAR, LATEST_YEAR = 1948, 2100  # the NHS began in 1948


def validate_year(value: date) -> None:
    """Refuse a date or a moment in a year that must be a slip. Raises ValidationError."""
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        message = f"Check the year: it has to be between {EARLIEST_YEAR} and {LATEST_YEAR}."
        raise ValidationError(message)
