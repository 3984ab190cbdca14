"""What cannot be stored or must not be shown goes; what somebody typed stays as it was."""

import io

import pytest
from django.core.exceptions import BadRequest, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from enquiries.clean import ManyLines, OneLine, refuse_all_but_text

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\r\nlines\rand a third \n", "two\nlines\nand a third"),
        ("a\0b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("one\ttwo", "one\ttwo"),
        ("\ud83d and \ud800", "\ufffd and \ufffd"),
        ("\u202eexe.txt\u202c", "exe.txt"),
        ("a\u2066b\u2069c", "abc"),
        ("one\u2028two\u2029three\x0bfour\x0cfive\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("e\u0301", "\u00e9"),
        ("\ufffe\uffff\ufdd0", ""),
    ],
)
def test_a_text_of_several_lines(typed, kept):
    assert ManyLines(required=False).clean(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Żółć, Ünïcödé and naïve — “quoted” £5 ½",
        "مرحبا\u200f بالعالم",
        "نامه\u200cها",  # noqa: RUF001, Persian needs what joins no letters
        "👩🏽‍⚕️ and 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "日本語 हिन्दी",
        "<b>not bold</b> & {{ nothing }} %s",
    ],
)
def test_every_language_and_sign_stays_as_it_was(text):
    assert ManyLines().clean(text) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ann\r\nBcc: all@example.org", "Ann Bcc: all@example.org"),
        ("Ann\n\n  Example", "Ann Example"),
        ("Ann\u2028Example", "Ann Example"),
        ("Ann\u202eelpmaxE\u202c", "AnnelpmaxE"),
        ("Ann\u200f \u200bExample\u00ad", "Ann Example"),
        ("Ann\u00a0Example\t", "Ann Example"),
        ("\x00\x01", ""),
    ],
)
def test_a_text_of_one_line(typed, kept):
    assert OneLine(required=False).clean(typed) == kept


def test_what_is_nothing_but_unseen_is_missing():
    with pytest.raises(ValidationError):
        OneLine().clean("\u200b\u202e\0")


@pytest.mark.parametrize("field", [OneLine, ManyLines])
def test_a_text_that_is_too_long_is_refused_and_not_cut(field):
    field = field(max_length=10)

    assert field.clean("\0" * 20 + "0123456789") == "0123456789"
    with pytest.raises(ValidationError, match="Shorten this to 10 characters: it has 11"):
        field.clean("01234567890")
    assert "maxlength" not in field.widget.attrs


# --- Requests ---------------------------------------------------------------------------------


def test_a_form_of_text_is_read(rf):
    for request in [rf.post("/", {"a": "é"}), rf.post("/", "a=%C3%A9", content_type=FORM)]:
        refuse_all_but_text(request)
        assert request.POST["a"] == "é"


def test_bytes_that_are_no_text_lose_nothing_else(rf):
    request = rf.post("/", b"a=before%FF%ED%A0%80after&b=%C3%A9", content_type=FORM)
    refuse_all_but_text(request)

    assert request.POST["a"].startswith("before")
    assert request.POST["a"].endswith("after")
    assert request.POST["b"] == "é"


def test_a_file_is_refused_before_it_is_read(rf):
    request = rf.post("/", {"a": "b", "file": SimpleUploadedFile("x.exe", b"MZ" * 100_000)})
    refuse_all_but_text(request)

    with pytest.raises(BadRequest):
        request.POST["a"]


@pytest.mark.parametrize("charset", ["utf-16", "hex", "zlib", "utf-7", "iso-8859-1", "nothing"])
@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x"])
def test_another_encoding_is_refused(rf, content_type, charset):
    body = io.BytesIO(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n')
    content_type = f"{content_type}; charset={charset}"
    request = rf.generic("POST", "/", body.read(), content_type=content_type)

    with pytest.raises(BadRequest):
        refuse_all_but_text(request)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json"])
def test_what_is_no_form_holds_nothing(rf, content_type):
    request = rf.generic("POST", "/", b"a=b", content_type=content_type)
    refuse_all_but_text(request)

    assert not request.POST
