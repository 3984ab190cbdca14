"""Reads the text of one file, as a program of its own: no file can harm what serves the site.

    python -I document_reader.py KIND SECONDS < FILE > ANSWER

KIND is the end of the file's name, such as `pdf`. The answer is a line READY, then JSON: `outcome`,
a value of `pages.document_text.Outcome`, and `pages`, the text of each page of a PDF, else one
text. If the program ends in any other way, the file is one that it cannot make sense of.

It imports nothing of the site, is given no environment, and sets its own limits before it looks
at the file.
"""

import codecs
import json
import re
import resource
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import XMLParser
from openpyxl import load_workbook
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from striprtf.striprtf import rtf_to_text

MOST_MEMORY = 512 * 1024 * 1024
MOST_CHARACTERS = 2_000_000
MOST_PAGES = 3_000
MOST_UNPACKED = 200 * 1024 * 1024  # bytes
LARGEST_ANSWER = 16 * 1024 * 1024  # bytes; a character takes at most 4
READY = "ready"  # whatever happens from here on is the file's doing
CHUNK = 64 * 1024

CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

# The parts of a file in which the text is that readers see. Comments are not.
PARTS = {
    "docx": re.compile(r"word/(document|footnotes|endnotes)\d*\.xml"),
    "pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    "odt": re.compile(r"content\.xml"),
    "ods": re.compile(r"content\.xml"),
}
OOXML_TEXT = {"t"}
OPENDOCUMENT_TEXT = {"p", "h"}
LINES = {"p", "h"}
SPACES = {"tab", "br", "cr", "s", "line-break"}
LEFT_OUT = {"Fallback", "moveFrom", "tracked-changes", "annotation"}
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # what a new one with a password is wrapped in
PASSWORD_WRAPPER = "EncryptedPackage".encode("utf-16-le")
REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


class LockedError(Exception):
    """The file needs a password."""


class TooMuchError(Exception):
    """The file holds more than is read of one."""


def main(kind: str, seconds: int) -> None:
    """Write the answer for the file on standard input, in less than so many seconds."""
    set_limits(seconds)
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    stop_at = time.monotonic() + seconds * 0.75
    outcome, texts = read(sys.stdin.buffer, kind, stop_at)
    pages = texts if kind == "pdf" else ["\n".join(text for text in texts if text)]
    if not any(pages) and outcome in {"read", "part"}:
        outcome = "no_text" if outcome == "read" else "too_large"
    json.dump({"outcome": outcome, "pages": pages if any(pages) else []}, sys.stdout)


def set_limits(seconds: int) -> None:
    """Bound what the program may use; it gets no way out to the network or to other programs."""
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, LARGEST_ANSWER),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.addaudithook(refuse)


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise PermissionError for what a reader of files has no business to do."""
    if event.startswith(REFUSED):
        raise PermissionError(event)


def read(file: IO[bytes], kind: str, stop_at: float) -> tuple[str, list[str]]:
    """Return the outcome and the texts, read until that time of the monotonic clock at most."""
    texts: list[str] = []
    room = MOST_CHARACTERS
    if kind not in READERS:
        return "unknown", texts
    if not file.peek(1):
        return "no_text", texts
    try:
        for raw in READERS[kind](file):
            text = tidy(raw)[:room]
            texts.append(text)
            room -= len(text) + 1
            if room <= 0 or time.monotonic() > stop_at:
                return "part", texts
    except LockedError:
        return "locked", []
    except (TooMuchError, MemoryError):
        return "part", texts
    return "read", texts


def tidy(text: str) -> str:
    """Return a text in one line of characters that every database takes.

    Ligatures and the like become plain letters, as in what is searched for.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    visible = INVISIBLE.sub("", CONTROLS.sub(" ", whole))
    return " ".join(unicodedata.normalize("NFKC", visible).split())


# --- One reader for each kind of file ---------------------------------------------------------


def pdf(file: IO[bytes]) -> Iterator[str]:
    """Yield the text of each page. A page that makes no sense is an empty one."""
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise LockedError
    for number, page in enumerate(reader.pages):
        if number == MOST_PAGES:
            raise TooMuchError
        yield pdf_page(page)


