"""What people who decide have declared: the register of interests."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from pages.spreadsheets import csv_table
from pages.times import has_passed
from pages.validators import validate_year

REGISTER = "register-of-interests.csv"
REGISTER_COLUMNS = [
    "Name",
    "Role",
    "Interest",
    "Type",
    "From",
    "Until",
    "What is done about it",
    "Declared on",
]


class InterestKind(models.TextChoices):
    """As NHS England's guidance on managing conflicts of interest names them."""

    FINANCIAL = "financial", "Financial"
    PROFESSIONAL = "professional", "Non-financial professional"
    PERSONAL = "personal", "Non-financial personal"
    INDIRECT = "indirect", "Indirect"


class Interest(Orderable):
    """One interest of a person. One that ended stays until an editor deletes it, and says so."""

    page = ParentalKey("pages.PersonPage", on_delete=models.CASCADE, related_name="interests")
    interest = models.CharField(
        max_length=300, help_text="For example: Partner at a GP surgery in the area."
    )
    kind = models.CharField("type", max_length=20, choices=InterestKind)
    starts_on = models.DateField("from", null=True, blank=True, validators=[validate_year])
    ends_on = models.DateField(
        "until", null=True, blank=True, validators=[validate_year], help_text="Its last day."
    )
    action = models.CharField(
        "what is done about it",
        max_length=300,
        blank=True,
        help_text="For example: Leaves the room when contracts with the surgery are discussed.",
    )

    panels = [
        FieldPanel("interest"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("action"),
    ]

    def __str__(self) -> str:
        return self.interest

    @property
    def has_ended(self) -> bool:
        return has_passed(self.ends_on)

    def clean(self) -> None:
        """Refuse an end before the beginning."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "This is before the interest began. Check both."})


def register_table(interests: Iterable[Interest]) -> bytes:
    """Return the interests as CSV, each with the person in `page`."""
    return csv_table(
        REGISTER_COLUMNS,
        (
            [
                row.page.title,
                row.page.role,
                row.interest,
                row.get_kind_display(),
                row.starts_on.isoformat() if row.starts_on else "",
                row.ends_on.isoformat() if row.ends_on else "",
                row.action,
                row.page.interests_declared_on.isoformat()
                if row.page.interests_declared_on
                else "",
            ]
            for row in interests
        ),
    )
