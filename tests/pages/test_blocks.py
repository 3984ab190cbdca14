"""What editors build pages from."""

import pytest
from django.core.exceptions import ValidationError
from wagtail.blocks import StreamBlockValidationError, StructBlockValidationError

from pages.blocks import BodyBlock, LinkBlock, TableBlock, contents
from pages.models import Contact
from pages.validators import phone_digits, validate_phone

BODY = BodyBlock()


def body(*items: tuple[str, object]):
    return BODY.to_python([{"type": kind, "value": value} for kind, value in items])


def anchors(value) -> list[str]:
    return [child.value["anchor"] for child in value]


def test_a_draft_heading_may_be_half_typed_and_gets_no_anchor_yet() -> None:
    draft = BODY.clean_deferred(body(("heading", {"text": "Getting he"})))

    assert anchors(draft) in ([""], [None])


def test_a_heading_gets_its_anchor_when_it_is_first_published() -> None:
    saved = BODY.clean(body(("heading", {"text": "Getting help at night"})))

    assert anchors(saved) == ["getting-help-at-night"]


def test_an_anchor_outlives_rewording() -> None:
    saved = BODY.clean(body(("heading", {"text": "Opening times"}), ("heading", {"text": "Cost"})))
    saved[0].value["text"] = "When we are open"

    again = BODY.clean(saved)

    assert anchors(again) == ["opening-times", "cost"]


def test_headings_with_the_same_words_get_anchors_of_their_own() -> None:
    saved = BODY.clean(body(("heading", {"text": "Cost"}), ("subheading", {"text": "Cost"})))

    assert anchors(saved) == ["cost", "cost-2"]


def test_the_same_anchor_twice_is_refused() -> None:
    with pytest.raises(StreamBlockValidationError):
        BODY.clean(
            body(
                ("heading", {"text": "One", "anchor": "same"}),
                ("heading", {"text": "Two", "anchor": "same"}),
            )
        )


@pytest.mark.parametrize("anchor", ["With Spaces", "-", "a--b", "é", "#a", "a/b"])
def test_an_anchor_that_could_break_a_link_is_refused(anchor: str) -> None:
    with pytest.raises(StreamBlockValidationError):
        BODY.clean(body(("heading", {"text": "One", "anchor": anchor})))


@pytest.mark.parametrize(("headings", "listed"), [(3, 0), (4, 4)])
def test_on_this_page_needs_more_than_three_headings(headings: int, listed: int) -> None:
    value = body(*[("heading", {"text": f"Heading {n}"}) for n in range(headings)])

    assert len(contents(value)) == listed


def test_a_table_needs_a_caption() -> None:
    table = {
        "row_headers": True,
        "table": {"caption": " ", "columns": [{"type": "text", "heading": "A"}], "rows": []},
    }
    block = TableBlock()
    with pytest.raises(StructBlockValidationError):
        block.clean(block.to_python(table))


@pytest.mark.parametrize(
    "link",
    [
        {"text": "Nowhere"},
        {"text": "Script", "url": "javascript:alert(1)"},
        {"text": "Data", "url": "data:text/html,x"},
        {"text": "File", "url": "ftp://example.org/"},
        {"text": "", "url": "https://www.nhs.uk/"},
    ],
)
def test_a_link_leads_somewhere_safe(link: dict[str, str]) -> None:
    block = LinkBlock()
    with pytest.raises(StructBlockValidationError):
        block.clean(block.to_python(link))


def test_no_block_lets_raw_html_or_embeds_in() -> None:
    def names(block) -> list[str]:
        children = getattr(block, "child_blocks", {}).values()
        child = getattr(block, "child_block", None)
        below = [*children, *([child] if child else [])]
        return [type(block).__mro__, *(name for item in below for name in names(item))]

    kinds = {kind.__name__ for mro in names(BODY) for kind in mro}

    assert "StreamBlock" in kinds  # the walk saw something
    assert not kinds & {"RawHTMLBlock", "EmbedBlock"}


@pytest.mark.parametrize(
    "number", ["023 9289 9500", "(023) 9289 9500", "0303 123 1113", "111", "+44 23 9289 9500"]
)
def test_phone_numbers_that_can_be_dialled(number: str) -> None:
    validate_phone(number)


@pytest.mark.parametrize("number", ["023 928 9500", "12345", "call us", "02392899500 ext 1", "0"])
def test_phone_numbers_that_cannot(number: str) -> None:
    with pytest.raises(ValidationError):
        validate_phone(number)


@pytest.mark.parametrize("number", ["+44 (0)23 9289 9500", "(023) 9289 9500", "023 9289 9500"])
def test_the_digits_of_a_phone_number_are_as_dialled(number: str) -> None:
    assert phone_digits(number) == "02392899500"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "email"),
        ({"email": "a@example.org", "main_email": True}, "email"),
        ({"phone": "01632 960001", "website": "https://example.org/"}, "website_text"),
    ],
)
def test_a_contact_says_how_it_can_be_reached(facts: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Contact(key="example", name="Example", **facts).clean()

    assert field in refused.value.message_dict
