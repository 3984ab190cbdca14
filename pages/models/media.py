"""Images and documents."""

import re
from functools import partial
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks import task
from wagtail.documents.models import AbstractDocument, Document, DocumentQuerySet
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.search import index

from pages.document_addresses import (
    KEY_LENGTH,
    content_type_of,
    is_for_editors,
    new_key,
    own_folder,
)
from pages.document_check import check_upload
from pages.document_text import SECONDS_AT_UPLOAD, Outcome, text_of
from pages.models.earlier_files import EarlierFile
from pages.models.passages import Passage
from pages.parts import Part
from pages.public import documents_not_private, public_documents
from pages.search_index import index_documents

WORD = re.compile(r"[^\W_]+")
# PostgreSQL keeps 1 MB for each document at most; this many characters stay below it.
MOST_INDEXED = 150_000
PAGES_KNOWN_OF = "PDF"
BOOKKEEPING = {"file_hash", "file_size"}  # what Wagtail saves on its own, and nobody reads
FACTS_OF_FILE = ("file", "file_size", "file_hash", "replaced_at")


class SiteImage(AbstractImage):
    """An image; `description` is what it shows, offered wherever the image is used."""

    admin_form_fields = Image.admin_form_fields


class SiteRendition(AbstractRendition):
    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]


class SiteDocumentQuerySet(DocumentQuerySet):
    @transaction.atomic
    def update(self, **facts: Any) -> int:
        """Update, and let search follow: so the CMS puts many into a collection at once."""
        documents = list(self.values_list("pk", flat=True))
        updated = super().update(**facts)
        index_documents(documents)
        return updated

    update.alters_data = True

    def not_found_in_full(self) -> "SiteDocumentQuerySet":
        """Return the documents of whose present file not all text has been read."""
        return self.exclude(reading__file=models.F("file"), reading__outcome=Outcome.READ)


