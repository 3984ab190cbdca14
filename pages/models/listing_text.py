"""The words around a list that a page makes by itself."""

from collections import Counter
from typing import Any

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from pages.blocks import BodyBlock, anchor_of
from pages.fields import StreamField
from pages.models.base import PageForm
from pages.parts import HEADINGS

TEXTS = ("introduction", "when_empty", "body")


class ListPageForm(PageForm):
    """The edit form: headings of all texts stand on one page, so none may have another's link."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_deferred_validation:
            return cleaned
        anchors = {
            name: {anchor_of(x.value) for x in cleaned[name] if x.block_type in HEADINGS}
            for name in TEXTS
            if cleaned.get(name)
        }
        times = Counter(anchor for found in anchors.values() for anchor in found)
        for name, found in anchors.items():
            if repeated := sorted(anchor for anchor in found if times[anchor] > 1):
                self.add_error(
                    name,
                    f"A heading in another text of this page has the same link, {repeated[0]}. "
                    "Change one of them.",
                )
        return cleaned


class ListText(models.Model):
    """What a page has that lists others by itself. It comes before BasePage in the bases."""

    base_form_class = ListPageForm

    introduction = StreamField(BodyBlock(), blank=True, help_text="Shown above the list.")
    when_empty = StreamField(
        BodyBlock(),
        blank=True,
        help_text="Shown in place of the list while it has no entries: "
        "what is missing, why, and what readers can do.",
    )
    body = StreamField(BodyBlock(), blank=True, help_text="Shown below the list.")

    text_panels = [FieldPanel(name) for name in TEXTS]
    text_search_fields = [index.SearchField(name) for name in TEXTS]

    class Meta:
        abstract = True
