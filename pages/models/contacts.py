"""How to reach somebody: each contact is one record, shown wherever it is needed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from pages.models.site import SiteSettings
from pages.validators import validate_phone


class Contact(index.Indexed, models.Model):
    """A person, post or team with its e-mail, phone and postal address.

    A detail that is the organisation's own is not typed again: the three `main_` fields
    point to the site settings instead.
    """

    key = models.SlugField(
        "short name", unique=True, help_text="For staff: how this contact is found in lists."
    )
    name = models.CharField(max_length=120, help_text="The heading of the contact's card.")
    who = models.CharField(
        "person, post or team",
        max_length=200,
        blank=True,
        help_text="For example: Complaints Team, Example City Council.",
    )
    email = models.EmailField("e-mail", blank=True)
    main_email = models.BooleanField("use the organisation's main e-mail", default=False)
    phone = models.CharField(max_length=30, blank=True, validators=[validate_phone])
    main_phone = models.BooleanField("use the organisation's main phone number", default=False)
    phone_note = models.CharField(
        max_length=120, blank=True, help_text="For example: local rate, or a second number."
    )
    address = models.TextField("postal address", blank=True, help_text="One line for each line.")
    main_address = models.BooleanField("use the organisation's main address", default=False)
    website = models.URLField(blank=True)
    website_text = models.CharField(
        max_length=120, blank=True, help_text="Where the link leads, such as its page's title."
    )
    note = models.CharField(max_length=300, blank=True, help_text="A sentence below the details.")
    editor_note = models.TextField(
        "note for staff", blank=True, help_text="Why the record says what it says. Never shown."
    )

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("key")]),
        FieldPanel("who"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("email"), FieldPanel("main_email")]),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("main_phone")]),
                FieldPanel("phone_note"),
                FieldRowPanel([FieldPanel("address"), FieldPanel("main_address")]),
                FieldRowPanel([FieldPanel("website"), FieldPanel("website_text")]),
            ],
            heading="How to get in touch",
        ),
        FieldPanel("note"),
        FieldPanel("editor_note"),
    ]

    search_fields = [
        index.SearchField("name"),
        index.SearchField("who"),
        index.SearchField("email"),
        index.AutocompleteField("name"),
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def details(self, organisation: SiteSettings) -> dict[str, str]:
        """Return the e-mail, phone and address, the contact's own or the organisation's."""
        return {
            name: getattr(organisation if getattr(self, f"main_{name}") else self, name)
            for name in ("email", "phone", "address")
        }

    def as_text(self) -> str:
        """Return what a page that shows the contact says of it, for search."""
        organisation = SiteSettings.objects.filter(site__is_default_site=True).first()
        details = self.details(organisation or SiteSettings())
        return " ".join([self.name, self.who, *details.values(), self.phone_note, self.note])

    def clean(self) -> None:
        """Refuse a contact through which nobody could be reached, and two values for one detail."""
        errors: dict[str, Any] = {}
        for detail in ("email", "phone", "address"):
            if getattr(self, detail) and getattr(self, f"main_{detail}"):
                errors[detail] = "Empty this, or untick the box beside it: there can only be one."
        if not any(
            getattr(self, name)
            for name in ("email", "main_email", "phone", "main_phone", "address", "main_address")
        ):
            errors["email"] = "Give at least one way to get in touch: e-mail, phone or address."
        if self.website and not self.website_text:
            errors["website_text"] = "Say where the link leads."
        if errors:
            raise ValidationError(errors)
