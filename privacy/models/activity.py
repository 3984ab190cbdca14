"""Appendix A of the privacy notice: one row for each thing done with personal data."""

from django.core.exceptions import ValidationError
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable
from wagtail.search import index

from pages.blocks import SHORT_TEXT
from privacy.blocks import ApprovalsBlock, OutsideLinksBlock, PartsBlock, ProcessorsBlock

# UK GDPR Article 6(1) and Article 9(2), in a few words each.
ARTICLE_6 = {
    "a": "consent",
    "b": "a contract",
    "c": "a legal obligation",
    "d": "vital interests",
    "e": "a task in the public interest",
    "f": "legitimate interests",
}
ARTICLE_9 = {
    "a": "explicit consent",
    "b": "employment, social security and social protection",
    "c": "vital interests",
    "d": "not-for-profit bodies",
    "e": "data made public by the person",
    "f": "legal claims",
    "g": "substantial public interest",
    "h": "health or social care",
    "i": "public health",
    "j": "archiving, research and statistics",
}


class ProcessingActivity(index.Indexed, Orderable):
    """One activity: why, on what legal basis, and who does it."""

    page = ParentalKey(
        "privacy.PrivacyNoticePage", on_delete=models.CASCADE, related_name="activities"
    )
    title = models.CharField("activity", max_length=150)
    anchor = models.SlugField(
        max_length=60,
        help_text="The end of the link to this activity. Changing it breaks links from elsewhere.",
    )
    plain_summary = models.CharField(
        "summary in plain words", max_length=300, blank=True, help_text="One sentence, optional."
    )
    purpose = RichTextField(blank=True, features=SHORT_TEXT)
    legal_basis = RichTextField(blank=True, features=SHORT_TEXT)
    article_6 = models.CharField(
        "Article 6(1) conditions",
        max_length=20,
        blank=True,
        help_text="Letters, separated by commas: "
        + "; ".join(f"{letter} {meaning}" for letter, meaning in ARTICLE_6.items())
        + ".",
    )
    article_9 = models.CharField(
        "Article 9(2) conditions",
        max_length=20,
        blank=True,
        help_text="Letters, separated by commas: "
        + "; ".join(f"{letter} {meaning}" for letter, meaning in ARTICLE_9.items())
        + ".",
    )
    approvals = StreamField(ApprovalsBlock(), blank=True)
    we_process_this_ourselves = models.BooleanField("we do this ourselves", default=False)
    processors = StreamField(ProcessorsBlock(), blank=True, verbose_name="data processors")
    parts = StreamField(
        PartsBlock(),
        blank=True,
        verbose_name="further parts",
        help_text="Anything else with a label of its own, such as benefits.",
    )
    links = StreamField(OutsideLinksBlock(), blank=True)
    editor_flags = models.TextField(
        "questions for the data protection lead",
        blank=True,
        help_text="What has to be settled, and what was corrected. Never shown to readers.",
    )

    panels = [
        FieldRowPanel([FieldPanel("title"), FieldPanel("anchor")]),
        FieldPanel("plain_summary"),
        FieldPanel("purpose"),
        MultiFieldPanel(
            [
                FieldPanel("legal_basis"),
                FieldRowPanel([FieldPanel("article_6"), FieldPanel("article_9")]),
                FieldPanel("approvals"),
            ],
            heading="Legal basis",
        ),
        MultiFieldPanel(
            [FieldPanel("we_process_this_ourselves"), FieldPanel("processors")],
            heading="Who processes the data",
        ),
        FieldPanel("parts"),
        FieldPanel("links"),
        FieldPanel("editor_flags"),
    ]

    search_fields = [
        index.SearchField("title"),
        index.SearchField("plain_summary"),
        index.SearchField("purpose"),
        index.SearchField("legal_basis"),
        index.SearchField("approvals"),
        index.SearchField("processors"),
        index.SearchField("parts"),
        index.SearchField("links"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "activity"
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Put the articles' letters in order. Raises ValidationError for one that does not exist."""
        errors = {}
        for name, known in (("article_6", ARTICLE_6), ("article_9", ARTICLE_9)):
            letters = {x.strip().lower() for x in getattr(self, name).split(",") if x.strip()}
            if letters - known.keys():
                errors[name] = f"Use only the letters {', '.join(known)}."
            setattr(self, name, ", ".join(sorted(letters)))
        if errors:
            raise ValidationError(errors)

    @property
    def articles(self) -> list[tuple[str, str]]:
        """The GDPR articles that the notice states, with their meaning."""
        return [
            *((f"Article 6(1)({x})", ARTICLE_6[x]) for x in self._letters("article_6")),
            *((f"Article 9(2)({x})", ARTICLE_9[x]) for x in self._letters("article_9")),
        ]

    def _letters(self, name: str) -> list[str]:
        return [letter for letter in getattr(self, name).split(", ") if letter]

    @property
    def html_id(self) -> str:
        """The activity's permanent address within the page; sections have theirs without prefix."""
        return f"activity-{self.anchor}"

    def stated(self) -> dict[str, bool]:
        """Return, for each part that a notice should state, whether this one does."""
        return {
            "purpose": bool(self.purpose),
            "legal basis": bool(self.legal_basis),
            "Article 6 condition": bool(self.article_6),
            "Article 9 condition": bool(self.article_9),
            "data processor": bool(self.we_process_this_ourselves or self.processors),
        }

    def text_parts(self) -> list[tuple[str, str]]:
        """Return the activity as label and plain text, for comparing versions and for search."""
        parts = [
            ("Summary", self.plain_summary),
            ("Purpose", self._plain("purpose")),
            ("Legal basis", self._plain("legal_basis")),
            ("Articles", "; ".join(f"{name}, {meaning}" for name, meaning in self.articles)),
            ("Approvals", self._plain("approvals")),
            ("Done by us", "We do this ourselves." if self.we_process_this_ourselves else ""),
            ("Data processors", self._plain("processors")),
            ("Further parts", self._plain("parts")),
            ("Links", self._plain("links")),
        ]
        return [(label, text) for label, text in parts if text]

    def _plain(self, name: str) -> str:
        field = self._meta.get_field(name)
        value = getattr(self, name)
        return "\n".join(field.get_searchable_content(value)).strip() if value else ""
