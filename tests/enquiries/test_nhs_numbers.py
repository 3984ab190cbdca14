"""NHS numbers are found and hidden however they are written, and nothing else is taken for one."""

import pytest

from enquiries.nhs_numbers import HIDDEN, found, masked

NUMBER = "943 476 5919"  # the NHS Data Dictionary's own example


@pytest.mark.parametrize(
    "number",
    [
        "9434765919",
        NUMBER,
        "943-476-5919",
        "943 - 476 - 5919",
        "943\u00a0476\u00a05919",
        "943\u2011476\u20115919",
        "943.476.5919",
        "401 023 2137",
        "9876543210",  # valid, although nobody has it
    ],
)
def test_a_number_is_found_as_it_was_written(number):
    text = f"My number is {number}. Thank you"

    assert found(text) == [number]
    assert masked(text) == f"My number is {HIDDEN}. Thank you"


@pytest.mark.parametrize(
    "text",
    [
        "NHS9434765919",
        "(943 476 5919)",
        "born 01/02/1950 943 476 5919 2 of us",
        "9434765919\n",
        "no:9434765919,",
    ],
)
def test_what_stands_around_it_does_not_hide_it(text):
    assert len(found(text)) == 1
    assert HIDDEN in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",  # the check digit is another one
        "9434765910",
        "123 456 7890",
        "94347659191",
        "19434765919",
        "09434765919",  # phone numbers have 11 digits
        "0943 476 5919",
        "+449434765919",
        "+44 943 476 5919",
        "+44 (0)943 476 5919",
        "+44 (0) 943 476 5919",
        "+1 943 476 5919",
        "0044 943 476 5919",
        "943-476-5919-4",
        "12-943-476-5919",
        "0.9434765919",
        "0000000000",
        "943 476\n5919",
        "",
    ],
)
def test_other_numbers_are_left_as_they_are(text):
    assert found(text) == []
    assert masked(text) == text


@pytest.mark.parametrize("number", ["07700 900123", "023 9283 4000", "+44 7700 900123", "111"])
def test_phone_numbers_are_left_as_they_are(number):
    assert masked(f"Ring {number} please") == f"Ring {number} please"


def test_all_of_several_are_hidden_and_the_rest_stays():
    text = f"{NUMBER} and {NUMBER}, not 943 476 5918"

    assert found(text) == [NUMBER, NUMBER]
    assert masked(text) == f"{HIDDEN} and {HIDDEN}, not 943 476 5918"


def test_a_long_text_of_digits_and_gaps_is_read_quickly():
    assert found("943 " * 5_000 + "9" * 20_000) == []
