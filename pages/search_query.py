"""What a visitor typed, understood: the things that are looked for, each by several words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from pages.search_lists import EmergencyRule, SearchLists, SynonymRule
from pages.vocabulary import Vocabulary
from pages.words import FILLERS, stem, stems, tokens, words

LONGEST_QUERY = 200  # characters
MOST_TYPED = 60  # words; there are signs that stand for several
MOST_WORDS = 12  # of these that are looked for
MOST_ALTERNATIVES = 10
# How much another word counts beside the one that was typed.
SYNONYM = 0.95
JOINED = 0.95
PREFIX = 0.85
PARTS = 0.85

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """One thing that is looked for, by any of several groups of stems that stand together."""

    alternatives: dict[Stems, float]  # with how much each counts, up to 1
    weight: float  # more for a rare one


@dataclass(frozen=True)
class Query:
    """What is looked for."""

    terms: list[Term]
    stems: list[str]  # of all words in order, put right: for names that are typed in full
    readings: list[list[str]]  # the stems of the words as typed, and of what they may stand for
    corrected: str = ""  # the words put right, if they had to be
    unknown: tuple[str, ...] = ()  # words that nothing here has, and nothing like them

    @property
    def all_stems(self) -> list[str]:
        """Every stem that may be found, each once."""
        found = chain.from_iterable(chain.from_iterable(t.alternatives for t in self.terms))
        return list(dict.fromkeys(found))

    def says(self, phrase: str) -> bool:
        """Return whether the words of a phrase stand in a row in what was typed, in any form."""
        wanted = _phrase_in_a_row(phrase)
        return bool(wanted) and wanted in self._in_rows

    @cached_property
    def _in_rows(self) -> str:
        return "|".join(map(_in_a_row, self.readings))


def understand(text: str, vocabulary: Vocabulary, lists: SearchLists) -> Query:
    """Return what is looked for in what was typed; it has no terms if there is no word in it."""
    typed = _typed_words(text, vocabulary)
    listed = _listed_words(lists.synonyms, lists.emergencies)
    forms = {
        word: Forms(word, vocabulary, listed)
        for word in typed
        if not (word in FILLERS or stem(word) in listed or vocabulary.has(word))
    }
    right = [forms[word].corrected or word if word in forms else word for word in typed]
    spelt = [forms[word].nearest or word if word in forms else word for word in typed]
    joined = dict(vocabulary.joined(typed))
    meanings = _meanings(stems(right), lists.synonyms)
    content = {word for word in typed if word not in FILLERS} or set(typed)
    terms = []
    place = 0
    while place < len(typed):
        length, means = meanings.get(place, (1, []))
        if means or typed[place] in content:
            alternatives: dict[Stems, float] = {}
            _add(alternatives, stems(right[place : place + length]), 1)
            for meant in means:
                _add(alternatives, meant, SYNONYM)
            for at in range(place - 1, place + length):
                if at in joined:
                    _add(alternatives, [stem(joined[at])], JOINED)
            if length == 1:
                _add_forms(alternatives, typed[place], forms, vocabulary)
            terms.append(_term(alternatives, vocabulary))
        place += length
    return Query(
        terms[:MOST_WORDS],
        stems(right),
        [stems(typed), stems(right), stems(spelt)],
        " ".join(right) if right != typed else "",
        tuple(word for word, form in forms.items() if not form.any),
    )


@lru_cache(maxsize=10_000)
def stems_of(phrase: str) -> Stems:
    """Return the stems of a phrase; editors' phrases are the same for many searches."""
    return tuple(stems(words(phrase)))


@lru_cache(maxsize=10_000)
def _phrase_in_a_row(phrase: str) -> str:
    """Return the stems of a phrase as they stand in a text; nothing if it has no words."""
    found = stems_of(phrase)
    return _in_a_row(found) if found else ""


