"""Words as search compares them: one way of reading text, for what is found and what is typed.

What two people write in two ways is one word here: capitals, accents, apostrophes, the dots and
the "&" of abbreviations, the spaces of a telephone number. A search engine is given these words
alone, of plain letters and digits, so that every engine finds the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from threading import Lock

from snowballstemmer import stemmer

LONGEST_WORD = 60  # characters

EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
PHONE = r"(?<![\w+])(?:(?:\+|00)44\s?(?:\(0\)\s?)?|\(?0)\d(?:[\s()-]{0,2}\d){6,9}(?!\d)"
POSTCODE = r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b"
LETTERS = r"\b[a-z]\s?&\s?[a-z]\b|\b(?:[a-z]\.)+[a-z]\b"  # A&E, G.P.
A_WORD_AND_NO_MORE = r"[a-z]{2,}(?:[^\w.+@-]|\.\s)"  # of most, which are read in half the time so
TOKEN = re.compile(
    rf"(?!{A_WORD_AND_NO_MORE})(?:(?P<email>{EMAIL})|(?P<phone>{PHONE})|(?P<postcode>{POSTCODE})"
    rf"|(?P<letters>{LETTERS}))|(?P<word>[^\W_]+)"
)
PART = re.compile(r"[^\W_]+")
APOSTROPHES = "'`\u2018\u2019\u02bc\u00b4"
DROPPED = re.compile(rf"[{APOSTROPHES}]|(?<=\d),(?=\d{{3}}(?!\d))")  # who's, 25,000
PLURAL = re.compile("[^aeiou\\d]{2,4}(?<!s)s")  # of an abbreviation, which has no vowel: GPs, CCGs
NOT_PLURAL = "nhs"
INWARD = 3  # the characters of a postcode's second half

# What people put around the words that matter.
FILLERS = frozenset(
    """
    a about am an and any anyone are as at be been being but by can could did do does doing dont for
    from get gets getting give go goes going got had has have having here how i id if im in into is
    it its ive just know let like look looking many may me might more much my need no now of often
    on one or our out please really shall she should so some somebody someone something tell than
    thank thanks that the their them then there these they thing things think thinks this those to
    too try trying up us use very want wants was we well were what whats when where wheres which who
    whos why will with would you your yours find information info page website site
    """.split()  # noqa: SIM905, a list of so many lines says no more
)

_english = stemmer("english")
_one_at_a_time = Lock()  # the stemmer keeps the word that it works on


def plain(text: str) -> str:
    """Return the text in small letters, without accents and what cannot be written down."""
    if text.isascii():  # most texts by far
        return text.casefold()
    text = unicodedata.normalize("NFKD", text.encode("utf-8", "ignore").decode()).casefold()
    return "".join(c for c in text if not unicodedata.combining(c))


def tokens(text: str) -> list[list[str]]:
    """Return the words of a text in order, each with the parts that it may also be found by.

    An e-mail address, a telephone number and a postcode are each one word, with parts.
    """
    text = DROPPED.sub("", plain(text))
    return [token(match) for match in TOKEN.finditer(text)]


def token(match: re.Match[str]) -> list[str]:
    """Return the one of the words that TOKEN found in plain text, with its parts."""
    kind, text = match.lastgroup, match[0]
    if kind == "word":
        return [text[:LONGEST_WORD]]
    parts = PART.findall(text)
    whole = "".join(parts)[:LONGEST_WORD]
    if kind == "phone":
        whole = re.sub("^(?:00)?440?", "0", whole)
    if kind == "postcode":
        parts = [whole[:-INWARD], whole[-INWARD:]]
    if kind == "letters" or len(parts) == 1:
        return [whole]
    return [whole, *(part[:LONGEST_WORD] for part in parts)]


def words(text: str) -> list[str]:
    """Return all words of a text, in order; the parts of one come right after it."""
    return [word for token in tokens(text) for word in token]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the part that the forms of an English word share, as the Snowball stemmer finds it.

    https://snowballstem.org/algorithms/english/stemmer.html
    """
    if PLURAL.fullmatch(word) and word != NOT_PLURAL:
        return word[:-1]
    with _one_at_a_time:
        return _english.stemWord(word)


def stems(found: Iterable[str]) -> list[str]:
    return [stem(word) for word in found]
