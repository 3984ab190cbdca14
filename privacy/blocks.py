"""The repeated parts of a processing activity."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from wagtail import blocks

from pages.blocks import SHORT_TEXT

SOON = 90  # days: an approval that runs out within these is one to renew
NO_OPT_OUT = "No opt-out"
OPT_OUTS = [
    "National data opt-out",
    "Type 1 opt-out",
    "Opt-out of this activity alone",
    NO_OPT_OUT,
]


class ApprovalValue(blocks.StructValue):
    @property
    def has_expired(self) -> bool:
        """Whether the approval's last day has passed, today in the site's time zone."""
        expires_on = self.get("expires_on")
        return bool(expires_on and expires_on < timezone.localdate())

    @property
    def expires_soon(self) -> bool:
        """Whether the approval still stands and its last day is near."""
        expires_on = self.get("expires_on")
        return bool(expires_on and 0 <= (expires_on - timezone.localdate()).days <= SOON)


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


class OptOutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(choices=[(kind, kind) for kind in OPT_OUTS])
    text = blocks.RichTextBlock(
        features=SHORT_TEXT, required=False, label="How to opt out, or why nobody can"
    )

    class Meta:
        icon = "cross"
        label = "Opt-out"


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


class OptOutsBlock(blocks.StreamBlock):
    opt_out = OptOutBlock()

    def clean(self, value: blocks.StreamValue) -> blocks.StreamValue:
        """Refuse an opt-out beside the statement that there is none."""
        value = super().clean(value)
        if len(value) > 1 and NO_OPT_OUT in {child.value["kind"] for child in value}:
            error = ValidationError(f"“{NO_OPT_OUT}” has to stand alone.")
            raise blocks.StreamBlockValidationError(non_block_errors=[error])
        return value


class OutsideLinksBlock(blocks.StreamBlock):
    link = OutsideLinkBlock()