@lru_cache(maxsize=4)
def _listed_words(
    synonyms: tuple[SynonymRule, ...], emergencies: tuple[EmergencyRule, ...]
) -> frozenset[str]:
    """Return the words that editors expect people to type, and their stems: all spelt right."""
    phrases = chain.from_iterable(
        [*(rule.typed for rule in synonyms), *(rule.phrases for rule in emergencies)]
    )
    listed = frozenset(chain.from_iterable(map(words, phrases)))
    return listed.union(map(stem, listed))


def _typed_words(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words.

    What is one word of parts, such as an e-mail address, gives its parts if nothing has it whole.
    """
    found: list[str] = []
    for token in tokens(text[:LONGEST_QUERY]):
        found += token[:1] if len(token) == 1 or token[0] in vocabulary.counts else token[1:]
    return found[:MOST_TYPED]


class Forms:
    """What a word that is not known may stand for."""

    def __init__(self, word: str, vocabulary: Vocabulary, listed: frozenset[str]) -> None:
        self.parts = vocabulary.parts(word)
        self.longer = vocabulary.beginning_with(word)
        self.alike = vocabulary.spelt_like(word, listed)
        self.any = bool(self.parts or self.longer or self.alike)
        self.nearest = self.alike[0][0] if self.alike else ""
        self.corrected = "" if self.longer else self.nearest


def _add_forms(
    alternatives: dict[Stems, float], word: str, forms: dict[str, Forms], vocabulary: Vocabulary
) -> None:
    """Add what else the one word may stand for: two words, a longer one, one spelt like it."""
    if word not in forms:
        _add(alternatives, stems(vocabulary.parts(word)), PARTS)
        return
    form = forms[word]
    _add(alternatives, stems(form.parts), PARTS)
    for longer in form.longer:
        _add(alternatives, [stem(longer)], PREFIX)
    for other, alike in form.alike:
        _add(alternatives, [stem(other)], alike)


def _add(alternatives: dict[Stems, float], found: Iterable[str], counts: float) -> None:
    """Add stems that go together; fillers among others need not be there."""
    together = tuple(dict.fromkeys(x for x in found if x not in FILLERS)) or tuple(found)
    if together and len(alternatives) < MOST_ALTERNATIVES:
        alternatives[together] = max(counts, alternatives.get(together, 0))


def _term(alternatives: dict[Stems, float], vocabulary: Vocabulary) -> Term:
    """Return the term, weighed by its most frequent alternative that exists at all."""
    rarities = [
        vocabulary.rarity(x) for x in alternatives if all(map(vocabulary.stem_counts.get, x))
    ]
    return Term(alternatives, min(rarities, default=1))


def _meanings(
    typed: list[str], rules: tuple[SynonymRule, ...]
) -> dict[int, tuple[int, list[Stems]]]:
    """Return where synonyms begin: how many words each covers, and the stems that it stands for.

    The longest phrase at a place wins; phrases of the same length add up.
    """
    found: dict[int, tuple[int, list[Stems]]] = {}
    begun = _by_first_stem(rules)
    for place, first in enumerate(typed):
        for wanted, means in begun.get(first, ()):
            length = len(wanted)
            if tuple(typed[place : place + length]) == wanted:
                longest, so_far = found.get(place, (0, []))
                if length >= longest:
                    found[place] = length, [*(so_far if length == longest else ()), *means]
    return found


@lru_cache(maxsize=4)
def _by_first_stem(rules: tuple[SynonymRule, ...]) -> dict[str, list[tuple[Stems, list[Stems]]]]:
    """Return the phrases that are typed, with what they mean, by the stem that they begin with."""
    found: dict[str, list[tuple[Stems, list[Stems]]]] = {}
    for rule in rules:
        means = [stems_of(phrase) for phrase in rule.means]
        for typed in filter(None, map(stems_of, rule.typed)):
            found.setdefault(typed[0], []).append((typed, means))
    return found


def _in_a_row(some: Sequence[str]) -> str:
    """Return stems as a text in which any others that stand in a row can be found."""
    return f" {' '.join(some)} "
