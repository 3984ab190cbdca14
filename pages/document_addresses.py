"""Where a file is: at an address that nobody can guess, and inside the CMS at another.

The address for visitors knows no user and answers while a public page offers the document. An
editor has to open documents before that, so whatever is made inside the CMS, previews too, leads to
addresses of the CMS instead, which ask who is there.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

KEY_BYTES = 16  # 128 bits
KEY_LENGTH = 2 * KEY_BYTES
CONTENT_TYPES = {  # those of Python's own list differ from machine to machine
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_is_for_editors: ContextVar[bool] = ContextVar("is_for_editors", default=False)


def new_key() -> str:
    """Return a key that nobody can guess, in the digits 0 to 9 and a to f."""
    return secrets.token_hex(KEY_BYTES)


def own_folder(instance: object, filename: str) -> str:
    """Return where in the storage a file is put: no other has to be renamed because of it."""
    return f"documents/{secrets.token_hex(4)}/{filename}"


def content_type_of(name: str) -> str:
    """Return what kind of content a file of this name has, as HTTP calls it."""
    return CONTENT_TYPES.get(Path(name).suffix[1:].lower(), "application/octet-stream")


def is_for_editors() -> bool:
    """Return whether what is being made is for the CMS."""
    return _is_for_editors.get()


@contextmanager
def for_editors() -> Iterator[None]:
    """Let files have their addresses in the CMS for as long as the block runs."""
    token = _is_for_editors.set(True)
    try:
        yield
    finally:
        _is_for_editors.reset(token)
