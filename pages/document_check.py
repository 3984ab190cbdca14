"""Whether an uploaded file is what its name says, told in words that say how to mend it."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

BEGINNING = 1024
CHUNK = 256 * 1024
# What no text has: control characters other than tab, line ends, form feed and escape.
NOT_IN_TEXT = bytes({*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)})
TWO_BYTE_TEXT = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which Excel calls "Unicode text"
PROGRAMS_AND_OTHERS = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF-", b"{\\rtf")
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # Word 97 to 2003, or a new file with a password

SAVE_AGAIN = "Open it in the program that made it, save it as {name}, and upload that."
MAIN_PARTS = {
    "docx": ("word/", "a Word document"),
    "pptx": ("ppt/", "a PowerPoint presentation"),
    "xlsx": ("xl/", "an Excel workbook"),
    "odt": ("content.xml", "an OpenDocument text"),
    "ods": ("content.xml", "an OpenDocument spreadsheet"),
}


def check_upload(file: IO[bytes]) -> None:
    """Refuse a file of a kind that the site does not take, or that is not what its name says.

    `file` has a name. Raises ValidationError for the field `file`; its place is left as it was.
    """
    kind = Path(file.name).suffix[1:].lower()
    if kind not in settings.WAGTAILDOCS_EXTENSIONS:
        raise ValidationError({"file": _wrong_kind(kind)})
    before = file.tell()
    try:
        file.seek(0)
        fault = _check_of(kind)(file, kind)
    finally:
        file.seek(before)
    if fault:
        raise ValidationError({"file": fault})


def empty_file() -> str:
    """Return what to say of a file with nothing in it."""
    return "This file is empty. Check that it was saved, and choose it again."


def too_large(most: int) -> str:
    """Return what to say of a file of more than so many bytes."""
    return (
        f"This file is too large: the most is {filesizeformat(most)}. Make its pictures smaller, "
        "or publish it in parts."
    )


def _wrong_kind(kind: str) -> str:
    *most, last = (f".{each}" for each in settings.WAGTAILDOCS_EXTENSIONS)
    ends = f"ends in .{kind}" if kind else "has no ending that says what it is"
    return (
        f"This file cannot be offered: its name {ends}. Save it as one of these and upload that: "
        f"{', '.join(most)} or {last}."
    )


def _check_of(kind: str) -> Callable[[IO[bytes], str], str]:
    if kind in MAIN_PARTS:
        return _fault_of_office_file
    return {"pdf": _fault_of_pdf, "rtf": _fault_of_rtf}.get(kind, _fault_of_text)


def _fault_of_pdf(file: IO[bytes], kind: str) -> str:
    if file.read(BEGINNING).lstrip().startswith(b"%PDF-"):
        return ""
    return f"This file is named .pdf but is not a PDF. {SAVE_AGAIN.format(name='a PDF')}"


def _fault_of_rtf(file: IO[bytes], kind: str) -> str:
    if file.read(BEGINNING).lstrip().startswith(b"{\\rtf"):
        return ""
    return f"This file is named .rtf but is not Rich Text. {SAVE_AGAIN.format(name='Rich Text')}"


def _fault_of_office_file(file: IO[bytes], kind: str) -> str:
    """Return what is wrong with a file that has to be an archive with a certain part."""
    part, name = MAIN_PARTS[kind]
    if file.read(len(OLD_OFFICE)) == OLD_OFFICE:
        return (
            f"This file is named .{kind} but needs a password, or is of an older kind. "
            f"Take the password off, save it as {name}, and upload that."
        )
    try:
        with zipfile.ZipFile(file) as archive:
            if any(inside.startswith(part) for inside in archive.namelist()):
                return ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        pass  # what follows says so
    return (
        f"This file is named .{kind} but is not {name}, or is damaged. "
        f"{SAVE_AGAIN.format(name=name)}"
    )


def _fault_of_text(file: IO[bytes], kind: str) -> str:
    fault = (
        f"This file is named .{kind} but is not plain text. "
        f"{SAVE_AGAIN.format(name='plain text' if kind == 'txt' else 'CSV')}"
    )
    chunk = file.read(CHUNK)
    if chunk.startswith(PROGRAMS_AND_OTHERS):
        return fault
    if chunk.startswith(TWO_BYTE_TEXT):
        return _fault_of_two_byte_text(chunk + file.read(), fault)
    while chunk:
        if len(chunk.translate(None, NOT_IN_TEXT)) < len(chunk):
            return fault
        chunk = file.read(CHUNK)
    return ""


def _fault_of_two_byte_text(data: bytes, fault: str) -> str:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return fault
    return fault if any(ord(c) in NOT_IN_TEXT for c in set(text)) else ""
