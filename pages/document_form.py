"""The CMS's form for a document."""

from typing import Any

from wagtail.documents.forms import BaseDocumentForm

from pages.document_check import empty_file, too_large


class SiteDocumentForm(BaseDocumentForm):
    """Says what search finds of the document, below the file, or the title in a bulk upload."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_file = self.instance.file.name
        self.original_file = None  # Wagtail would delete it; the model keeps it as it was
        if self.instance.pk:
            name = "file" if "file" in self.fields else "title"
            self.fields[name].help_text = self.instance.found_by()
            self.earlier_files = list(self.instance.earlier_files.all())
        file = self.fields.get("file")
        if file:
            message = too_large(file.max_upload_size)
            file.error_messages |= {
                "empty": empty_file(),
                "required": "Choose a file.",
                "file_too_large": message,
                "file_too_large_unknown_size": message,
            }

    def _post_clean(self) -> None:
        """Leave the document the file that it has if the form is refused.

        Wagtail would show the refused one as the document's, and say that it cannot be found.
        """
        super()._post_clean()
        if self.errors:
            self.instance.file = self.stored_file
