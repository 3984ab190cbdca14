"""The rows of a consultation: ways to take part, documents, and what was said and done."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable
from wagtail.search import index

from pages.drafts import missing
from pages.models.files import OfferedFile
from pages.moments import moment_in_words, span_in_words
from pages.validators import odd_years, validate_phone

PAGE = "pages.ConsultationPage"


class Way(models.TextChoices):
    ONLINE = "online", "Online"
    EMAIL = "email", "Email"
    POST = "post", "Post"
    PHONE = "phone", "Phone"
    EVENT = "event", "Event"


# What each way needs, and what it may have besides; a note may go with any.
NEEDED = {
    Way.ONLINE: {"url": "Give the address of the page where people answer."},
    Way.EMAIL: {"email": "Give the e-mail address."},
    Way.POST: {"address": "Give the postal address."},
    Way.PHONE: {"phone": "Give the phone number."},
    Way.EVENT: {
        "name": "Give the event a name.",
        "address": "Say where it is.",
        "starts_at": "Say when it starts.",
        "ends_at": "Say when it ends.",
    },
}
ALLOWED = {Way.ONLINE: {"name"}, Way.EVENT: {"url", "phone"}}
DETAILS = ("url", "email", "phone", "address", "name", "starts_at", "ends_at")


class WayToTakePart(Orderable):
    """One way in which people can say what they think."""

    page = ParentalKey(PAGE, on_delete=models.CASCADE, related_name="ways")
    kind = models.CharField("way", max_length=10, choices=Way.choices)
    name = models.CharField(
        max_length=120,
        blank=True,
        help_text="Of the event; or the words of the online link, such as “Answer the survey”.",
    )
    url = models.URLField(
        "address on the web",
        blank=True,
        validators=[
            URLValidator(
                schemes=["https"],
                # Of its own, as Django's form would put its words in the place of "invalid".
                code="not_https",
                message="Enter an address that starts with https://.",
            )
        ],
        help_text="Online: where people answer. Event: where people book, if they have to.",
    )
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(
        max_length=30,
        blank=True,
        validators=[validate_phone],
        help_text="For an event: the number to book a place.",
    )
    address = models.TextField(
        "postal address or place",
        blank=True,
        help_text="Post: where to write to. Event: where it is. One line for each line.",
    )
    starts_at = models.DateTimeField("starts", null=True, blank=True, help_text="Of an event.")
    ends_at = models.DateTimeField("ends", null=True, blank=True, help_text="Of an event.")
    note = models.CharField(
        max_length=300,
        blank=True,
        help_text="A sentence below it, such as “Ask us for a paper form”.",
    )

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("name")]),
        FieldRowPanel([FieldPanel("url"), FieldPanel("email"), FieldPanel("phone")]),
        FieldPanel("address"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("note"),
    ]
    search_fields = [
        index.SearchField(name) for name in ("name", "url", "email", "phone", "address", "note")
    ]

    class Meta(Orderable.Meta):
        verbose_name = "way to take part"

    def __str__(self) -> str:
        return " - ".join(filter(None, [self.get_kind_display(), self.name]))

    @property
    def title(self) -> str:
        """What heads the row in the CMS."""
        return str(self)

    @property
    def link_words(self) -> str:
        """The words of the link to where people answer."""
        return self.name or "Take part online"

    @property
    def is_event(self) -> bool:
        return self.kind == Way.EVENT

    @property
    def has_ended(self) -> bool:
        return bool(self.ends_at and self.ends_at <= timezone.now())

    @property
    def when(self) -> str:
        """From when to when an event is, in words."""
        return (
            span_in_words(self.starts_at, self.ends_at) if self.starts_at and self.ends_at else ""
        )

    def clean(self) -> None:
        """Refuse a way that lacks what it needs, or has what readers would not see."""
        super().clean()
        errors = odd_years(self, "starts_at", "ends_at")
        if self.kind in NEEDED:
            errors = {**dict(self._lacking()), **dict(self._left_over()), **errors}
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            started = moment_in_words(self.starts_at)
            errors.setdefault("ends_at", f"An event ends after it starts. It starts at {started}.")
        if errors:
            raise ValidationError(errors)

    def _lacking(self) -> Iterator[tuple[str, ValidationError]]:
        for name, message in NEEDED[self.kind].items():
            if not getattr(self, name):
                yield name, missing(message)

    def _left_over(self) -> Iterator[tuple[str, ValidationError]]:
        shown = {*NEEDED[self.kind], *ALLOWED.get(self.kind, ())}
        for name in DETAILS:
            if getattr(self, name) and name not in shown:
                message = (
                    f"Readers would not see this: the way is “{self.get_kind_display()}”. "
                    "Empty it, or add another way to take part."
                )
                yield name, ValidationError(message)

    def as_event(self, page_address: str) -> dict[str, Any]:
        """Return an event as schema.org describes it (https://schema.org/Event)."""
        return {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": self.name,
            "startDate": timezone.localtime(self.starts_at).isoformat(),
            "endDate": timezone.localtime(self.ends_at).isoformat(),
            "location": {"@type": "Place", "address": ", ".join(self.address.splitlines())},
            "url": page_address,
        }

    def as_text(self) -> str:
        """Return the words that readers see of it, for search."""
        shown = [self.get_kind_display(), self.name, self.when]
        details = [self.address, self.url, self.email, self.phone, self.note]
        return " ".join(filter(None, [*shown, *details]))


class ConsultationFile(OfferedFile):
    page = ParentalKey(PAGE, on_delete=models.CASCADE, related_name="files")


class OutcomeRow(Orderable):
    """A point that people made, and what became of it."""

    page = ParentalKey(PAGE, on_delete=models.CASCADE, related_name="outcome_rows")
    you_said = models.TextField("you said", help_text="One point that people made.")
    we_did = models.TextField("we did", blank=True, help_text="What changed, and when.")
    why_not = models.TextField(
        "if not, why", blank=True, help_text="If it did not change, or not in full: the reason."
    )

    panels = [
        FieldPanel("you_said"),
        FieldRowPanel([FieldPanel("we_did"), FieldPanel("why_not")]),
    ]
    search_fields = [index.SearchField(name) for name in ("you_said", "we_did", "why_not")]

    class Meta(Orderable.Meta):
        verbose_name = "point"

    def __str__(self) -> str:
        return self.you_said[:60]

    @property
    def title(self) -> str:
        """What heads the row in the CMS."""
        return str(self)

    def clean(self) -> None:
        """Refuse a point that nobody answered."""
        super().clean()
        if not (self.we_did.strip() or self.why_not.strip()):
            message = "Say what you did, or under “If not, why” why you did not."
            raise ValidationError({"we_did": missing(message)})

    def as_text(self) -> str:
        """Return its words, for search."""
        return " ".join(filter(None, [self.you_said, self.we_did, self.why_not]))
