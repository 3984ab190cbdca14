"""What a page's text is made of. A block is a value and a template of the same name.

Every block renders as the NHS design system's component of that name
(https://service-manual.nhs.uk/design-system/components). The whole list stands in one file
because `BodyBlock` at its end is the list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import (
    TypedTable,
    TypedTableBlock,
    TypedTableBlockValidationError,
)
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.rich_text import RichText, expand_db_html, get_text_for_indexing
from wagtail.snippets.blocks import SnippetChooserBlock

from pages.links import known_contacts, known_pages
from pages.public import PublicPage, is_live_now, public_pages, seen_by_visitors
from pages.video import RUNNING_TIME, VideoIdBlock, VideoValue

SHORT_TEXT = ["bold", "ol", "ul", "link", "document-link"]
ONE_LINE = ["bold", "link"]
CONTENTS_NEEDED_FROM = 4
PREVIEW_TEXT = "<p>Your pharmacist can advise you on minor illnesses.</p>"


@dataclass(frozen=True)
class ContentsEntry:
    """One line of "On this page"."""

    text: str
    anchor: str


def _first(model: str) -> Callable[[], models.Model | None]:
    """Return a function that finds something to show in a preview, if there is anything yet."""
    return lambda: apps.get_model(model).objects.first()  # noqa: PLW0108, models come later


# --- Text -------------------------------------------------------------------------------------


class HeadingBlock(blocks.StructBlock):
    """A heading with a permanent address.

    The anchor is made from the text the first time the page is published and stays when the
    heading, or any other, is reworded: links from elsewhere keep working.
    """

    text = blocks.CharBlock(max_length=120)
    anchor = blocks.RegexBlock(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        required=False,
        max_length=80,
        error_messages={"invalid": "Use small letters, digits and hyphens only."},
        help_text="The end of the link to this heading. Filled in for you; "
        "changing it breaks links from elsewhere.",
    )

    class Meta:
        group = "Text"
        icon = "title"
        template = "blocks/heading.html"
        description = "Starts a part of the page. Readers can jump to it."
        preview_value = {"text": "Getting help at night", "anchor": "getting-help-at-night"}
        depth = 0

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        context["level"] = context.get("heading_level", 2) + self.meta.depth
        context["anchor"] = context.get("anchor_prefix", "") + anchor_of(value)
        return context


def anchor_of(value: blocks.StructValue) -> str:
    """Return a heading's anchor; a draft that was never checked has none yet."""
    return value["anchor"] or slugify(value["text"])[:80]


class TextBlock(blocks.RichTextBlock):
    class Meta:
        group = "Text"
        icon = "pilcrow"
        description = "Paragraphs, lists and links."
        preview_value = PREVIEW_TEXT

    def render_basic(self, value: RichText, context: Any = None) -> SafeString:
        """Return its HTML as it is: Wagtail would put each through a template that adds nothing."""
        return mark_safe(expand_db_html(value.source))  # noqa: S308, Wagtail has cleaned it


class InsetBlock(blocks.RichTextBlock):
    class Meta:
        group = "Text"
        icon = "openquote"
        label = "Inset text"
        template = "blocks/inset.html"
        description = "Sets a few sentences apart from the text around them."
        preview_value = PREVIEW_TEXT


# --- Parts that stand out ---------------------------------------------------------------------


class HeadedBlock(blocks.StructBlock):
    """A component with a heading of its own, one level below the heading before it."""

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        context.setdefault("component_level", 2)
        return context


class WarningBlock(HeadedBlock):
    heading = blocks.CharBlock(max_length=100, default="Important")
    text = blocks.RichTextBlock(features=SHORT_TEXT)

    class Meta:
        group = "Standing out"
        icon = "warning"
        label = "Warning"
        template = "blocks/warning.html"
        description = "Something that readers must not miss. Use it rarely."
        preview_value = {"heading": "Important", "text": PREVIEW_TEXT}


class CareCardBlock(HeadedBlock):
    urgency = blocks.ChoiceBlock(
        choices=[
            ("non-urgent", "Non-urgent (blue)"),
            ("urgent", "Urgent (red)"),
            ("emergency", "Emergency (red and black)"),
        ],
        default="non-urgent",
    )
    heading = blocks.CharBlock(
        max_length=120, help_text="Says who to turn to and when: “Call 999 if:”"
    )
    text = blocks.RichTextBlock(features=SHORT_TEXT)

    def get_searchable_content(self, value: Any) -> list[str]:
        """Leave out the urgency: readers see a colour, not the words for editors."""
        return super().get_searchable_content({**value, "urgency": ""})

    class Meta:
        group = "Standing out"
        icon = "plus"
        label = "Care card"
        template = "blocks/care_card.html"
        description = "Says where to get help, and how soon."
        preview_value = {
            "urgency": "urgent",
            "heading": "Ask for an urgent GP appointment if:",
            "text": "<ul><li>you feel worse</li></ul>",
        }


