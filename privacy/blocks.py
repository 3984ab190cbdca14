"""The repeated parts of a processing activity."""

from django.core.validators import URLValidator
from django.utils import timezone
from wagtail import blocks

from pages.blocks import SHORT_TEXT


class ApprovalValue(blocks.StructValue):
    @property
    def has_expired(self) -> bool:
        """Whether the approval's last day has passed, today in the site's time zone."""
        expires_on = self.get("expires_on")
        return bool(expires_on and expires_on < timezone.localdate())


class ApprovalBlock(blocks.StructBlock):
    """An approval under section 251 of the NHS Act 2006, or another like it."""

    reference = blocks.CharBlock(max_length=60, help_text="For example: CAG 7-04(a)/2013")
    body = blocks.CharBlock(max_length=150, label="Given by", required=False)
    expires_on = blocks.DateBlock(label="Runs out on", required=False)
    note = blocks.CharBlock(max_length=300, required=False)

    class Meta:
        icon = "success"
        label = "Approval"
        value_class = ApprovalValue


class ProcessorBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=150)
    role = blocks.CharBlock(max_length=400, required=False, label="What it does for us")
    url = blocks.URLBlock(
        required=False, label="Its website", validators=[URLValidator(schemes=["https", "http"])]
    )

    class Meta:
        icon = "group"
        label = "Data processor"


class PartBlock(blocks.StructBlock):
    label = blocks.CharBlock(max_length=80, help_text="For example: Benefits")
    text = blocks.RichTextBlock(features=SHORT_TEXT)

    class Meta:
        icon = "pilcrow"
        label = "Part"


class OutsideLinkBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=150, help_text="Says where the link goes.")
    url = blocks.URLBlock(validators=[URLValidator(schemes=["https", "http"])], label="Address")

    class Meta:
        icon = "link"
        label = "Link"


class ApprovalsBlock(blocks.StreamBlock):
    approval = ApprovalBlock()


class ProcessorsBlock(blocks.StreamBlock):
    processor = ProcessorBlock()


class PartsBlock(blocks.StreamBlock):
    part = PartBlock()


class OutsideLinksBlock(blocks.StreamBlock):
    link = OutsideLinkBlock()
