"""The words around what was looked for, with what was found in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from unicodedata import combining

from pages.search_query import Query
from pages.words import DROPPED, FILLERS, TOKEN, plain, stem, token

LENGTH = 220  # characters
BEFORE = 60  # characters, at most, before the first word that was found
FILLER_STEMS = frozenset(map(stem, FILLERS))
ENDS_OF_SENTENCES = (". ", "! ", "? ", ": ")


@dataclass(frozen=True)
class LookedFor:
    """What to mark: stems, each with the number of the thing that it is a sign of.

    A word that matters little by itself, as "of", is marked beside one that matters if both were
    typed side by side: `typed_together` has those pairs of stems. If nothing but such words was
    typed, as "information", they are marked: `fillers_too`.
    """

    stems: Mapping[str, int]
    typed_together: frozenset[tuple[str, str]] = field(default=frozenset())
    fillers_too: bool = False
    _known: dict[str, frozenset[int]] = field(default_factory=dict, init=False, compare=False)

    @classmethod
    def by(cls, query: Query) -> "LookedFor":
        """Return what a query looks for."""
        stems: dict[str, int] = {}
        for number, term in enumerate(query.terms):
            for together in term.alternatives:
                for each in together:
                    stems.setdefault(each, number)
        fillers_too = FILLER_STEMS.issuperset(query.stems)
        return cls(stems, frozenset(pairwise(query.stems)), fillers_too)

    def things_in(self, there: Iterable[str]) -> frozenset[int]:
        """Return which of the things some words are signs of."""
        signs = [stem(word) for word in there if self.fillers_too or word not in FILLERS]
        return frozenset([self.stems[each] for each in signs if each in self.stems])

    def things_at(self, tokens: Sequence[re.Match[str]]) -> list[frozenset[int]]:
        """Return which of the things each word is a sign of that TOKEN found in plain text.

        It is remembered, since the texts of one search have most of their words in common.
        """
        written = [match[0] for match in tokens]
        for match, word in zip(tokens, written, strict=True):
            if word not in self._known:
                self._known[word] = self.things_in(token(match))
        return list(map(self._known.__getitem__, written))

    def were_together(self, first: str, second: str) -> bool:
        """Return whether two words, in any form, were typed side by side."""
        return (stem(first), stem(second)) in self.typed_together


@dataclass(frozen=True)
class Fragment:
    """A run of text that was looked for, or was not, with the things that it is a sign of."""

    text: str
    is_found: bool
    things: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Found:
    """A place in a text that has some of what was looked for."""

    start: int
    end: int
    things: frozenset[int]


def snippet(text: str, wanted: LookedFor) -> list[Fragment]:
    """Return the part of a text with most of what is looked for, cut between words.

    Where it was cut there is an ellipsis. A text with none of it gives its beginning.
    """
    found = list(_found(text, wanted))
    start = max(0, min(_best_start(text, found), len(text) - LENGTH))
    start = _word_at_or_after(text, start)
    end = len(text) if len(text) <= start + LENGTH else text.rfind(" ", start, start + LENGTH + 1)
    if end <= start:  # one word that is longer than all that is shown
        end = start + LENGTH
    fragments = _fragments(text, found, start, end)
    if start:
        fragments.insert(0, Fragment("… ", is_found=False))
    if end < len(text):
        fragments.append(Fragment(" …", is_found=False))
    return fragments


def marked(text: str, wanted: LookedFor) -> list[Fragment]:
    """Return the whole text with what is looked for marked."""
    return _fragments(text, list(_found(text, wanted)), 0, len(text))


def things_in(fragments: Iterable[Fragment]) -> set[int]:
    """Return which of the things that are looked for are marked."""
    return {thing for each in fragments for thing in each.things}


# --- Finding ----------------------------------------------------------------------------------


def _found(text: str, wanted: LookedFor) -> Iterator[Found]:
    """Yield the places of what is wanted, reading the text as search reads it."""
    plain_text, places = _plain_with_places(text)
    tokens = list(TOKEN.finditer(plain_text))
    things = wanted.things_at(tokens)
    signs = [n for n, found in enumerate(things) if found]
    for n in sorted(_with_neighbours(signs, [match[0] for match in tokens], wanted)):
        end = places[tokens[n].end() - 1] + 1
        while end < len(text) and combining(text[end]):  # an accent on the last letter
            end += 1
        yield Found(places[tokens[n].start()], end, things[n])


def _with_neighbours(signs: list[int], there: list[str], wanted: LookedFor) -> set[int]:
    """Return the places of signs with the words beside them that were typed beside them."""
    found = set(signs)
    for at in signs:
        n = at + 1
        while n < len(there) and n not in found and wanted.were_together(there[n - 1], there[n]):
            found.add(n)
            n += 1
        n = at - 1
        while n >= 0 and n not in found and wanted.were_together(there[n], there[n + 1]):
            found.add(n)
            n -= 1
    return found


def _plain_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return the text in plain letters, and where in the text each of these letters stands."""
    if text.isascii():
        plain_text, places = text.lower(), range(len(text))
    else:
        letters = list(map(_plain_character, text))
        plain_text, places = "".join(letters), range(len(text))
        if set(map(len, letters)) != {1}:
            places = [place for place, written in enumerate(letters) for _ in written]
    kept: list[int] = []
    begin = 0
    for match in DROPPED.finditer(plain_text):
        kept += places[begin : match.start()]
        begin = match.end()
    return DROPPED.sub("", plain_text), [*kept, *places[begin:]] if begin else places


@lru_cache(maxsize=5_000)
def _plain_character(character: str) -> str:
    return plain(character)


# --- Cutting ----------------------------------------------------------------------------------


def _best_start(text: str, found: list[Found]) -> int:
    """Return where to begin, so that as much as can be of what was looked for is shown."""
    best = (0, 0, 0)
    start = 0
    for n, first in enumerate(found):
        begin = _begin_before(text, first.start)
        shown = []
        for each in found[n:]:
            if each.end > begin + LENGTH:
                break
            shown.append(each)
        things = {x for each in shown for x in each.things}
        value = (len(things), len(shown), -begin)
        if value > best:
            best, start = value, begin
    return start


def _begin_before(text: str, place: int) -> int:
    """Return the beginning of the sentence that a place is in, or if that is far, of a word."""
    if place <= BEFORE:
        return 0
    near = place - BEFORE
    sentence = max(text.rfind(end, near, place) + len(end) for end in ENDS_OF_SENTENCES)
    return sentence if sentence > near else _word_at_or_after(text, near)


def _word_at_or_after(text: str, place: int) -> int:
    if place == 0 or text[place - 1] == " ":
        return place
    space = text.find(" ", place)
    return space + 1 if 0 <= space < place + BEFORE else place


def _fragments(text: str, found: list[Found], start: int, end: int) -> list[Fragment]:
    """Return the text between two places; words that were found side by side are one."""
    fragments: list[Fragment] = []
    at = start
    for each in found:
        if each.start < at or each.end > end:
            continue
        between = text[at : each.start]
        if fragments and not between.strip():
            before = fragments.pop()
            run = before.text + between + text[each.start : each.end]
            fragments.append(Fragment(run, True, before.things | each.things))
        else:
            if between:
                fragments.append(Fragment(between, is_found=False))
            fragments.append(Fragment(text[each.start : each.end], True, each.things))
        at = each.end
    if at < end:
        fragments.append(Fragment(text[at:end], is_found=False))
    return fragments
