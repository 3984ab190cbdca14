"""Files that a page offers, each with what a reader must know before opening it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import prefetch_related_objects
from django.utils.functional import cached_property
from modelcluster.models import get_all_child_relations
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from pages.models.base import PageForm

ENGLISH = "en"
# Code for the `lang` attribute (BCP 47): name. Those of the former site's accessible information,
# and the ones most asked for in the NHS.
LANGUAGES = {
    "en": "English",
    "ar": "Arabic",
    "bn": "Bengali",
    "bfi": "British Sign Language",
    "yue": "Cantonese",
    "zh": "Chinese",
    "gu": "Gujarati",
    "pl": "Polish",
    "pt": "Portuguese",
    "pa": "Punjabi",
    "ro": "Romanian",
    "so": "Somali",
    "ur": "Urdu",
}


class OfferedFile(Orderable):
    """A file on a page. Subclasses add `page`, a ParentalKey with a related name of their own."""

    document = models.ForeignKey(
        "pages.SiteDocument",
        verbose_name="file",
        on_delete=models.CASCADE,  # a draft that names a file that is gone cannot keep it anyway
        related_name="+",
    )
    title = models.CharField(
        max_length=150, blank=True, help_text="Instead of the document's own title."
    )
    language = models.CharField(
        max_length=5, choices=LANGUAGES.items(), default=ENGLISH, help_text="Of the file's text."
    )

    panels = [
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("title"), FieldPanel("language")]),
    ]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.title or str(self.document)

    @property
    def is_foreign(self) -> bool:
        """Whether its language has to be said, and marked up."""
        return self.language != ENGLISH


class OfferingForm(PageForm):
    """The edit form of a page that offers files: it has to say who sends other formats."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_deferred_validation or cleaned.get("format_contact"):
            return cleaned
        if any(self._rows_with_a_file()):
            self.add_error(
                "format_contact",
                "Say who can be asked for another format: a contact with an e-mail address. "
                "It is needed because the page offers a file.",
            )
        return cleaned

    def _rows_with_a_file(self) -> list[bool]:
        """Return, for each row that stays, whether it names a file."""
        for formset in self.formsets.values():
            formset.is_valid()  # Wagtail would only look at the rows after this form
        return [
            any(
                form.cleaned_data.get(field.name)
                for field in form.instance._meta.concrete_fields
                if field.is_relation and field.related_model._meta.label == "pages.SiteDocument"
            )
            for formset in self.formsets.values()
            for form in formset.forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]


class OffersFiles(models.Model):
    """What a page has that offers files in rows. It comes before BasePage in the bases."""

    base_form_class = OfferingForm

    format_contact = models.ForeignKey(
        "pages.Contact",
        verbose_name="contact for other formats",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who sends the same in large print, in easy read or in another way. "
        "A contact with an e-mail address; needed as soon as there is a file.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a contact to whom nobody could write."""
        super().clean()
        contact = self.format_contact
        if contact and not (contact.email or contact.main_email):
            message = "This contact has no e-mail address. Give it one, or choose another."
            raise ValidationError({"format_contact": message})

    @cached_property
    def offered_files(self) -> dict[str, list[OfferedFile]]:
        """The files by the name of their relation, with their documents and what these were."""
        files = {
            relation.get_accessor_name(): list(
                getattr(self, relation.get_accessor_name())
                .select_related("document__reading")
                .defer("document__reading__pages")
            )
            for relation in get_all_child_relations(type(self))
            if issubclass(relation.related_model, OfferedFile)
        }
        documents = [file.document for each in files.values() for file in each]
        prefetch_related_objects(documents, "earlier_files")
        return files
