"""The words around what was looked for: the best part of a text, with what was found marked."""

import random
from itertools import pairwise

import pytest

from pages.search_lists import SearchLists
from pages.search_query import understand
from pages.search_snippets import BEFORE, LENGTH, Fragment, LookedFor, marked, snippet, things_in
from pages.vocabulary import Vocabulary
from pages.words import stems, words


def wanted(text: str) -> LookedFor:
    """Return what somebody looks for who typed this, without other words for the same."""
    typed = stems(words(text))
    return LookedFor({each: n for n, each in enumerate(typed)}, frozenset(pairwise(typed)))


def shown(fragments: list[Fragment]) -> str:
    """Return a snippet with what was found in square brackets."""
    return "".join(f"[{f.text}]" if f.is_found else f.text for f in fragments)


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("Get a flu vaccination.", "vaccines", "Get a flu [vaccination]."),
        ("Flu vaccine, now", "flu vaccine", "[Flu vaccine], now"),
        ("flu, vaccine", "flu vaccine", "[flu], [vaccine]"),
        ("Call 023 9289 9500 or write.", "02392899500", "Call [023 9289 9500] or write."),
        ("Write to a.b@c.nhs.uk today", "a.b@c.nhs.uk", "Write to [a.b@c.nhs.uk] today"),
        ("It is at PO1 2GJ.", "po12gj", "It is at [PO1 2GJ]."),
        ("Go to A&E or a G.P. now", "ae gp", "Go to [A&E] or a [G.P]. now"),
        ("The patient\u2019s café", "patients cafe", "The [patient\u2019s café]"),
        ("spent £25,000 (net)", "25000", "spent £[25,000] (net)"),
        ("the ﬂu", "flu", "the [ﬂu]"),
        ("at the cafe\u0301.", "cafe", "at the [cafe\u0301]."),
        ("influenza", "flu", "influenza"),
        ("<b>flu</b>", "flu", "<b>[flu]</b>"),
        ("what is it", "what is it", "what is it"),
        (
            "the Freedom of Information Act",
            "freedom of information",
            "the [Freedom of Information] Act",
        ),
        ("information on flu", "flu information", "information on [flu]"),
        ("", "flu", ""),
    ],
)
def test_what_was_found_is_marked_as_search_reads_it(text: str, typed: str, expected: str) -> None:
    assert shown(snippet(text, wanted(typed))) == expected
    assert shown(marked(text, wanted(typed))) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("information", "the [information] about flu"),
        ("find information", "the [information] about flu"),
        ("flu information", "the information about [flu]"),
    ],
)
def test_words_that_matter_little_are_marked_where_nothing_else_was_typed(
    typed: str, expected: str
) -> None:
    query = understand(typed, Vocabulary({"information": 1, "find": 1, "flu": 1}), SearchLists())

    assert shown(marked("the information about flu", LookedFor.by(query))) == expected


def test_a_long_text_is_shown_from_the_sentence_that_has_the_words() -> None:
    text = "Nothing here. " * 40 + "A zebra was seen. " + "Nothing there. " * 40

    fragments = shown(snippet(text, wanted("zebra")))

    assert fragments.startswith("… A [zebra] was seen. Nothing there.")
    assert fragments.endswith(" …")


def test_a_long_sentence_is_cut_between_words_a_little_before() -> None:
    text = "word " * 100 + "zebra " + "word " * 100

    before, found, _ = shown(snippet(text, wanted("zebra"))).partition("[zebra]")

    assert found
    assert before.startswith("… word ")
    assert len(before) <= BEFORE + 2


def test_the_part_with_most_of_the_words_is_shown() -> None:
    gap = "nothing " * 60
    text = f"A zebra and a zebra and a zebra. {gap} A zebra crossing. {gap}"

    assert "[zebra crossing]" in shown(snippet(text, wanted("zebra crossing")))


def test_a_text_with_none_of_the_words_gives_its_beginning() -> None:
    fragments = snippet("Look both ways. " * 40, wanted("zebra"))

    assert not things_in(fragments)
    assert shown(fragments).startswith("Look both ways. ")
    assert shown(fragments).endswith(" …")


def test_words_at_the_end_are_shown_with_what_stands_before() -> None:
    fragments = shown(snippet("Nothing here. " * 40 + "A zebra", wanted("zebra")))

    assert fragments.endswith("A [zebra]")
    assert len(fragments) > LENGTH / 2


@pytest.mark.parametrize("seed", range(30))
def test_any_text_is_cut_but_not_changed(seed: int) -> None:
    chance = random.Random(seed)
    parts = [
        "zebra",
        "a",
        "\u2019",
        "💉",
        "\u0301",
        "ﬂu",
        "x" * 300,
        "25,000",
        " ",
        ". ",
        "0239 289 9500",
        "é",
    ]
    text = " ".join("".join(chance.choices(parts, k=chance.randint(0, 200))).split())

    fragments = snippet(text, wanted("zebra flu 25000"))

    cut = "".join(f.text for f in fragments).removeprefix("… ").removesuffix(" …")
    assert cut in text
    assert len(cut) <= LENGTH
    assert not text or cut or not text.strip()
    assert all(fragment.text for fragment in fragments)
