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
    """Return what can be searched for in what a visitor typed: at most ten plain words.

    Single letters, such as the one after an apostrophe, find everything and say nothing.
    """
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())[:LONGEST_QUERY]
    words = WORD.findall(text.lower())
    return [word for word in words if len(word) > 1 or word.isdigit()][:MOST_WORDS]


def search_pages(text: str) -> list[Page]:
    """Return the public pages that have all the words, or any of them if none has all."""
    words = search_words(text)
    if not words:
        return []
    query = " ".join(words)
    for operator in ("and", "or"):
        found = list(public_pages().search(PlainText(query, operator=operator))[:MOST_RESULTS])
        if found:
            return sorted(found, key=lambda page: -words_in_title(page, words))
    return []


def words_in_title(page: Page, words: list[str]) -> int:
    """Return how many of the words the page's title or heading has, in whatever ending.

    A page about the thing goes before a page that mentions it. The engine of SQLite has no
    weights for fields, so this has to be said for both.
    """
    title = WORD.findall(f"{page.title} {page.seo_title}".lower())
    stems = [word[: max(3, len(word) - 2)] for word in words]
    return sum(any(part.startswith(stem) for part in title) for stem in stems)
