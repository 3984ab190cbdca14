"""The words of a notice, and what changed between two of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pages.models import SiteSettings
from privacy.plain_text import Line, body_lines, rich_text_lines

if TYPE_CHECKING:
    from privacy.models.notice import PrivacyNoticePage

# Two lines are one line reworded if at least so much of their words is the same.
ALIKE = 0.4
# Fewer unchanged words than this between two changed ones are read more easily as changed too.
WORDS_WORTH_KEEPING = 3


@dataclass(frozen=True)
class Part:
    """The introduction, a section, Appendix A's introduction, or an activity.

    The anchor identifies it in every version; the introduction has none.
    """

    anchor: str
    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Piece:
    """A run of words that both versions have ("same"), or one of them ("added", "removed")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A line of which some words changed, or that stands beside one; none are lines left out."""

    kind: str  # heading, text, item; or gap
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What happened to one part."""

    kind: str  # added, removed, changed or moved
    title: str
    anchor: str
    passages: list[Passage] = field(default_factory=list)
    moved: bool = False

    @property
    def heading(self) -> str:
        return f"{self.kind.capitalize()}: {self.title}"


# --- The words of a notice --------------------------------------------------------------------


def snapshot(page: "PrivacyNoticePage") -> list[dict[str, Any]]:
    """Return the notice's words, part by part, in the form that the database keeps."""
    organisation = SiteSettings.objects.filter(site=page.get_site()).first() or SiteSettings()
    opening = [Line("text", text) for text in (page.heading, page.subtitle, page.summary) if text]
    parts = [Part("", "Introduction", opening + body_lines(page.introduction, organisation))]
    parts += [
        Part(section.html_id, section.title, body_lines(section.body, organisation))
        for section in page.sections.all()
    ]
    activities = page.activities.all()
    if activities:
        introduction = rich_text_lines(page.appendix_introduction)
        parts.append(Part(page.APPENDIX_ANCHOR, "Appendix A", introduction))
    for activity in activities:
        lines = [
            line
            for label, found in activity.labelled_lines(organisation)
            for line in [Line("heading", label), *found]
        ]
        parts.append(Part(activity.html_id, f"Appendix A: {activity.title}", lines))
    return [
        {"anchor": part.anchor, "title": part.title, "lines": [list(line) for line in part.lines]}
        for part in parts
    ]


def parts_of(content: list[dict[str, Any]]) -> list[Part]:
    """Return the parts from the form that `snapshot` gave them."""
    return [
        Part(part["anchor"], part["title"], [Line(*line) for line in part["lines"]])
        for part in content
    ]


# --- Comparing --------------------------------------------------------------------------------


def compare(older: list[Part], newer: list[Part]) -> list[Change]:
    """Return what changed from one version to another, in the newer one's order.

    Parts that went come last.
    """
    before = {part.anchor: part for part in older}
    after = {part.anchor: part for part in newer}
    moved = moved_between(
        [anchor for anchor in before if anchor in after],
        [anchor for anchor in after if anchor in before],
    )
    changes = []
    for anchor, part in after.items():
        old = before.get(anchor)
        if old is None:
            changes.append(Change("added", part.title, anchor, _whole(part, "added")))
        elif old != part:
            passages = compare_lines(*_with_titles_that_differ(old, part))
            changes.append(Change("changed", part.title, anchor, passages, anchor in moved))
        elif anchor in moved:
            changes.append(Change("moved", part.title, anchor, moved=True))
    changes += [
        Change("removed", part.title, anchor, _whole(part, "removed"))
        for anchor, part in before.items()
        if anchor not in after
    ]
    return changes


def moved_between(before: list[Any], after: list[Any]) -> set[Any]:
    """Return which of the same things stand elsewhere among the others than before."""
    matching = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {thing for block in matching for thing in before[block.a : block.a + block.size]}
    return set(after) - stayed


def _with_titles_that_differ(old: Part, new: Part) -> tuple[list[Line], list[Line]]:
    if old.title == new.title:
        return old.lines, new.lines
    return [Line("heading", old.title), *old.lines], [Line("heading", new.title), *new.lines]


def _whole(part: Part, kind: str) -> list[Passage]:
    return [Passage(line.kind, [Piece(kind, line.text)]) for line in part.lines]


def compare_lines(old: list[Line], new: list[Line]) -> list[Passage]:
    """Return the lines that changed, each with the unchanged line before and after it."""
    passages: list[Passage] = []
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, old_from, old_to, new_from, new_to in opcodes:
        if kind == "equal":
            same = [Passage(line.kind, [Piece("same", line.text)]) for line in old[old_from:old_to]]
            first = same[:1] if old_from > 0 else []
            last = same[-1:] if old_to < len(old) or new_to < len(new) else []
            if len(same) <= len(first) + len(last):
                passages += same
            else:
                passages += [*first, Passage("gap"), *last]
        else:
            passages += _compare_runs(old[old_from:old_to], new[new_from:new_to])
    return passages


def _compare_runs(old: list[Line], new: list[Line]) -> Iterator[Passage]:
    """Pair each new line with the next old one like it; the others came or went."""
    waiting = list(old)
    for line in new:
        position = next((n for n, other in enumerate(waiting) if _alike(other, line)), None)
        if position is None:
            yield Passage(line.kind, [Piece("added", line.text)])
            continue
        for gone in waiting[:position]:
            yield Passage(gone.kind, [Piece("removed", gone.text)])
        yield Passage(line.kind, compare_words(waiting[position].text, line.text))
        waiting = waiting[position + 1 :]
    for gone in waiting:
        yield Passage(gone.kind, [Piece("removed", gone.text)])


def _alike(old: Line, new: Line) -> bool:
    if old.kind != new.kind:
        return False
    matcher = SequenceMatcher(None, old.text.split(), new.text.split(), autojunk=False)
    return matcher.ratio() >= ALIKE


def compare_words(old: str, new: str) -> list[Piece]:
    """Return two lines as runs of words that stayed, went and came."""
    before, after = old.split(), new.split()
    pieces: list[Piece] = []
    gone: list[str] = []
    come: list[str] = []

    def write_changes() -> None:
        for kind, words in (("removed", gone), ("added", come)):
            if words:
                pieces.append(Piece(kind, " ".join(words)))
                words.clear()

    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (kind, old_from, old_to, new_from, new_to) in enumerate(opcodes):
        between = 0 < number < len(opcodes) - 1
        if kind == "equal" and not (between and old_to - old_from < WORDS_WORTH_KEEPING):
            write_changes()
            pieces.append(Piece("same", " ".join(before[old_from:old_to])))
        else:
            gone += before[old_from:old_to]
            come += after[new_from:new_to]
    write_changes()
    return pieces
