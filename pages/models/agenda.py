"""The agenda of a meeting, item by item: before it what is to be read, after it what came of it."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.template.defaultfilters import filesizeformat
from modelcluster.fields import ParentalKey
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Orderable, Page

from pages.models.files import ENGLISH, LANGUAGES, OfferedFile
from pages.models.papers import papers_below


class Purpose(models.TextChoices):
    DECISION = "decision", "For decision"
    ASSURANCE = "assurance", "For assurance"
    INFORMATION = "information", "For information"


class AgendaItemForm(WagtailAdminModelForm):
    """A row of the agenda: it may name the papers of its own meeting only."""

    def __init__(self, *args: object, meeting: Page | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("paper"):
            field.queryset = papers_below(meeting)
            field.error_messages["invalid_choice"] = "Choose a paper of this meeting."


class AgendaItem(Orderable):
    """One item: its paper is a page, a file or both, or it is verbal, or the paper will follow."""

    base_form_class = AgendaItemForm

    page = ParentalKey("pages.MeetingPage", on_delete=models.CASCADE, related_name="agenda")
    number = models.CharField(
        max_length=10,
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z]+([./-][0-9A-Za-z]+)*$",
                "Use digits and letters, with full stops between, such as 4, 4.2 or 7a.",
            )
        ],
        help_text="Such as 4 or 4.2. It is the end of the link to this item.",
    )
    title = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True)
    lead = models.ForeignKey(
        "pages.PersonPage",
        verbose_name="lead, if on this website",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_text = models.CharField(
        "lead, in words", max_length=100, blank=True, help_text="A name or a post, if no page."
    )
    is_verbal = models.BooleanField("verbal: there is no paper", default=False)
    paper = models.ForeignKey(
        "pages.PaperPage",
        verbose_name="paper as a page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A page below this meeting. Save the meeting, add the paper below it, then "
        "choose it here.",
    )
    document = models.ForeignKey(
        "pages.SiteDocument",
        verbose_name="paper as a file",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(
        "language of the file", max_length=5, choices=LANGUAGES.items(), default=ENGLISH
    )
    decision = models.TextField(blank=True, help_text="After the meeting: what was decided.")
    actions = models.TextField(
        blank=True, help_text="After the meeting: who does what by when, one on each line."
    )

    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("purpose")]),
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("lead"), FieldPanel("lead_text")]),
        MultiFieldPanel(
            [
                FieldPanel("is_verbal"),
                FieldPanel("paper", widget=forms.Select),
                FieldRowPanel([FieldPanel("document"), FieldPanel("language")]),
            ],
            heading="Paper",
            help_text="With none of these, readers see “Paper to follow”.",
        ),
        FieldRowPanel([FieldPanel("decision"), FieldPanel("actions")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "agenda item"

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    is_foreign = OfferedFile.is_foreign

    @property
    def html_id(self) -> str:
        """The item's address on the page of its meeting, such as item-4-2."""
        return f"item-{'-'.join(self.number.lower().replace('/', '.').split('.'))}"

    @property
    def words(self) -> str:
        """What readers may look for in it, beside its title."""
        return " ".join(
            filter(None, [self.get_purpose_display(), self.lead_text, self.decision, self.actions])
        )

    def clean(self) -> None:
        """Refuse two statements of one fact, and the paper of another meeting."""
        errors = {}
        if self.is_verbal and (self.paper_id or self.document_id):
            errors["is_verbal"] = "There is a paper as well. Untick this, or take the paper out."
        if self.lead_id and self.lead_text:
            errors["lead_text"] = "Empty this, or take out the person above: there can only be one."
        if self.paper_id and self.page_id and not self.paper.is_child_of(self.page):
            errors["paper"] = "Choose a paper of this meeting."
        if errors:
            raise ValidationError(errors)


@dataclass(frozen=True)
class ShownItem:
    """An agenda item with what readers may see of it: the paper and the lead, if public."""

    row: AgendaItem
    paper: Page | None
    lead: Page | None

    @property
    def has_paper(self) -> bool:
        return bool(self.paper or self.row.document_id)

    @property
    def file_facts(self) -> list[str]:
        """What a reader wants to know of the file beside its type: size, pages and language."""
        document = self.row.document
        pages = document.page_count
        return [
            *([filesizeformat(document.file_size)] if document.file_size else []),
            *([f"{pages} page{'' if pages == 1 else 's'}"] if pages else []),
            *([self.row.get_language_display()] if self.row.is_foreign else []),
        ]