def pdf_page(page: PageObject) -> str:
    try:
        return page.extract_text()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, PyPdfError):
        return ""


def office(file: IO[bytes], kind: str, text_in: set[str]) -> Iterator[str]:
    """Yield the paragraphs of a Word, PowerPoint or OpenDocument file."""
    with unpacked(file) as archive:
        names = [name for name in archive.namelist() if PARTS[kind].fullmatch(name)]
        if not names:
            raise BadZipFile
        for name in sorted(names, key=lambda name: (len(name), name)):
            with archive.open(name) as part:
                yield from paragraphs(part, text_in)


def unpacked(file: IO[bytes]) -> ZipFile:
    """Return the archive that an office file is, once it is known to be open and not a bomb."""
    if file.read(len(OLD_OFFICE)) == OLD_OFFICE and PASSWORD_WRAPPER in file.read():
        raise LockedError
    archive = ZipFile(file)
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise TooMuchError
    if any(part.flag_bits & 1 for part in parts):
        raise LockedError
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
        raise LockedError
    return archive


def paragraphs(part: IO[bytes], text_in: set[str]) -> Iterator[str]:
    """Yield the paragraphs of an XML file as it is read. Raises ValueError for one with a DTD."""
    found = Paragraphs(text_in)
    parser = XMLParser(target=found, forbid_dtd=True)
    while chunk := part.read(CHUNK):
        parser.feed(chunk)
        yield from found.take()
    parser.close()
    yield from found.take()


class Paragraphs:
    """Gathers the text in some elements, by the names that all office formats agree on."""

    def __init__(self, text_in: set[str]) -> None:
        self.text_in = text_in
        self.lines: list[str] = []
        self.words: list[str] = []
        self.depth = 0  # of elements that hold text
        self.depth_left_out = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self.depth_left_out or name in LEFT_OUT:
            self.depth_left_out += 1
        elif name in self.text_in:
            self.depth += 1
        elif name in SPACES:
            self.words.append(" ")

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if self.depth_left_out:
            self.depth_left_out -= 1
            return
        if name in self.text_in:
            self.depth -= 1
        if name in LINES:
            self.lines.append("".join(self.words))
            self.words = []

    def data(self, text: str) -> None:
        if self.depth and not self.depth_left_out:
            self.words.append(text)

    def close(self) -> None:
        """Do nothing: the lines have been taken."""

    def take(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines


def xlsx(file: IO[bytes]) -> Iterator[str]:
    """Yield the name and the rows of each sheet that is not hidden."""
    unpacked(file)
    workbook = load_workbook(file, read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            yield sheet.title
            sheet.reset_dimensions()  # what a file says of its size may be a lie
            for row in sheet.iter_rows(values_only=True):
                yield " ".join(str(cell) for cell in row if cell is not None)


def rtf(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a Rich Text file. Raises ValueError if it is not one."""
    data = file.read()
    if not data.startswith(b"{\\rtf"):
        raise ValueError
    yield from rtf_to_text(data.decode("cp1252", "replace"), errors="ignore").splitlines()


def plain(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines of plain text. Raises ValueError if it is something else."""
    data = file.read(4 * MOST_CHARACTERS)
    text = decoded(data)
    if len(CONTROLS.findall(text)) > len(text) / 20:
        raise ValueError
    yield from text.splitlines()
    if file.read(1):
        raise TooMuchError


def decoded(data: bytes) -> str:
    """Return the text of bytes that may end inside a character: UTF-8, or as Windows writes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


READERS: dict[str, Callable[[IO[bytes]], Iterator[str]]] = {
    "csv": plain,
    "docx": lambda file: office(file, "docx", OOXML_TEXT),
    "ods": lambda file: office(file, "ods", OPENDOCUMENT_TEXT),
    "odt": lambda file: office(file, "odt", OPENDOCUMENT_TEXT),
    "pdf": pdf,
    "pptx": lambda file: office(file, "pptx", OOXML_TEXT),
    "rtf": rtf,
    "txt": plain,
    "xlsx": xlsx,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
