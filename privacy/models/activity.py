"""Appendix A of the privacy notice: one row for each thing done with personal data."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable
from wagtail.search import index

from pages.blocks import SHORT_TEXT
from pages.models import SiteSettings
from privacy.articles import ARTICLE_6, ARTICLE_9
from privacy.blocks import ApprovalsBlock, OutsideLinksBlock, PartsBlock, ProcessorsBlock
from privacy.forms import ActivityForm
from privacy.panels import WordsPanel
from privacy.plain_text import Line, body_lines, rich_text_lines

IF_EMPTY = "Left empty, readers see “Not stated in the notice.”"


class ProcessingActivity(Orderable):
    """One activity: why, on what legal basis, and who does it."""

    base_form_class = ActivityForm

    page = ParentalKey(
        "privacy.PrivacyNoticePage", on_delete=models.CASCADE, related_name="activities"
    )
    title = models.CharField("activity", max_length=150)
    anchor = models.SlugField(
        "link",
        max_length=60,
        blank=True,
        help_text="The end of the link to this activity. Filled in for you; changing it breaks "
        "links from elsewhere.",
    )
    plain_summary = models.CharField(
        "summary in plain words", max_length=300, blank=True, help_text="One sentence, optional."
    )
    purpose = RichTextField(blank=True, features=SHORT_TEXT, help_text=IF_EMPTY)
    legal_basis = RichTextField(blank=True, features=SHORT_TEXT, help_text=IF_EMPTY)
    article_6 = models.CharField("Article 6 conditions", max_length=40, blank=True)
    article_9 = models.CharField("Article 9 conditions", max_length=40, blank=True)
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
        WordsPanel("purpose"),
        MultiFieldPanel(
            [
                WordsPanel("legal_basis", heading="In words"),
                FieldRowPanel([FieldPanel("article_6"), FieldPanel("article_9")]),
                WordsPanel("approvals"),
            ],
            heading="Legal basis",
        ),
        MultiFieldPanel(
            [FieldPanel("we_process_this_ourselves"), WordsPanel("processors")],
            heading="Who processes the data",
        ),
        WordsPanel("parts"),
        WordsPanel("links"),
        WordsPanel("editor_flags"),
    ]

    # What the notice's page gives to search of each of its activities.
    search_fields = [
        index.SearchField(name)
        for name in (
            "title",
            "plain_summary",
            "purpose",
            "legal_basis",
            "approvals",
            "processors",
            "parts",
            "links",
        )
    ]

    class Meta(Orderable.Meta):
        verbose_name = "activity"
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Put the articles' letters in order. Raises ValidationError for an unknown one."""
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
        return f"activity-{self.anchor or slugify(self.title)}"

    @property
    def html_ids(self) -> list[str]:
        """Every id that the activity has on the page."""
        return [self.html_id]

    @property
    def has_legal_basis(self) -> bool:
        """Whether anything is said of it: in words, as an article or as an approval."""
        return bool(self.legal_basis or self.articles or self.approvals)

    def stated(self) -> dict[str, bool]:
        """Return, for each part that a notice should state, whether this one does."""
        return {
            "Purpose": bool(self.purpose),
            "Legal basis": self.has_legal_basis,
            "Article 6 condition": bool(self.article_6),
            "Article 9 condition": bool(self.article_9),
            "Data processor": bool(self.we_process_this_ourselves or self.processors),
        }

    def also_not_stated(self) -> list[str]:
        """Return the other parts that are empty; readers see nothing of them."""
        other = {
            "summary": self.plain_summary,
            "approvals": self.approvals,
            "further parts": self.parts,
            "links": self.links,
        }
        return [label for label, value in other.items() if not value]

    def labelled_lines(self, organisation: SiteSettings) -> list[tuple[str, list[Line]]]:
        """Return what the activity states, by the labels that readers see."""
        articles = [Line("text", f"{name}: {meaning}") for name, meaning in self.articles]
        ourselves = [Line("text", "We do this ourselves")] if self.we_process_this_ourselves else []
        labelled = [
            ("Summary", [Line("text", self.plain_summary)] if self.plain_summary else []),
            ("Purpose", rich_text_lines(self.purpose)),
            ("Legal basis", rich_text_lines(self.legal_basis)),
            ("GDPR articles", articles),
            ("Approvals", body_lines(self.approvals, organisation)),
            ("Data processors", ourselves + body_lines(self.processors, organisation)),
            *(
                (part.value["label"], rich_text_lines(part.value["text"].source))
                for part in self.parts
            ),
            ("Links", body_lines(self.links, organisation)),
        ]
        return [(label, lines) for label, lines in labelled if lines]
