"""NHS numbers in what people write: they should not send them, and we do not spread them."""

import re
from collections.abc import Iterator

# 9434765919 or 943 476 5919, also with other spaces, hyphens and dots.
GAP = r"[ \t\u00a0\u2009\u202f.\u2010-\u2013-]{0,3}"
TEN_DIGITS = re.compile(rf"(?<!\d)(?<!\d[-.,])[1-9]\d\d{GAP}\d{{3}}{GAP}\d{{4}}(?![-.]?\d)")
# What comes before the same digits in a phone number with a country's code: +44 (0)943 476 5919.
COUNTRY_CODE = re.compile(r"(?:\+|\b00)\d{1,3}[ -]?(?:\(0\) ?)?$")
LONGEST_CODE = 12
HIDDEN = "[NHS number hidden]"


def found(text: str) -> list[str]:
    """Return the NHS numbers in a text, as they are written there."""
    return [match[0] for match in _matches(text)]


def masked(text: str) -> str:
    """Return a text with words in place of each NHS number."""
    parts, end = [], 0
    for match in _matches(text):
        parts += [text[end : match.start()], HIDDEN]
        end = match.end()
    return "".join(parts) + text[end:]


def _matches(text: str) -> Iterator[re.Match]:
    for match in TEN_DIGITS.finditer(text):
        before = text[max(0, match.start() - LONGEST_CODE) : match.start()]
        if _is_valid(match[0]) and not COUNTRY_CODE.search(before):
            yield match


def _is_valid(number: str) -> bool:
    """Return whether the last digit is the check digit (NHS Data Dictionary, "NHS NUMBER").

    The digits times 10, 9, 8 and so on add up to a multiple of 11, the check digit times 1.
    No NHS number begins with 0, as phone numbers do.
    """
    digits = [int(character) for character in number if character.isdigit()]
    return sum(digit * (10 - place) for place, digit in enumerate(digits)) % 11 == 0