class SiteDocument(AbstractDocument):
    """A file that pages offer for download. Its text is read after it is uploaded."""

    admin_form_fields = Document.admin_form_fields
    search_fields = [*AbstractDocument.search_fields, index.SearchField("text")]
    file_as_loaded: str | None = None  # the name in the database when this was read from it

    file = models.FileField("file", upload_to=own_folder)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, editable=False, default=new_key)
    # When the present file took the place of another.
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = SiteDocumentQuerySet.as_manager()

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "SiteDocument":
        document = super().from_db(*args, **kwargs)
        document.file_as_loaded = document.__dict__.get("file")
        return document

    @property
    def url(self) -> str:
        """The address on this site: inside the CMS, that for editors."""
        if is_for_editors():
            return reverse("document_for_editors", args=[self.pk])
        return reverse("document", args=[self.key])

    @property
    def content_type(self) -> str:
        """The kind of content, as HTTP calls it."""
        return content_type_of(self.file.name)

    @property
    def file_type(self) -> str:
        """The kind of file in capitals, such as PDF."""
        return self.file_extension.upper()

    @property
    def page_count(self) -> int | None:
        """How many pages it has, if it is a PDF that has been read."""
        reading = getattr(self, "reading", None)
        return reading.page_count if reading and reading.file == self.file.name else None

    @property
    def earlier_files_for_readers(self) -> list[EarlierFile]:
        """What it was before its file was replaced, as far as readers could open that."""
        return [file for file in self.earlier_files.all() if file.was_public]

    def clean(self) -> None:
        """Refuse a new file that is not what its name says."""
        if self._has_new_file():
            check_upload(self.file)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keep the file that is replaced, and have a new one read once it is certain to stay.

        The address never changes.
        """
        saved = kwargs.get("update_fields")
        with_file = saved is None or "file" in saved
        if with_file and saved is not None:
            kwargs["update_fields"] = saved = {*saved, *FACTS_OF_FILE}
        replaced = self._take_file() if with_file else None
        super().save(*args, **kwargs)
        self.file_as_loaded = self.file.name
        if replaced:
            replaced.save()
        if saved is None or not BOOKKEEPING.issuperset(saved):
            index_documents([self.pk])
        if with_file and not self.readings_of_file().exists():
            transaction.on_commit(partial(read_document.enqueue, self.pk))

    def _has_new_file(self) -> bool:
        """Return whether the file is another than when this was read from the database."""
        return bool(self.file) and self.file.name != self.file_as_loaded

    def _take_file(self) -> EarlierFile | None:
        """Settle which file the document has. Returns what is to be kept of the one it had.

        Others may have saved it since it was read here. Their file is what a new one replaces, and
        stays if there is no new one. The same file again changes nothing.
        """
        is_new = self._has_new_file()
        if is_new:
            self._set_document_file_metadata()
        # Others may meanwhile note that a page offers it: no_key leaves them that.
        locked = SiteDocument.objects.select_for_update(no_key=True)
        stored = locked.filter(pk=self.pk).first() if self.pk else None
        if stored is None:
            return None
        self.key = stored.key
        is_there = bool(stored.file) and stored.file.storage.exists(stored.file.name)
        if not is_new or (is_there and stored.file_hash == self.file_hash):
            for name in FACTS_OF_FILE:
                setattr(self, name, getattr(stored, name))
            return None
        self.replaced_at = timezone.now()
        if not is_there:
            return None
        return EarlierFile(
            document=self,
            file=stored.file.name,
            file_size=stored.file_size,
            file_hash=stored.file_hash,
            replaced_at=self.replaced_at,
            was_public=public_documents().filter(pk=self.pk).exists(),
        )

    def parts(self) -> list[Part]:
        """Return what was read of the present file: its pages if it is a PDF, else one part."""
        reading = self.readings_of_file().first()
        if reading is None:
            return []
        numbered = reading.has_page_numbers
        return [
            Part(text, anchor=f"page={number}" if numbered else "")
            for number, text in enumerate(reading.pages, 1)
        ]

    def readings_of_file(self) -> "models.QuerySet[DocumentReading]":
        """Return what was read of the present file, not of one that it replaced: one or none."""
        return DocumentReading.objects.filter(document=self.pk, file=self.file.name)

    def text(self) -> str:
        """Return the words to find it by; those of a very long document once each."""
        pages = self.readings_of_file().values_list("pages", flat=True).first() or []
        text = "\n".join(pages)
        if len(text) > MOST_INDEXED:
            text = " ".join(dict.fromkeys(WORD.findall(text.lower())))[:MOST_INDEXED]
        return text

    def read(self, seconds: int = SECONDS_AT_UPLOAD) -> None:
        """Read the file within so many seconds, keep what was read, and index it.

        What was read of a file that is replaced meanwhile is dropped.
        """
        name = self.file.name
        try:
            with self.file.storage.open(name, "rb") as file:
                outcome, pages = text_of(file, self.file_extension, seconds)
        except FileNotFoundError:
            outcome, pages = Outcome.MISSING, []
        counted = outcome == Outcome.READ and self.file_type == PAGES_KNOWN_OF
        with transaction.atomic():
            # Others may meanwhile note that a page offers it: no_key leaves them that.
            locked = SiteDocument.objects.select_for_update(no_key=True)
            same = locked.filter(pk=self.pk, file=name).first()
            if same:
                DocumentReading.objects.update_or_create(
                    document=same,
                    defaults={
                        "file": name,
                        "read_at": timezone.now(),
                        "outcome": outcome,
                        "pages": pages,
                        "page_count": len(pages) if counted else None,
                    },
                )
                index.insert_or_update_object(same)
                index_documents([same.pk])

    def found_by(self) -> str:
        """Return in words what search finds of it, or why only its title, or why nothing."""
        reading = self.readings_of_file().first()
        if reading is None:
            found = "Search finds its title only: the file has not been read yet."
        else:
            found = reading.in_words()
        if Passage.objects.filter(document=self.pk).exists():
            return found
        if not documents_not_private().filter(pk=self.pk).exists():
            return f"{found} Visitors cannot find it: its collection is private."
        return f"{found} Visitors can find it once a public page links to it."


class DocumentReading(models.Model):
    """What was read of a document's file. Kept apart, so that no list of documents loads it."""

    document = models.OneToOneField(
        SiteDocument, on_delete=models.CASCADE, primary_key=True, related_name="reading"
    )
    document.wagtail_reference_index_ignore = True  # it is not a use of the document
    file = models.CharField(max_length=100)  # the name of the one that was read
    read_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    pages = models.JSONField()  # the text of each page of a PDF, else one text
    page_count = models.PositiveIntegerField(null=True)  # of a PDF that was read to its end

    def __str__(self) -> str:
        return f"{self.file}: {self.get_outcome_display()}"

    @property
    def has_page_numbers(self) -> bool:
        """Whether the first text is that of page 1, and so on."""
        return self.file.upper().endswith(f".{PAGES_KNOWN_OF}")

    def in_words(self) -> str:
        """Return what search finds of the document, for an editor."""
        if not self.pages:
            return f"Search finds its title only. {self.get_outcome_display()}."
        words = counted(sum(len(page.split()) for page in self.pages), "word")
        pages = f"{counted(len(self.pages), 'page')}, " if self.has_page_numbers else ""
        return f"Search finds its text: {pages}{words}. {self.get_outcome_display()}."


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@task()
def read_document(pk: int) -> None:
    """Read a document's file, unless the document is gone."""
    document = SiteDocument.objects.filter(pk=pk).first()
    if document:
        document.read()
