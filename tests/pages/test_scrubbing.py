"""What is kept of a search holds nothing that leads to the person who typed it."""

import re

import pytest

from pages.scrubbing import LONGEST_KEPT, scrubbed, without_placeholders


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        # NHS numbers
        ("my nhs number is 943 476 5919", "my nhs number is [NHS number]"),
        ("letter 9434765919", "letter [NHS number]"),
        ("letter 943-476-5919 lost", "letter [NHS number] lost"),
        ("letter 943.476.5919", "letter [NHS number]"),
        ("letter 9 4 3 4 7 6 5 9 1 9", "letter [NHS number]"),
        ("letter ９４３４７６５９１９", "letter [NHS number]"),  # noqa: RUF001
        ("letter 943\u200b476\u00ad5919", "letter [NHS number]"),
        ("letter943 476 5919lost", "letter[NHS number]lost"),
        # telephone numbers
        ("who rang from 023 9289 9500", "who rang from [phone]"),
        ("who rang (023) 9289 9500", "who rang [phone]"),
        ("07700 900123 rang", "[phone] rang"),
        ("07700-900-123 rang", "[phone] rang"),
        ("07 70 09 00 12 3 rang", "[phone] rang"),
        ("+44 7700 900123 rang", "[phone] rang"),
        ("+44 (0)7700 900 123 rang", "[phone] rang"),
        ("0044 7700 900123 rang", "[phone] rang"),
        ("٠٧٧٠٠٩٠٠١٢٣ rang", "[number] rang"),
        # e-mail addresses
        ("email jo.bloggs@example.com lost", "email [email] lost"),
        ("jo @ example.com lost", "[email] lost"),
        ("jo(at)example.com lost", "[email] lost"),
        ("jo at example dot co dot uk lost", "[email] lost"),
        # postcodes
        ("surgery near AB12 3CD", "surgery near [postcode]"),
        ("surgery ab123cd", "surgery [postcode]"),
        ("surgery a1 1aa", "surgery [postcode]"),
        ("sw1a-1aa surgery", "[postcode] surgery"),
        ("gir 0aa bank", "[postcode] bank"),
        # National Insurance numbers
        ("qq 12 34 56 c benefit", "[National Insurance number] benefit"),
        ("QQ123456C benefit", "[National Insurance number] benefit"),
        ("q q-12-34-56-c benefit", "[National Insurance number] benefit"),
        ("qq 12 34 56 benefit", "qq [number] benefit"),
        # dates of birth
        ("born 12/03/1975 records", "born [date] records"),
        ("dob 1.2.75 records", "dob [date] records"),
        ("dob 1-2-1975 records", "dob [date] records"),
        ("dob 12 3 1975 records", "dob [date] records"),
        ("dob 1975-03-12 records", "dob [date] records"),
        ("born 12th of March 1975", "born [date]"),
        ("born 12 mar 75", "born [date]"),
        ("born 12mar1975", "born [date]"),
        ("born March 12, 1975", "born [date]"),
        ("born 12/03/1975 943 476 5919", "born [number]"),
        # other long numbers
        ("appeal 12345", "appeal [number]"),
        ("appeal 12 34 5", "appeal [number]"),
        ("ward AB123456", "ward ab[number]"),
        ("account 12-34-56 12345678", "account [number]"),
        # what may stay
        ("covid 19 vaccine", "covid 19 vaccine"),
        ("B12 injection", "b12 injection"),
        ("H1N1 flu", "h1n1 flu"),
        ("call 111", "call 111"),
        ("annual report 2022-23", "annual report 2022-23"),
        ("papers 2021 2022", "papers 2021 2022"),
        ("spending over £25,000", "spending over £25,000"),
        ("dr who's surgery", "dr who's surgery"),
        ("  Two\t words ", "two words"),
        ("ﬂu \u202ejab\u0000\ud800", "flu jab"),
        ("🤧 tissues", "🤧 tissues"),
    ],
)  # fmt: skip
def test_what_could_identify_somebody_is_taken_out(typed: str, kept: str) -> None:
    assert scrubbed(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "9434765919", "AB12 3CD", "jo@example.com", "12/03/1975", "999", "?", "a 1", "💉",
        "is it 12/03/1975", "\0", "[email]", "\ud800", "07700 900123 or 07700 900124",
    ],
)  # fmt: skip
def test_what_says_nothing_else_is_not_kept(typed: str) -> None:
    assert scrubbed(typed) == ""


@pytest.mark.parametrize(
    "typed",
    ["a" * 10_000, "word " * 2_000, "9434765919 " * 900 + "letter", "jo@example.com " * 700,
     "letter " * 13 + "9434765919 " * 5, "letter 1-" * 900, "at dot " * 900, "İ" * 200],
)  # fmt: skip
def test_little_is_kept_of_much(typed: str) -> None:
    kept = scrubbed(typed)

    assert len(kept) <= LONGEST_KEPT
    assert not re.search(r"\d{5}|\[[^\]]*$", kept)


def test_words_are_known_from_placeholders() -> None:
    assert without_placeholders("letter [NHS number] of [date] lost") == "letter of lost"
