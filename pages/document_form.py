"""The CMS's form for a document."""

from typing import Any

from wagtail.documents.forms import BaseDocumentForm

from pages.document_check import empty_file, too_large


class SiteDocumentForm(BaseDocumentForm):
    """Says what search finds of the document, below the file, or the title in a bulk upload."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
