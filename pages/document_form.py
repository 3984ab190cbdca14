"""The CMS's form for a document."""

from typing import Any

from wagtail.documents.forms import BaseDocumentForm


class SiteDocumentForm(BaseDocumentForm):
    """Says what search finds of the document, below the file, or the title in a bulk upload."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            field = "file" if "file" in self.fields else "title"
            self.fields[field].help_text = self.instance.found_by()
