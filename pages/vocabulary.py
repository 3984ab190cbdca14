"""The words of everything that search can find: how frequent each is, and what is spelt like it.

A process keeps them until the passages change. A word is a hint for looking, never an answer: what
it leads to is looked up in the passages, so a word that only a withdrawn page had leads nowhere.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise, takewhile
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from pages.kept import kept_for_a_second
from pages.models.passages import IndexedWord, IndexState
from pages.words import FILLERS, stem

SHORTEST_TO_CORRECT = 3  # letters
SHORT = 4  # a word this short is near too many others, unless it begins like them
SHORTEST_PREFIX = 3
SHORTEST_PART = 3  # of a word that is really several, but for words such as "of"
LONGEST_PART = 20
MOST_PREFIXED = 6
MOST_LOOKED_AT = 30
MOST_NEAR = 3
# From 0 (nothing alike) to 1 (the same).
LIKE = 0.72
LIKE_BUT_FOR_THE_BEGINNING = 0.8
LIKE_IN_SOUND = 0.75
LIKE_AS_A_WHOLE = 0.85
AS_GOOD = 0.08  # how much less alike than the best one a second correction may be

# How English spells sounds: what is written in two ways is one sound.
SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^(?:ps|pn|kn|gn|wr)", lambda match: match[0][1]),
        ("ph|gh(?=t?$)", "f"),
        ("tion|sion|cian|shun", "shn"),
        ("th", "d"),
        ("sch|sh|ch", "j"),
        ("c(?=[eiy])", "s"),
        ("ck|qu|[cq]", "k"),
        ("x", "ks"),
        ("z", "s"),
        ("dg|g(?=[eiy])", "j"),
        ("wh", "w"),
        ("[aeiouy]+", "a"),
        (r"h(?!a)", ""),
        (r"(.)\1+", r"\1"),
    )
]


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Return roughly how an English word sounds, so that "farmacy" is like "pharmacy"."""
    for pattern, replacement in SOUNDS:
        word = pattern.sub(replacement, word)
    return word


class Vocabulary:
    """Words with the number of passages that each stands in."""

    _kept: "tuple[Hashable, Vocabulary] | None" = None

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self.stem_counts: Counter[str] = Counter()
        for word, count in counts.items():
            self.stem_counts[stem(word)] += count
        self.most = max(self.stem_counts.values(), default=0)

    @classmethod
    def current(cls) -> "Vocabulary":
        """Return the words as they are now, from the last reading if nothing has changed."""
        mark = _mark()
        if cls._kept is None or cls._kept[0] != mark:
            cls._kept = mark, cls(IndexedWord.counts())
        return cls._kept[1]

    def has(self, word: str) -> bool:
        """Return whether the word, or another form of it, is known."""
        return word in self.counts or stem(word) in self.stem_counts

    def rarity(self, stems: Iterable[str]) -> float:
        """Return how much it says that a passage has all these stems: 1 for a very common one."""
        count = min((self.stem_counts[x] for x in stems), default=0)
        return 1 + log((self.most + 1) / (count + 0.5))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.counts)

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for word in self.counts:
            if not word.isdigit():
                found.setdefault(len(word), []).append(word)
        return found

    def beginning_with(self, start: str) -> list[str]:
        """Return the most frequent words that begin so, if it is long enough to say anything."""
        if len(start) < SHORTEST_PREFIX:
            return []
        words = self._sorted
        at = bisect_left(words, start)
        found = takewhile(
            lambda word: word.startswith(start), (words[i] for i in range(at, len(words)))
        )
        return sorted(found, key=lambda word: -self.counts[word])[:MOST_PREFIXED]

    def spelt_like(self, word: str, others: Iterable[str] = ()) -> list[tuple[str, float]]:
        """Return the words that may be meant by one that is not known, likeliest first.

        `others` are words that count as known besides. Each comes with how like it is, from 0
        to 1. There is none for a number; three letters are an abbreviation as a rule, and are held
        against the others alone.
        """
        if len(word) < SHORTEST_TO_CORRECT or any(c.isdigit() for c in word):
            return []
        near = range(len(word) - 2, len(word) + 3)
        known = [x for x in others if len(x) in near]
        if len(word) > SHORTEST_TO_CORRECT:
            known += [x for length in near for x in self._by_length.get(length, ())]
        in_letters = dict(_alike(word, known, LIKE, str))
        in_sound = dict(_alike(word, known, LIKE_IN_SOUND, sound))
        likeness = {
            other: (_letters(word, other) + _letters(sound(word), sound(other))) / 2
            for other in in_letters | in_sound
            if len(word) > SHORT or (other[0] == word[0] and other in in_letters)
        }
        rated = sorted(
            (
                (self._likelihood(word, other, alike), other)
                for other, alike in likeness.items()
                if alike
                >= (LIKE if sound(word)[:1] == sound(other)[:1] else LIKE_BUT_FOR_THE_BEGINNING)
            ),
            reverse=True,
        )
        best = rated[0][0] if rated else 0
        return [
            (other, likeness[other]) for rate, other in rated[:MOST_NEAR] if rate >= best - AS_GOOD
        ]

    def _likelihood(self, word: str, other: str, alike: float) -> float:
        """Return how likely it is that a word stands for another.

        People rarely miss the first letter, and mean frequent words more often.
        """
        return alike + 0.05 * (word[0] == other[0]) + 0.01 * log(1 + self.counts.get(other, 0))

    def parts(self, word: str) -> list[str]:
        """Return the known words that a word is made of, as few as can be; none if it is not."""
        # Of each beginning of the word: the fewest words that make it, frequent ones first.
        made: list[tuple[int, float, list[str]] | None] = [(0, 0, [])]
        for end in range(1, len(word) + 1):
            ways = [
                (
                    before[0] + 1,
                    before[1] - log(1 + self.stem_counts[stem(part)]),
                    [*before[2], part],
                )
                for start in range(max(0, end - LONGEST_PART), end)
                if (before := made[start]) and self._is_part(part := word[start:end])
            ]
            made.append(min(ways, default=None))
        found = made[-1][2] if made[-1] else []
        return found if len(found) > 1 else []

    def _is_part(self, part: str) -> bool:
        return self.has(part) and (len(part) >= SHORTEST_PART or part in FILLERS)

    def joined(self, words: list[str]) -> Iterator[tuple[int, str]]:
        """Yield the words that two neighbours make together, with the place of the first.

        Where one of the two is not known, the whole may be spelt a little differently.
        """
        for place, (first, second) in enumerate(pairwise(words)):
            whole = first + second
            if len(whole) <= SHORT:
                continue
            if self.has(whole):
                yield place, whole
            elif not (self.has(first) and self.has(second)):
                for other, alike in self.spelt_like(whole)[:1]:
                    if alike >= LIKE_AS_A_WHOLE:
                        yield place, other


@kept_for_a_second
def _mark() -> Hashable:
    return IndexState.current_mark()


def _alike(
    word: str, words: list[str], cutoff: float, read: Callable[[str], str]
) -> Iterator[tuple[str, float]]:
    """Yield those of the words that read alike, with how much, from 0 to 1."""
    found = process.extract(
        word,
        words,
        scorer=OSA.normalized_similarity,
        processor=read,
        score_cutoff=cutoff,
        limit=MOST_LOOKED_AT,
    )
    for other, alike, _ in found:
        yield other, alike


def _letters(one: str, other: str) -> float:
    return OSA.normalized_similarity(one, other)
