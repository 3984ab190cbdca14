"""The documents of documents.yaml: made as files, read, and offered by pages."""

from pathlib import Path
from typing import Any

import yaml
from django.core.files.base import ContentFile
from django.utils.text import slugify

from pages.models import SiteDocument
from pages.public import public_pages
from tests.documents import docx, opendocument, pdf, xlsx
from tests.search.relevance import Query

DOCUMENTS = Path(__file__).with_name("documents.yaml")
GROUP = "document text"


def add_documents() -> list[Query]:
    """Put the documents on the site. Returns what people type to find them."""
    written = yaml.safe_load(DOCUMENTS.read_text(encoding="utf-8"))
    pages = {page.url: page for page in public_pages()}
    urls = {}
    for facts in written["documents"]:
        document = _upload(facts)
        page = pages[facts["offered_by"]].specific
        page.body.append(("document", {"document": document, "text": ""}))
        page.save_revision().publish()
        urls[document.title] = document.url
    return [
        Query(
            GROUP,
            row["query"],
            [urls[row["title"]]],
            f"page={row['page']}" if "page" in row else "",
        )
        for row in written["queries"]
    ]


def _upload(facts: dict[str, Any]) -> SiteDocument:
    file = ContentFile(_bytes(**facts), f"{slugify(facts['title'])}.{facts['kind']}")
    document = SiteDocument.objects.create(title=facts["title"], file=file)
    if not document.readings_of_file().exists():  # in a test, where nothing is ever committed
        document.read()
    return document


def _bytes(kind: str, pages: list[str], **_: Any) -> bytes:
    if kind == "pdf":
        return pdf(*pages)
    lines = pages[0].splitlines()
    if kind == "docx":
        return docx(*lines)
    if kind == "odt":
        return opendocument(*lines)
    if kind == "xlsx":
        return xlsx(*(line.split(",") for line in lines))
    return pages[0].encode()