class DoListBlock(HeadedBlock):
    heading = blocks.CharBlock(max_length=80, default="Do")
    items = blocks.ListBlock(blocks.RichTextBlock(features=ONE_LINE, label="Item"), min_num=1)

    class Meta:
        group = "Standing out"
        icon = "check"
        label = "Do list"
        template = "blocks/do_list.html"
        description = "What readers are advised to do, with ticks."
        preview_value = {"heading": "Do", "items": ["<p>rest and drink water</p>"]}


class DontListBlock(HeadedBlock):
    heading = blocks.CharBlock(max_length=80, default="Don't")
    items = blocks.ListBlock(
        blocks.RichTextBlock(features=ONE_LINE, label="Item"),
        min_num=1,
        help_text="Start each with “do not”.",
    )

    class Meta:
        group = "Standing out"
        icon = "cross"
        label = "Don't list"
        template = "blocks/dont_list.html"
        description = "What readers are advised against, with crosses."
        preview_value = {"heading": "Don't", "items": ["<p>do not wait if you feel worse</p>"]}


class DetailsBlock(blocks.StructBlock):
    summary = blocks.CharBlock(max_length=120, help_text="The words that readers press.")
    text = blocks.RichTextBlock(features=SHORT_TEXT)

    class Meta:
        group = "Standing out"
        icon = "help"
        label = "Details"
        template = "blocks/details.html"
        description = "Text that a few readers need, opened by pressing a line."
        preview_value = {"summary": "What this means", "text": PREVIEW_TEXT}


class ExpanderBlock(DetailsBlock):
    class Meta:
        group = "Standing out"
        icon = "collapse-down"
        label = "Expander"
        template = "blocks/expander.html"
        description = "Like details, in a box: for several in a row."
        preview_value = {"summary": "Opening times", "text": PREVIEW_TEXT}


# --- Links ------------------------------------------------------------------------------------


class LinkValue(blocks.StructValue):
    @property
    def href(self) -> str:
        """The address, or nothing where the page has gone or is not public."""
        page: Page | PublicPage | None = self.get("page")
        if page is not None:
            return page.url or "" if is_live_now(page) else ""
        return self.get("url") or ""


class PageBlock(blocks.PageChooserBlock):
    """A page that was chosen, as readers see it: None if they may not."""

    def bulk_to_python(self, values: Sequence[int]) -> list[Page | PublicPage | None]:
        known = known_pages(values)
        return super().bulk_to_python(values) if known is None else known

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Say what migrations have to know: it is stored as Wagtail's own."""
        _, args, kwargs = super().deconstruct()
        return "wagtail.blocks.PageChooserBlock", args, kwargs


class LinkBlock(blocks.StructBlock):
    """A link to a page of this site or to another site: one of the two."""

    text = blocks.CharBlock(max_length=120, help_text="Says where the link goes.")
    page = PageBlock(required=False, help_text="A page of this site,")
    url = blocks.URLBlock(
        required=False,
        label="Address",
        validators=[URLValidator(schemes=["https", "http"])],
        help_text="or the address of a page elsewhere.",
    )

    class Meta:
        icon = "link"
        value_class = LinkValue

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        if bool(value["page"]) == bool(value["url"]):
            message = "Choose a page or give an address: one of the two."
            error = ValidationError(message)
            raise blocks.StructBlockValidationError({"page": error, "url": error})
        return value


class ActionLinkBlock(LinkBlock):
    class Meta:
        group = "Links"
        icon = "arrow-right"
        label = "Action link"
        template = "blocks/action_link.html"
        description = "A large link with an arrow: the one thing to do next."
        preview_value = {"text": "Find a pharmacy", "page": None, "url": "https://www.nhs.uk/"}


class StartButtonBlock(LinkBlock):
    class Meta:
        group = "Links"
        icon = "placeholder"
        label = "Start button"
        template = "blocks/start_button.html"
        description = "A link that looks like a button, to start a service or a form."
        preview_value = {"text": "Start now", "page": None, "url": "https://www.nhs.uk/"}


class RelatedPagesBlock(blocks.ListBlock):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_num", 1)
        super().__init__(PageBlock(label="Page"), **kwargs)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        chosen = [page for page in value if page]
        known = known_pages([page.pk for page in chosen])
        context["pages"] = seen_by_visitors(chosen) if known is None else chosen
        context.setdefault("component_level", 2)
        return context

    class Meta:
        group = "Links"
        icon = "list-ul"
        label = "Related pages"
        template = "blocks/related_pages.html"
        description = "Links to other pages of this site, with their titles."

        @staticmethod
        def preview_value() -> list[Page]:
            return list(public_pages()[1:4])


