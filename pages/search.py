"""Search. It names no page type: each type says what of it can be found."""

import re
import unicodedata

from wagtail.models import Page
from wagtail.search.query import PlainText

from pages.public import public_pages

LONGEST_QUERY = 200
MOST_WORDS = 10
MOST_RESULTS = 200
WORD = re.compile(r"[^\W_]+")


def search_words(text: str) -> list[str]:
    """Return what can be searched for in what a visitor typed: at most ten plain words."""
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())[:LONGEST_QUERY]
    return WORD.findall(text.lower())[:MOST_WORDS]


def search_pages(text: str) -> list[Page]:
    """Return the public pages that have all the words, or any of them if none has all."""
    words = search_words(text)
    if not words:
        return []
    query = " ".join(words)
    for operator in ("and", "or"):
        found = list(public_pages().search(PlainText(query, operator=operator))[:MOST_RESULTS])
        if found:
            return found
    return []
