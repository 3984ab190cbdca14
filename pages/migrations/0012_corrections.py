import datetime

import wagtail.fields
from django.db import migrations

PAGE_TYPES = [
    "alertindexpage",
    "alertpage",
    "committeepage",
    "consultationindexpage",
    "consultationpage",
    "contentpage",
    "homepage",
    "meetingindexpage",
    "meetingpage",
    "newsindexpage",
    "newspage",
    "paperpage",
    "peopleindexpage",
    "personpage",
    "publicationindexpage",
    "publicationpage",
    "sectionpage",
]
CORRECTIONS = wagtail.fields.StreamField(
    [("correction", 2)],
    blank=True,
    block_lookup={
        0: (
            "wagtail.blocks.DateBlock",
            (),
            {"default": datetime.date.today, "help_text": "Readers see it."},
        ),
        1: (
            "wagtail.blocks.CharBlock",
            (),
            {
                "help_text": "What was wrong, and what is right. For example: We gave the wrong "
                "opening hours for Sundays. They are 10am to 4pm.",
                "max_length": 300,
            },
        ),
        2: ("wagtail.blocks.StructBlock", [[("day", 0), ("text", 1)]], {}),
    },
    help_text="Only where readers may have relied on what was wrong: they see these, with the "
    "day, at the end of the page.",
)


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0011_news_alerts"),
    ]

    operations = [
        migrations.AddField(model_name=page_type, name="corrections", field=CORRECTIONS.clone())
        for page_type in PAGE_TYPES
    ]