# --- Facts ------------------------------------------------------------------------------------


class SummaryListBlock(blocks.StructBlock):
    rows = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("key", blocks.CharBlock(max_length=80, label="Name")),
                ("value", blocks.RichTextBlock(features=ONE_LINE)),
            ],
            label="Row",
        ),
        min_num=1,
    )

    class Meta:
        group = "Facts"
        icon = "clipboard-list"
        label = "Summary list"
        template = "blocks/summary_list.html"
        description = "Facts by name, such as a date and a place."
        preview_value = {"rows": [{"key": "Date", "value": "<p>1 April 2013</p>"}]}


class CaptionedTableBlock(TypedTableBlock):
    """A table that cannot be saved without a caption (WCAG 2.2, 1.3.1)."""

    text = blocks.CharBlock(label="Text", required=False)
    rich_text = blocks.RichTextBlock(label="Text with links", features=ONE_LINE, required=False)
    number = blocks.FloatBlock(label="Number", required=False)

    def clean(self, value: TypedTable) -> TypedTable:
        table = super().clean(value)
        if not (table.caption or "").strip():
            message = "Give the table a caption that says what it holds."
            raise TypedTableBlockValidationError(non_block_errors=[ValidationError(message)])
        return table


class TableValue(blocks.StructValue):
    @property
    def labelled_rows(self) -> list[list[tuple[str, Any]]]:
        """Each row's cells with the heading of their column, which names them when rows stack."""
        headings = [column["heading"] for column in self["table"].columns]
        return [list(zip(headings, row, strict=True)) for row in self["table"].rows]


class TableBlock(blocks.StructBlock):
    table = CaptionedTableBlock()
    row_headers = blocks.BooleanBlock(
        required=False, label="The first column names the rows", default=True
    )

    class Meta:
        group = "Facts"
        icon = "table"
        template = "blocks/table.html"
        description = "Rows and columns of facts, with a caption."
        preview_value = {
            "row_headers": True,
            "table": {
                "caption": "Files by month",
                "columns": [
                    {"type": "text", "heading": "Month"},
                    {"type": "number", "heading": "Rows"},
                ],
                "rows": [{"values": ["April 2021", 12]}, {"values": ["May 2021", 9]}],
            },
        }
        value_class = TableValue


class ContactBlock(SnippetChooserBlock):
    def __init__(self, target_model: str = "pages.Contact", **kwargs: Any) -> None:
        super().__init__(target_model, **kwargs)

    def bulk_to_python(self, values: Sequence[int]) -> list[Any]:
        known = known_contacts(values)
        return super().bulk_to_python(values) if known is None else known

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        context.setdefault("component_level", 2)
        return context

    def get_searchable_content(self, value: Any) -> list[str]:
        return [value.as_text()] if value else []

    class Meta:
        group = "Facts"
        icon = "mail"
        label = "Contact"
        template = "blocks/contact.html"
        description = "A contact's card. Its details are kept once, under Contacts."
        preview_value = staticmethod(_first("pages.Contact"))


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(help_text="Say what it shows, or mark it as decorative.")
    caption = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        group = "Files"
        icon = "image"
        label = "Image"
        template = "blocks/image.html"
        description = "An image with the text that stands for it."

        @staticmethod
        def preview_value() -> dict[str, Any]:
            return {"image": _first("pages.SiteImage")(), "caption": "What the picture shows"}


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock()
    text = blocks.CharBlock(
        required=False, max_length=150, help_text="Instead of the document's own title."
    )

    class Meta:
        group = "Files"
        icon = "doc-full"
        label = "Document"
        template = "blocks/document.html"
        description = "A file to download, with its type, size and date."

        @staticmethod
        def preview_value() -> dict[str, Any]:
            return {"document": _first("pages.SiteDocument")(), "text": ""}


