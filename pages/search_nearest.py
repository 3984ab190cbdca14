"""What to offer somebody whose search found nothing: other words, and pages called alike."""

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from wagtail.models import Page

from pages.public import public_pages
from pages.search import Hit, or_unavailable, search_pages
from pages.search_query import MOST_WORDS
from pages.vocabulary import Vocabulary
from pages.words import FILLERS, plain, stem, stems, words

SHORTEST = 3  # letters
LIKE = 0.55  # from 0 (nothing alike) to 1 (the same): lower than where words are put right unasked
LIKE_IN_NAME = 70  # from 0 to 100
MOST_LETTERS_MORE = 4  # or fewer
MOST_ALIKE = 20
MOST_PAGES = 5


@or_unavailable
def spelling_for(text: str) -> str:
    """Return the words as they may be meant, if a search for them finds them all, or nothing.

    A word that stands nowhere but on a page that is not public any more is not offered. Raises
    SearchUnavailableError.
    """
    typed = words(text)[:MOST_WORDS]
    right = [_nearest_word(word) for word in typed]
    changed = {stem(word) for word in right} - {stem(word) for word in typed}
    if not changed:
        return ""
    spelling = " ".join(right)
    there = {x for hit in search_pages(spelling).hits for x in _stems_of(hit)}
    return spelling if changed <= there else ""


def _stems_of(hit: Hit) -> list[str]:
    return [*hit.passage.stems.split(), *stems(hit.passage.names.split())]


def _nearest_word(word: str) -> str:
    """Return the known word that is most like one that is not, or else the same word.

    It begins with the same letter: that is the one that people hardly ever miss.
    """
    counts = Vocabulary.current().counts
    if len(word) < SHORTEST or word in FILLERS or word in counts or not word.isalpha():
        return word
    near = [
        other
        for other in counts
        if other[0] == word[0]
        and abs(len(other) - len(word)) <= MOST_LETTERS_MORE
        and other.isalpha()
    ]
    alike = process.extract(
        word, near, scorer=OSA.normalized_similarity, score_cutoff=LIKE, limit=MOST_ALIKE
    )
    best = max(alike, key=lambda found: (found[1], counts[found[0]]), default=None)
    return best[0] if best else word


@or_unavailable
def pages_named_like(text: str) -> list[Page]:
    """Return the few public pages whose titles are most like what was typed, likeliest first.

    Raises SearchUnavailableError.
    """
    titles = dict(public_pages().filter(depth__gt=1).values_list("pk", "title"))
    alike = process.extract(
        text,
        titles,
        scorer=fuzz.WRatio,
        processor=plain,
        score_cutoff=LIKE_IN_NAME,
        limit=MOST_PAGES,
    )
    pages = public_pages().in_bulk([pk for _, _, pk in alike])
    return [pages[pk] for _, _, pk in alike if pk in pages]
