"""How the CMS shows what changed between two revisions of the notice: what changed, and no more.

Wagtail's own comparison prints every section and every block, changed or not, and calls all
rows moved that stand below a new one.
"""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.admin import compare
from wagtail.fields import RichTextField, StreamField

from pages.models import SiteSettings
from privacy.plain_text import Line, body_lines, rich_text_lines, text_lines
from privacy.versions import Passage, compare_lines, moved_between

CLASSES = {"added": "addition", "removed": "deletion", "same": ""}


class WordsComparison(compare.FieldComparison):
    """Text of several lines: those that changed, with the ones beside them.

    A text that stayed the same, as in a row that is new, is shown whole.
    """

    def _lines(self, value: Any) -> list[Line]:
        if isinstance(self.field, StreamField):
            return body_lines(value, SiteSettings())
        if isinstance(self.field, RichTextField):
            return rich_text_lines(value)
        return text_lines(value)

    def has_changed(self) -> bool:
        return self._lines(self.val_a) != self._lines(self.val_b)

    def htmldiff(self) -> SafeString:
        before, after = self._lines(self.val_a), self._lines(self.val_b)
        if before == after:
            return format_html_join("\n", "<p>{}</p>", ((line.text,) for line in after))
        passages = compare_lines(before, after)
        return format_html_join("\n", "<p>{}</p>", ((_html(passage),) for passage in passages))


def _html(passage: Passage) -> SafeString:
    if passage.kind == "gap":
        return format_html("…")
    words = format_html_join(
        " ",
        '<span class="{}">{}</span>',
        ((CLASSES[piece.kind], piece.text) for piece in passage.pieces),
    )
    return format_html("<strong>{}</strong>", words) if passage.kind == "heading" else words


class RowComparison(compare.ChildObjectComparison):
    """A section or an activity: its title, and the fields that changed or are not empty."""

    places_moved = 0

    def get_position_change(self) -> int:
        return self.places_moved

    def get_field_comparisons(self) -> list[compare.FieldComparison]:
        title, *others = super().get_field_comparisons()
        if self.is_addition() or self.is_deletion():
            return [title, *(field for field in others if field.val_b)]
        return [title, *(field for field in others if field.has_changed())]


class RowsComparison(compare.ChildRelationComparison):
    """The sections or the activities that came, went, moved or changed."""

    def get_child_comparison(self, obj_a: Any, obj_b: Any) -> RowComparison:
        return RowComparison(self.field.related_model, self.field_comparisons, obj_a, obj_b)

    def get_child_comparisons(self) -> list[RowComparison]:
        rows: list[RowComparison] = super().get_child_comparisons()
        after = [row for row in rows if row.obj_a and row.obj_b]
        before = sorted(after, key=lambda row: row.obj_a.sort_order or 0)
        for row in moved_between(before, after):
            row.places_moved = after.index(row) - before.index(row)
        return [
            row
            for row in rows
            if row.is_addition() or row.is_deletion() or row.places_moved or row.has_changed()
        ]

    def has_changed(self) -> bool:
        return bool(self.get_child_comparisons())