class VideoBlock(HeadedBlock):
    """A video on YouTube: a link and a transcript, and a player once a visitor has said yes.

    The transcript stands for the video to those who cannot hear, see or load it (WCAG 2.2,
    1.2.1 to 1.2.3), so it cannot be published without one.
    """

    video_id = VideoIdBlock(
        label="Address on YouTube",
        max_length=500,
        search_index=False,
        help_text="Copy it from YouTube: the address of one video.",
    )
    title = blocks.CharBlock(max_length=120, help_text="Says what the video shows.")
    running_time = blocks.RegexBlock(
        RUNNING_TIME,
        error_messages={
            "invalid": "Enter minutes and seconds, such as 4:12, or hours too, such as 1:02:03."
        },
        help_text="Minutes and seconds, such as 4:12.",
    )
    transcript = blocks.RichTextBlock(
        features=SHORT_TEXT,
        help_text="All that is said, and what is shown that matters.",
    )
    image = ImageBlock(
        required=False,
        label="Still image",
        help_text="A picture of your own, shown until a visitor allows YouTube videos.",
    )

    class Meta:
        group = "Files"
        icon = "media"
        label = "Video"
        template = "blocks/video.html"
        description = "A YouTube video. It plays here only for visitors who allow that."
        value_class = VideoValue
        preview_value = {
            "video_id": "M7lc1UVf-VE",
            "title": "How to order a repeat prescription",
            "running_time": "4:12",
            "transcript": PREVIEW_TEXT,
            "image": None,
        }

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Refuse a transcript without words, which the editor's field lets through."""
        value = super().clean(value)
        transcript = get_text_for_indexing(value["transcript"].source)
        if not (self.is_deferred_validation or transcript.strip()):
            error = ValidationError("Write down what is said in the video.")
            raise blocks.StructBlockValidationError({"transcript": error})
        return value

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        context["anchor"] = f"{context.get('anchor_prefix', '')}video-{value['video_id']}"
        return context


# --- The list ---------------------------------------------------------------------------------


class BodyBlock(blocks.StreamBlock):
    """The text of a page."""

    heading = HeadingBlock()
    subheading = HeadingBlock(
        label="Sub-heading",
        depth=1,
        description="A heading inside a part of the page.",
        preview_value={"text": "On bank holidays", "anchor": "on-bank-holidays"},
    )
    text = TextBlock(features=SHORT_TEXT)
    inset = InsetBlock(features=SHORT_TEXT)
    warning = WarningBlock()
    care_card = CareCardBlock()
    do_list = DoListBlock()
    dont_list = DontListBlock()
    action_link = ActionLinkBlock()
    start_button = StartButtonBlock()
    details = DetailsBlock()
    expander = ExpanderBlock()
    summary_list = SummaryListBlock()
    table = TableBlock()
    contact = ContactBlock()
    image = PictureBlock()
    document = DocumentBlock()
    video = VideoBlock()
    related_pages = RelatedPagesBlock()

    class Meta:
        template = "blocks/body.html"

    def clean(self, value: blocks.StreamValue) -> blocks.StreamValue:
        """Give every heading that has none an anchor of its own, and refuse the same one twice.

        A draft's headings may be half typed, so they get theirs when the page is published.
        A video is a place on the page as well, so it too may be there once.
        """
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        headings = [child for child in value if child.block_type in {"heading", "subheading"}]
        taken = {child.value["anchor"] for child in headings if child.value["anchor"]}
        seen: set[str] = set()
        for position, child in enumerate(value):
            if child not in headings:
                continue
            anchor = child.value["anchor"]
            if not anchor:
                anchor = child.value["anchor"] = free_anchor(child.value["text"], taken)
                taken.add(anchor)
            if anchor in seen:
                message = "Another heading of this page has the same link. Change one of them."
                raise blocks.StreamBlockValidationError({position: ValidationError(message)})
            seen.add(anchor)
        _refuse_repeated_videos(value)
        return value

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Add `items`: each block with the level that a heading inside it has to have."""
        context = super().get_context(value, parent_context)
        top = context.get("heading_level", 2)
        level = context.get("first_component_level", top)
        context["items"] = []
        for child in value:
            context["items"].append((child, level))
            if child.block_type == "heading":
                level = top + 1
            elif child.block_type == "subheading":
                level = top + 2
        return context


class TasksBlock(blocks.StreamBlock):
    """The home page's list of what most people come for."""

    task = blocks.StructBlock(
        [
            ("page", PageBlock()),
            (
                "text",
                blocks.CharBlock(
                    required=False, max_length=80, help_text="Instead of the page's title."
                ),
            ),
        ],
        icon="link",
        label="Task",
    )


def _refuse_repeated_videos(body: blocks.StreamValue) -> None:
    seen: set[str] = set()
    for position, child in enumerate(body):
        if child.block_type == "video":
            if child.value["video_id"] in seen:
                message = "This video is in this text already. Show it once."
                raise blocks.StreamBlockValidationError({position: ValidationError(message)})
            seen.add(child.value["video_id"])


def free_anchor(text: str, taken: set[str]) -> str:
    """Return an anchor for a heading's text that no other heading has."""
    anchor = base = slugify(text)[:70] or "part"
    number = 2
    while anchor in taken:
        anchor = f"{base}-{number}"
        number += 1
    return anchor


def contents(body: blocks.StreamValue) -> list[ContentsEntry]:
    """Return the headings of a page for "On this page", if there are more than three."""
    entries = [
        ContentsEntry(child.value["text"], anchor_of(child.value))
        for child in body
        if child.block_type == "heading"
    ]
    return entries if len(entries) >= CONTENTS_NEEDED_FROM else []
