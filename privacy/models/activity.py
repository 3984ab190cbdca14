"""Appendix A of the privacy notice: one row for each thing done with personal data."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable
from wagtail.search import index

from pages.blocks import SHORT_TEXT
from pages.fields import StreamField
from pages.models import SiteSettings
from privacy.articles import ARTICLE_6, ARTICLE_9, RIGHTS, TICKED, ticked
from privacy.blocks import (
    ApprovalsBlock,
    OptOutsBlock,
    OutsideLinksBlock,
    PartsBlock,
    ProcessorsBlock,
)
from privacy.forms import ActivityForm
from privacy.panels import WordsPanel
from privacy.plain_text import Line, body_lines, rich_text_lines, text_lines

IF_EMPTY = "Left empty, readers see “Not stated in the notice.”"
SAY_NONE = "If there are none, say so."

# Facts that are shown where they are stated, by the label that readers see.
OF_THE_DATA = {
    "people": "Whose data it is",
    "data": "What data it is",
    "source": "Where the data comes from",
}
OF_ITS_KEEPING = {
    "recipients": "Who the data is shared with",
    "transfers": "Data sent to other countries",
    "retention": "How long the data is kept",
    "safeguards": "How the data is kept safe",
}


class ProcessingActivity(Orderable):
    """One activity: why, on what legal basis, and who does it with whose data.

    Its fields are what UK GDPR, Articles 13, 14 and 30, ask a controller to state.
    """

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
    people = models.TextField(
        "categories of people", blank=True, help_text="Whose data it is, for example: patients."
    )
    data = models.TextField(
        "categories of data", blank=True, help_text="For example: names, health records."
    )
    source = models.TextField(
        "source of the data", blank=True, help_text="Who gives it to you, if not the people."
    )
    legal_basis = RichTextField(blank=True, features=SHORT_TEXT, help_text=IF_EMPTY)
    article_6 = models.CharField("Article 6 conditions", max_length=40, blank=True)
    article_9 = models.CharField("Article 9 conditions", max_length=40, blank=True)
    approvals = StreamField(ApprovalsBlock(), blank=True)
    rights = models.CharField("rights that apply", max_length=120, blank=True)
    opt_outs = StreamField(
        OptOutsBlock(),
        blank=True,
        verbose_name="opt-outs that apply",
        help_text="If there is none, add “No opt-out”.",
    )
    we_process_this_ourselves = models.BooleanField("we do this ourselves", default=False)
    processors = StreamField(ProcessorsBlock(), blank=True, verbose_name="data processors")
    recipients = models.TextField(blank=True, help_text=f"Who else is given the data. {SAY_NONE}")
    transfers = models.TextField(
        blank=True,
        help_text=f"Countries outside the UK, and what protects the data there. {SAY_NONE}",
    )
    retention = models.TextField(
        "retention period", blank=True, help_text="How long, or how that is decided."
    )
    safeguards = models.TextField(blank=True, help_text="What keeps the data safe.")
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
        MultiFieldPanel([WordsPanel(name) for name in OF_THE_DATA], heading="The data"),
        MultiFieldPanel(
            [
                WordsPanel("legal_basis", heading="In words"),
                FieldRowPanel([FieldPanel("article_6"), FieldPanel("article_9")]),
                WordsPanel("approvals"),
                FieldPanel("rights"),
                WordsPanel("opt_outs"),
            ],
            heading="Legal basis and rights",
        ),
        MultiFieldPanel(
            [FieldPanel("we_process_this_ourselves"), WordsPanel("processors")],
            heading="Who processes the data",
        ),
        MultiFieldPanel(
            [WordsPanel(name) for name in OF_ITS_KEEPING], heading="Sharing and keeping the data"
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
            *OF_THE_DATA,
            "legal_basis",
            "approvals",
            "opt_outs",
            "processors",
            *OF_ITS_KEEPING,
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
        """Put articles and rights in order. Raises ValidationError for an unknown one."""
        errors = {}
        for name, known in TICKED.items():
            keys = {x.strip().lower() for x in getattr(self, name).split(",") if x.strip()}
            if keys - known.keys():
                errors[name] = f"Use only {', '.join(known)}."
            setattr(self, name, ticked(name, keys))
        if errors:
            raise ValidationError(errors)

    @property
    def articles(self) -> list[tuple[str, str]]:
        """The GDPR articles that the notice states, with their meaning."""
        return [
            *((f"Article 6(1)({x})", ARTICLE_6[x]) for x in self.keys("article_6")),
            *((f"Article 9(2)({x})", ARTICLE_9[x]) for x in self.keys("article_9")),
        ]

    @property
    def rights_in_words(self) -> list[str]:
        return [RIGHTS[key] for key in self.keys("rights")]

    def keys(self, name: str) -> list[str]:
        """Return what is ticked in one of the fields of `TICKED`."""
        return [key for key in getattr(self, name).split(", ") if key]

    @property
    def of_the_data(self) -> list[tuple[str, str]]:
        """Whose data, what and where from, as far as it is stated: labels and texts."""
        return self._labelled(OF_THE_DATA)

    @property
    def of_its_keeping(self) -> list[tuple[str, str]]:
        """Who gets the data, how long it is kept and how safe, as far as it is stated."""
        return self._labelled(OF_ITS_KEEPING)

    def _labelled(self, labels: dict[str, str]) -> list[tuple[str, str]]:
        stated = ((label, getattr(self, name).strip()) for name, label in labels.items())
        return [(label, text) for label, text in stated if text]

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
        """Return, for each fact that the register should have, whether this row states it.

        The facts are those of UK GDPR, Articles 13, 14 and 30, for a single activity.
        """
        return {
            "purpose": bool(self.purpose),
            "legal basis": self.has_legal_basis,
            "Article 6 condition": bool(self.article_6),
            "Article 9 condition": bool(self.article_9),
            "data processor": bool(self.we_process_this_ourselves or self.processors),
            "categories of people": bool(self.people),
            "categories of data": bool(self.data),
            "source of the data": bool(self.source),
            "recipients": bool(self.recipients),
            "transfers": bool(self.transfers),
            "retention period": bool(self.retention),
            "safeguards": bool(self.safeguards),
            "rights that apply": bool(self.rights),
            "opt-outs that apply": bool(self.opt_outs),
        }

    def not_stated(self) -> list[str]:
        """Return which of these facts are missing."""
        return [fact for fact, is_stated in self.stated().items() if not is_stated]

    def labelled_lines(self, organisation: SiteSettings) -> list[tuple[str, list[Line]]]:
        """Return what the activity states, by the labels that readers see."""
        articles = [Line("text", f"{name}: {meaning}") for name, meaning in self.articles]
        ourselves = [Line("text", "We do this ourselves")] if self.we_process_this_ourselves else []
        labelled = [
            ("Summary", [Line("text", self.plain_summary)] if self.plain_summary else []),
            ("Purpose", rich_text_lines(self.purpose)),
            *((label, text_lines(text)) for label, text in self.of_the_data),
            ("Legal basis", rich_text_lines(self.legal_basis)),
            ("GDPR articles", articles),
            ("Approvals", body_lines(self.approvals, organisation)),
            ("Your rights", [Line("item", right) for right in self.rights_in_words]),
            ("Opting out", body_lines(self.opt_outs, organisation)),
            ("Data processors", ourselves + body_lines(self.processors, organisation)),
            *((label, text_lines(text)) for label, text in self.of_its_keeping),
            *(
                (part.value["label"], rich_text_lines(part.value["text"].source))
                for part in self.parts
            ),
            ("Links", body_lines(self.links, organisation)),
        ]
        return [(label, lines) for label, lines in labelled if lines]
