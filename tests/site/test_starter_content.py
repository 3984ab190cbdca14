"""The starter content keeps the rules of plain English and of honest content."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from ccgsite.content_files import PageFile, page_files, read_yaml

FILES = list(page_files(settings.BASE_DIR / "fixtures"))
FORMS = {
    "/enquiries/state/",
    *(
        f"/enquiries/{form['slug']}/"
        for form in read_yaml(settings.BASE_DIR / "fixtures" / "enquiries.yaml")["forms"]
    ),
}
LONGEST_SENTENCE = 30  # the names of Acts and bodies force some over 25
MEAN_SENTENCE = 15
MOST_ITEMS = 6

EMPTY_LINK_WORDS = {"here", "click here", "this link", "more information", "read more", "this page"}
BANNED = re.compile(
    r"\b(lorem ipsum|coming soon|tbc|tba|click here|can't|don't|won't|it's|telephone)\b",
    re.IGNORECASE,
)
MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
FOR_STAFF = {"editor_flags", "editor_note", "also_known_as", "owner", "content_status"}
BODIES = ("introduction", "when_empty", "body")
NOT_TEXT = {"url", "page", "anchor", "type", "urgency", "expires_on", "contact", "address"}


def texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield every piece of text that readers see."""
    if key in FOR_STAFF | NOT_TEXT | {"children", "related_pages"}:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, key)
    elif isinstance(value, str):
        yield value


def sentences(text: str) -> list[str]:
    plain = MARKDOWN_LINK.sub(r"\1", text)
    plain = re.sub(r"(?m)^\s*([-*]|\d+\.)\s+", "\n\n", plain)
    parts = re.split(r"(?<=[.!?:])\s+|\n\s*\n", plain)
    return [part for part in parts if len(part.split()) > 2]


def address(file: PageFile) -> str:
    return file.address


@pytest.mark.parametrize("file", FILES, ids=address)
def test_sentences_are_short(file: PageFile) -> None:
    lengths = [len(s.split()) for text in texts(file.facts) for s in sentences(text)]

    assert max(lengths) <= LONGEST_SENTENCE
    assert sum(lengths) / len(lengths) <= MEAN_SENTENCE


@pytest.mark.parametrize("file", FILES, ids=address)
def test_words_that_help_nobody_are_not_used(file: PageFile) -> None:
    found = [
        match.group() for text in texts(file.facts) for match in [BANNED.search(text)] if match
    ]

    # The design system's own heading of that list.
    assert [word for word in found if word != "Don't"] == []


@pytest.mark.parametrize("file", FILES, ids=address)
def test_links_say_where_they_go(file: PageFile) -> None:
    for text in texts(file.facts):
        for words, target in MARKDOWN_LINK.findall(text):
            assert words.strip().lower() not in EMPTY_LINK_WORDS
            assert re.match(r"page:/|https://|tel:|mailto:", target) or target in FORMS, target


@pytest.mark.parametrize("file", FILES, ids=address)
def test_contacts_are_kept_once(file: PageFile) -> None:
    """An e-mail, phone number or postcode in a text would be a second copy of a contact."""
    if file.facts["type"] == "home":
        return
    for text in texts(file.facts):
        assert not re.search(r"[\w.]+@[\w.]+\.\w+", text), text
        assert not re.search(r"\b0\d{2,4}[ )]\d{3}", text), text
        assert not re.search(r"\bPO1 \d[A-Z]{2}\b", text), text


@pytest.mark.parametrize("file", FILES, ids=address)
def test_new_headings_are_not_questions(file: PageFile) -> None:
    blocks = [
        block
        for name in BODIES
        if isinstance(file.facts.get(name), list)
        for block in file.facts[name]
    ]
    for block in blocks:
        for kind in ("heading", "subheading"):
            heading = block.get(kind, "")
            text = heading if isinstance(heading, str) else heading["text"]
            assert not text.endswith("?")


@pytest.mark.parametrize("file", FILES, ids=address)
def test_lists_are_short(file: PageFile) -> None:
    for text in texts(file.facts):
        for items in re.findall(r"(?:^\s*- .*(?:\n(?!\s*-|\s*$).*)*\n?)+", text, re.MULTILINE):
            assert len(re.findall(r"(?m)^\s*- ", items)) <= MOST_ITEMS, text


def test_every_page_of_the_tree_leads_on() -> None:
    """No dead end: each page has a link to another page or to a national service."""
    for file in FILES:
        everything = str(file.facts)
        assert re.search(r"page:/|related_pages|https://|children", everything), file.address
