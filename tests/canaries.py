"""Words that stand nowhere else, and every way in which the search index may know one."""

from collections import Counter
from random import Random

from django.core.files.base import ContentFile

from pages.models import IndexedWord, Passage, SiteDocument

CONSONANTS = "bdfgklmnprtvz"
VOWELS = "aiou"
RANDOM = Random("canaries")


def canary() -> str:
    """Return a word unlike any other, that a person could mistype."""
    return "".join(RANDOM.choice(CONSONANTS) + RANDOM.choice(VOWELS) for _ in range(6))


def text(*found: str) -> list[tuple[str, str]]:
    """Return the body of a page with these words."""
    return [("text", f"<p>{' '.join(found)}</p>")]


def document(title: str = "Minutes", said: str = "", **facts) -> SiteDocument:
    """Return a document whose text has been read, in the public collection if none is given."""
    made = SiteDocument.objects.create(
        title=title, file=ContentFile(said.encode(), "minutes.txt"), **facts
    )
    made.read()
    return made


def offering(*documents: SiteDocument) -> list[tuple[str, dict]]:
    """Return the body of a page that offers these documents."""
    return [("document", {"document": each, "text": ""}) for each in documents]


def is_indexed(word: str) -> bool:
    """Return whether a passage has the word. Raises AssertionError where the counts differ."""
    there = [passage for passage in Passage.objects.all() if word in passage.words()]
    counted = IndexedWord.objects.filter(word=word).values_list("passages", flat=True).first()
    assert (counted or 0) == len(there), (word, counted, there)
    return bool(there)


def everything() -> dict[str, object]:
    """Return all that the index holds, by what it is and not by its keys."""
    passages = Passage.objects.values_list(
        "page_id", "document_id", "number", "anchor", "heading", "text", "names", "stems"
    )
    return {
        "passages": sorted(map(repr, passages)),
        "words": dict(IndexedWord.objects.values_list("word", "passages")),
    }


def recounted() -> dict[str, int]:
    """Return how often each word stands in the passages, counted afresh."""
    return dict(Counter(word for passage in Passage.objects.all() for word in passage.words()))
