"""Small files of each kind that the site takes, as bytes."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from ccgsite.samples.files import pdf

__all__ = [
    "archive",
    "docx",
    "encrypted_pdf",
    "opendocument",
    "pdf",
    "pptx",
    "xlsx",
]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def encrypted_pdf(text: str, password: str) -> bytes:
    """Return a PDF that opens with the password; an empty one stops changes alone."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(text))))
    writer.encrypt(password, "the owner's", algorithm="AES-256")
    data = BytesIO()
    writer.write(data)
    return data.getvalue()


def archive(parts: dict[str, bytes | str]) -> bytes:
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return data.getvalue()


def docx(*paragraphs: str, before: str = "") -> bytes:
    """Return a Word file; `before` goes before its root element. Paragraphs may hold XML."""
    lines = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    xml = f'{before}<w:document xmlns:w="{WORD}"><w:body>{lines}</w:body></w:document>'
    return archive({"word/document.xml": xml})


def pptx(*slides: str) -> bytes:
    return archive(
        {
            f"ppt/slides/slide{number}.xml": (
                f'<p xmlns:a="{DRAWING}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p>'
            )
            for number, text in enumerate(slides, start=1)
        }
    )


def opendocument(*paragraphs: str, manifest: str = "<manifest/>") -> bytes:
    """Return a text or a sheet in OpenDocument; paragraphs may hold XML."""
    lines = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    xml = f'<office:body xmlns:office="{OFFICE}" xmlns:text="{TEXT}">{lines}</office:body>'
    return archive({"content.xml": xml, "META-INF/manifest.xml": manifest})


def xlsx(*rows: list, hidden: str = "") -> bytes:
    """Return a spreadsheet, with a second, hidden sheet that holds `hidden` if that is given."""
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    if hidden:
        sheet = workbook.create_sheet("Not shown")
        sheet.append([hidden])
        sheet.sheet_state = "hidden"
    data = BytesIO()
    workbook.save(data)
    return data.getvalue()
