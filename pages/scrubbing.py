"""What people type, without what could say who they are.

Numbers and addresses that lead to one person give way to their kind in square brackets. A name
cannot be told from other words: that is why little is kept of searches, and not for long.
"""

import re
import unicodedata

from pages.words import FILLERS, words

LONGEST_KEPT = 100  # characters

EMAIL = re.compile(
    r"[^\s@]+\s?(?:@|\(at\)|\[at\])\s?[^\s@]+|\S+\s+at\s+[\w-]+(?:\s+dot\s+\w+|\.\w+)+"
)
# Two letters, three pairs of digits and a letter; without the last, the digits are a number.
# https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110
NATIONAL_INSURANCE = re.compile(r"\b[a-z]\s?[a-z](?:[\s.-]*\d\d){3}[\s.-]*[a-d]\b")
# https://www.gov.uk/government/publications/bulk-data-transfer-for-sponsors-xml-schema
POSTCODE = re.compile(r"\b(?:[a-z]{1,2}\d[a-z\d]?[\s-]*\d\s?[a-z]{2}|gir\s*0aa)\b")

DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
NAMED_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
ORDINAL = r"(?:\s?(?:st|nd|rd|th))?(?:\s+of)?"
YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
GAP = r"[\s.,/\u2013-]*"
DATE_IN_WORDS = re.compile(
    rf"\b(?:{DAY}{ORDINAL}{GAP}{NAMED_MONTH}|{NAMED_MONTH}{GAP}{DAY}{ORDINAL}){GAP}{YEAR}\b"
)
DATE = re.compile(
    rf"{DAY}(?P<gap>[\s.,/\u2013-]+){MONTH}(?P=gap){YEAR}|(?:19|20)\d\d[\s./\u2013-]{MONTH}[\s./\u2013-]{DAY}"
)

# Digits with what people put between them; one number may be written in many ways.
DIGITS = re.compile(r"\+?\(?\d(?:[\s.,/()+\u2013-]*\d)*")
HARMLESS = re.compile(
    r"(?:19|20)\d\d(?:\s?[\s/\u2013-]\s?(?:19|20)?\d\d)?"  # years: 2022, 2022-23
    r"|\d{1,3}(?:,\d{3})+"  # an amount: 25,000
)
# With the leading 0 or the code of the country: 10 digits without either are no phone number.
PHONE = re.compile(r"0[1-9]\d{8,9}|(?:00)?440?[1-9]\d{8,9}")
NHS_NUMBER = 10  # digits: https://www.datadictionary.nhs.uk/attributes/nhs_number.html
LONGEST_NUMBER = 4  # digits that say nothing of who typed them

PLACEHOLDER = re.compile(r"\[[a-z ]+\]", re.IGNORECASE)
UNFINISHED = re.compile(r"\s*\[[^\]]*$")


def scrubbed(text: str) -> str:
    """Return what may be kept of a search: in small letters, at most 100 characters.

    Nothing, if no word is left that says what it was about.
    """
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    text = "".join(c if c.isprintable() else " " for c in text if unicodedata.category(c) != "Cf")
    text = " ".join(text.lower().split())
    for pattern, placeholder in (
        (EMAIL, "[email]"),
        (NATIONAL_INSURANCE, "[National Insurance number]"),
        (POSTCODE, "[postcode]"),
        (DATE_IN_WORDS, "[date]"),
        (DIGITS, _number),
    ):
        text = pattern.sub(placeholder, text)
    text = _cut(text)
    return text if says_something(text) else ""


def without_placeholders(text: str) -> str:
    """Return a scrubbed search's own words."""
    return " ".join(PLACEHOLDER.sub(" ", text).split())


def says_something(text: str) -> bool:
    """Return whether a scrubbed search has a word that could be about something."""
    kept = set(words(without_placeholders(text))) - FILLERS
    return any(len(word) > 1 and not word.isdigit() for word in kept)


def _number(found: re.Match[str]) -> str:
    """Return what is kept of digits: they themselves, or what kind of number they are."""
    text = found[0]
    digits = re.sub(r"\D", "", text)
    if HARMLESS.fullmatch(text):
        return text
    if DATE.fullmatch(text):
        return "[date]"
    if PHONE.fullmatch(digits):
        return "[phone]"
    if len(digits) == NHS_NUMBER:
        return "[NHS number]"
    return "[number]" if len(digits) > LONGEST_NUMBER else text


def _cut(text: str) -> str:
    """Return the beginning of a text, with whole words and whole placeholders."""
    if len(text) <= LONGEST_KEPT:
        return text
    beginning = text[: LONGEST_KEPT + 1].rpartition(" ")[0] or text[:LONGEST_KEPT]
    return UNFINISHED.sub("", beginning)
