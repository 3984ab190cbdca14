"""What people type, as text that can be stored, shown and written into a letter.

What nobody can see goes without a word; what somebody can see stays, or is refused with a message.
"""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control characters but tab and line feed, and what Unicode never makes a character.
CONTROLS = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
HALF_CHARACTERS = re.compile("[\ud800-\udfff]")
# They show text in another order than it has (Unicode Standard Annex 9, sections 2.1 to 2.4), ...
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# ... and these, which a text in Arabic or Hebrew may need, make a name look like another.
UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\ufeff]")
UTF_8 = {"utf-8", "utf8", "us-ascii"}


def many_lines(text: str) -> str:
    """Return a text of several lines without what cannot be stored or must not be shown."""
    text = HALF_CHARACTERS.sub("\ufffd", LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", DIRECTIONS.sub("", CONTROLS.sub("", text))).strip()


def one_line(text: str) -> str:
    """Return a text as one line, fit for the head of a letter: the end of a line is a space."""
    return " ".join(UNSEEN.sub("", many_lines(text)).split())


class ManyLines(forms.CharField):
    """A text of several lines. One that is longer than `max_length` is refused, not cut."""

    widget = forms.Textarea
    default_error_messages = {
        "max_length": "Shorten this to %(limit_value)s characters: it has %(show_value)s"
    }

    def to_python(self, value: Any) -> str:
        """Return the text without what cannot be stored or must not be shown."""
        return many_lines(super().to_python(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave `maxlength` out: with it, browsers cut what is pasted without a word."""
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes


class OneLine(ManyLines):
    """A text of one line."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> str:
        """Return the text as one line."""
        return one_line(super().to_python(value))


class NoFiles(FileUploadHandler):
    """Refuses a form with a file before any of the file is read."""

    def new_file(self, *args: Any, **options: Any) -> None:
        """Raise BadRequest."""
        raise BadRequest("a file where none is asked")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take nothing; it is never asked."""

    def file_complete(self, file_size: int) -> None:
        """Return nothing; it is never asked."""


def refuse_all_but_text(request: HttpRequest) -> None:
    """Raise BadRequest for a posted form with files or in another encoding than UTF-8.

    It has to come before anything reads `request.POST`.
    """
    if request.content_params.get("charset", "utf-8").lower() not in UTF_8:
        raise BadRequest("a form in another encoding than UTF-8")
    request.upload_handlers = [NoFiles(request)]
