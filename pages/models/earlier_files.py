"""What a document's file was before it was replaced."""

from functools import partial
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from wagtail.tasks import delete_file_from_storage_task

from pages.document_addresses import KEY_LENGTH, is_for_editors, new_key, own_folder
from pages.public import public_documents


class EarlierFileQuerySet(models.QuerySet):
    def open_to_visitors(self) -> "EarlierFileQuerySet":
        """Return those that a visitor may open: of documents that are open, and were then."""
        return self.filter(was_public=True, document__in=public_documents())


class EarlierFile(models.Model):
    """A file that a document had, kept as it was.

    Readers see it beside its document if they could open the document when it was replaced: a file
    that was put right before anybody could see it stays the editors' own.
    """

    document = models.ForeignKey(
        "pages.SiteDocument", on_delete=models.CASCADE, related_name="earlier_files"
    )
    document.wagtail_reference_index_ignore = True  # it is not a use of the document
    file = models.FileField(upload_to=own_folder)
    file_size = models.PositiveBigIntegerField(null=True)
    file_hash = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, editable=False, default=new_key)
    replaced_at = models.DateTimeField(default=timezone.now)
    was_public = models.BooleanField()

    objects = EarlierFileQuerySet.as_manager()

    class Meta:
        ordering = ["-replaced_at", "-pk"]
        verbose_name = "earlier version"

    def __str__(self) -> str:
        replaced = timezone.localtime(self.replaced_at)
        return f"{Path(self.file.name).name}, replaced on {replaced:%-d %B %Y}"

    @property
    def filename(self) -> str:
        """The name to save it by: it tells it from the file that came after."""
        name = Path(self.file.name)
        return f"{name.stem}-until-{timezone.localdate(self.replaced_at)}{name.suffix}"

    @property
    def file_type(self) -> str:
        """The kind of file in capitals, such as PDF."""
        return Path(self.file.name).suffix[1:].upper()

    @property
    def url(self) -> str:
        """The address on this site: inside the CMS, that for editors."""
        if is_for_editors():
            return reverse("earlier_file_for_editors", args=[self.pk])
        return reverse("document", args=[self.key])


@receiver(post_delete, sender=EarlierFile)
def earlier_file_is_gone(instance: EarlierFile, **_: Any) -> None:
    """Remove the file itself once it is certain that the record stays deleted."""
    transaction.on_commit(partial(_remove, instance.file))


def _remove(file: FieldFile) -> None:
    """Remove a file that no document has."""
    document_model = EarlierFile._meta.get_field("document").related_model
    if not document_model.objects.filter(file=file.name).exists():
        delete_file_from_storage_task.enqueue(file.storage.deconstruct(), file.name)
