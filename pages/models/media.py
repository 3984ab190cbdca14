"""Images and documents."""

from django.db import models
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class SiteImage(AbstractImage):
    """An image; `description` is what it shows, offered wherever the image is used."""

    admin_form_fields = Image.admin_form_fields


class SiteRendition(AbstractRendition):
    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]


class SiteDocument(AbstractDocument):
    """A file that pages offer for download."""

    admin_form_fields = Document.admin_form_fields

    @property
    def file_type(self) -> str:
        """The kind of file in capitals, such as PDF."""
        return self.file_extension.upper()
