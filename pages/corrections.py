"""Corrections that readers are told about: part of a version of the page, and dated."""

from datetime import date

from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel

LONGEST_CORRECTION = 300


class CorrectionBlock(blocks.StructBlock):
    day = blocks.DateBlock(default=date.today, help_text="Readers see it.")
    text = blocks.CharBlock(
        max_length=LONGEST_CORRECTION,
        help_text="What was wrong, and what is right. For example: We gave the wrong opening "
        "hours for Sundays. They are 10am to 4pm.",
    )

    class Meta:
        icon = "check"
        label = "Correction"


class CorrectionsBlock(blocks.StreamBlock):
    correction = CorrectionBlock()


class ReportsPanel(Panel):
    """The open reports about the page, each with a tick for "resolved by this version".

    What is ticked is no field of the page: enquiries/page_reports.py heeds it.
    """

    class BoundPanel(Panel.BoundPanel):
        template_name = "enquiries/page_reports.html"


def reports_and_corrections() -> MultiFieldPanel:
    return MultiFieldPanel(
        [ReportsPanel(), FieldPanel("corrections")], heading="Reports and corrections"
    )
