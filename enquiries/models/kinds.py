"""What visitors can write to us about: one form for each kind of enquiry."""

from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.urls import reverse
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
)
from wagtail.fields import RichTextField

from enquiries.deadlines import Unit, deadline, in_words
from enquiries.models.holidays import BankHoliday

A_YEAR = 366  # days
LONGEST_KEEPING = 25 * A_YEAR
TAKEN_ADDRESSES = {"about", "state"}  # what else stands after /enquiries/


class Subject(models.TextChoices):
    """What a form is about: that decides which questions it asks."""

    PAGE = "page", "An error on a page"
    ACCESSIBILITY = "accessibility", "An accessibility problem"
    FORMAT = "format", "A page or file in another format"
    FEEDBACK = "feedback", "Feedback or a complaint"
    DATA = "data", "A data protection complaint or request"
    INFORMATION = "information", "A freedom of information request"
    MEDIA = "media", "A question from a journalist"
    GENERAL = "general", "Anything else"


def _number(label: str, **options: object) -> models.PositiveSmallIntegerField:
    validators = [MinValueValidator(1), MaxValueValidator(A_YEAR)]
    return models.PositiveSmallIntegerField(label, validators=validators, **options)


def _unit() -> models.CharField:
    return models.CharField(
        "counted in", max_length=12, choices=Unit.choices, default=Unit.WORKING_DAYS
    )


class EnquiryKindQuerySet(models.QuerySet):
    def seen_by(self, user: AbstractBaseUser) -> "EnquiryKindQuerySet":
        """Return those whose enquiries a member of staff may see: those of their groups."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(groups__in=user.groups.all()).distinct()


class EnquiryKind(models.Model):
    """A form, what happens with what is sent through it, and who may read that."""

    name = models.CharField(
        "title", max_length=100, unique=True, help_text="The heading of the form's page."
    )
    slug = models.SlugField("address", max_length=60, unique=True, help_text="After /enquiries/.")
    code = models.CharField(
        "letters of the reference",
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,4}\Z", "Use 2 to 4 capital letters, such as FOI.")],
        help_text="Each reference begins with them, such as FOI.",
    )
    subject = models.CharField(
        max_length=20, choices=Subject.choices, help_text="Decides which questions the form asks."
    )
    is_open = models.BooleanField(
        "open",
        default=True,
        help_text="A closed form takes nothing in, and says how else to get in touch.",
    )
    introduction = RichTextField(
        blank=True, features=["bold", "ol", "ul", "link"], help_text="Above the first question."
    )
    message_label = models.CharField(
        "main question", max_length=150, help_text="The question above the big box."
    )
    message_hint = models.TextField("help with the main question", blank=True)

    acknowledge_within = _number("acknowledge within", null=True, blank=True)
    acknowledge_unit = _unit()
    answer_within = _number("answer within", null=True, blank=True)
    answer_unit = _unit()
    next_steps = models.TextField(
        "what happens next",
        blank=True,
        help_text="Beside the button, before what the times above say of themselves.",
    )

    team_email = models.EmailField(
        "team's e-mail",
        blank=True,
        help_text="Gets a note of each enquiry, without its text. Empty: nobody is written to.",
    )
    groups = models.ManyToManyField(
        "auth.Group",
        verbose_name="who may see and answer these",
        blank=True,
        related_name="enquiry_kinds",
        help_text="Administrators always may; nobody else who is not in one of these groups.",
    )
    contact = models.ForeignKey(
        "pages.Contact",
        verbose_name="other ways to get in touch",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Shown on the form; where it has no phone or address, the organisation's.",
    )
    keep_days = models.PositiveSmallIntegerField(
        "keep for",
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_KEEPING)],
        help_text="Days after an enquiry was closed. Then it is deleted for good.",
    )
    activity = models.ForeignKey(
        "privacy.ProcessingActivity",
        verbose_name="activity in the privacy notice",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The form links to it. Empty: to the privacy notice.",
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("slug"), FieldPanel("code")]),
                FieldPanel("subject"),
                FieldPanel("is_open"),
            ],
            heading="Form",
        ),
        MultiFieldPanel(
            [
                FieldPanel("introduction"),
                FieldPanel("message_label"),
                FieldPanel("message_hint"),
                FieldPanel("contact"),
            ],
            heading="Words",
        ),
        MultiFieldPanel(
            [
                HelpPanel("The law sets some of these times. Leave empty what is not promised."),
                FieldRowPanel([FieldPanel("acknowledge_within"), FieldPanel("acknowledge_unit")]),
                FieldRowPanel([FieldPanel("answer_within"), FieldPanel("answer_unit")]),
                FieldPanel("next_steps"),
            ],
            heading="What happens next",
        ),
        MultiFieldPanel(
            [FieldPanel("team_email"), FieldPanel("groups", widget=CheckboxSelectMultiple)],
            heading="Who looks after it",
        ),
        MultiFieldPanel([FieldPanel("keep_days"), FieldPanel("activity")], heading="Personal data"),
    ]

    objects = EnquiryKindQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "enquiry form"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the form's address without the host."""
        return reverse("enquiry_form", args=[self.slug])

    def clean(self) -> None:
        """Refuse an address that is taken."""
        if self.slug in TAKEN_ADDRESSES:
            message = f"Choose another address: “{self.slug}” is taken."
            raise ValidationError({"slug": message})

    @property
    def was_used(self) -> bool:
        """Whether anything ever came in through it, even if that is deleted by now."""
        return self.enquiries.exists() or self.deletions.exists()

    @property
    def acknowledged_within(self) -> str:
        """How soon its sender hears that we have it, such as "3 working days"; else nothing."""
        return in_words(self.acknowledge_within, self.acknowledge_unit)

    @property
    def answered_within(self) -> str:
        """How soon it is answered, such as "20 working days"; nothing if that is not promised."""
        return in_words(self.answer_within, self.answer_unit)

    @property
    def kept_for(self) -> str:
        """How long it is kept after it was closed, such as "1 year" or "30 days"."""
        years, days = divmod(self.keep_days, 365)
        return in_words(self.keep_days, "days") if days else in_words(years, "years")

    def deadlines(self, received: date) -> tuple[date | None, date | None]:
        """Return until when to acknowledge and to answer what comes on a day, where promised."""
        holidays = BankHoliday.from_day(received)
        acknowledge, answer = (
            deadline(received, number, unit, holidays) if number else None
            for number, unit in [
                (self.acknowledge_within, self.acknowledge_unit),
                (self.answer_within, self.answer_unit),
            ]
        )
        return acknowledge, answer
