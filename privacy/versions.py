"""The words of a notice, and what changed between two of them."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pages.models import Contact

if TYPE_CHECKING:
    from wagtail.blocks import StreamValue

    from privacy.models.notice import PrivacyNoticePage

WORD_OR_SPACE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A run of words that both versions have ("same"), or one of them ("added", "removed")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """What happened to one section or activity."""

    kind: str  # added, removed or changed
    title: str
    anchor: str
    pieces: list[Piece] = field(default_factory=list)


def snapshot(page: "PrivacyNoticePage") -> list[dict[str, str]]:
    """Return the notice as plain text: its introduction, its sections and its activities.

    Each is `{"anchor", "title", "text"}`; the anchor identifies it in every version.
    """
    parts = [
        {
            "anchor": "introduction",
            "title": "Introduction",
            "text": "\n".join([page.title, page.subtitle, *_text(page.introduction)]),
        }
    ]
    parts += [
        {
            "anchor": section.anchor,
            "title": section.title,
            "text": "\n".join(_text(section.body)),
        }
        for section in page.sections.all()
    ]
    parts += [
        {
            "anchor": activity.html_id,
            "title": f"Appendix A: {activity.title}",
            "text": "\n".join(f"{label}: {text}" for label, text in activity.text_parts()),
        }
        for activity in page.activities.all()
    ]
    return parts


def _text(body: "StreamValue") -> list[str]:
    """Return the words of a body, a contact's details included."""
    texts: list[Any] = []
    for child in body:
        if isinstance(child.value, Contact):
            contact = child.value
            texts += [contact.name, contact.who, contact.email, contact.phone, contact.address]
        else:
            texts += child.block.get_searchable_content(child.value)
    return [str(text).strip() for text in texts if str(text).strip()]


def compare(older: list[dict[str, str]], newer: list[dict[str, str]]) -> list[Change]:
    """Return what changed from one version to another, in the newer one's order."""
    before = {part["anchor"]: part for part in older}
    after = {part["anchor"]: part for part in newer}
    changes = [
        Change("removed", part["title"], anchor, [Piece("removed", part["text"])])
        for anchor, part in before.items()
        if anchor not in after
    ]
    for anchor, part in after.items():
        old = before.get(anchor)
        if old is None:
            changes.append(Change("added", part["title"], anchor, [Piece("added", part["text"])]))
        elif old != part:
            pieces = compare_words(_whole(old), _whole(part))
            changes.append(Change("changed", part["title"], anchor, pieces))
    return changes


def _whole(part: dict[str, str]) -> str:
    return f"{part['title']}\n{part['text']}"


def compare_words(old: str, new: str) -> list[Piece]:
    """Return the two texts as runs of words that stayed, went and came."""
    a, b = WORD_OR_SPACE.findall(old), WORD_OR_SPACE.findall(new)
    pieces: list[Piece] = []
    for kind, a_from, a_to, b_from, b_to in SequenceMatcher(
        None, a, b, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(a[a_from:a_to])))
            continue
        if a_to > a_from:
            pieces.append(Piece("removed", "".join(a[a_from:a_to])))
        if b_to > b_from:
            pieces.append(Piece("added", "".join(b[b_from:b_to])))
    return pieces
