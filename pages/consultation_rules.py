"""What a consultation's dates and outcome have to be, said to editors."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from pages.consultation_states import CLOSING_MINUTE
from pages.drafts import missing
from pages.moments import day_in_words, local_day, moment_in_words
from pages.validators import odd_years, refuse_odd_year

if TYPE_CHECKING:
    from pages.models.consultations import ConsultationPage

NO_DATES = "dates are not known"


def problems_of(page: "ConsultationPage", now: datetime) -> dict[str, Any]:
    """Return what is wrong by the field in which to mend it.

    What was right once stays right: a later `now` never makes a page wrong.
    """
    return {
        **dict(_wrong_decision(page)),
        **dict(_wrong_answer(page, now)),
        **dict(_wrong_dates(page, now)),
        **odd_years(page, "opens_at", "closes_at", "answer_due_on", "answered_on"),
    }


def _wrong_dates(page: "ConsultationPage", now: datetime) -> Iterator[tuple[str, Any]]:
    opens, closes = page.opens_at, page.closes_at
    if page.dates_unknown:
        for name in ("opens_at", "closes_at"):
            if getattr(page, name):
                yield name, f"Empty this, or untick the box that says that the {NO_DATES}."
        if page.year is not None:
            yield from _wrong_year(page.year, now)
        return
    if page.year is not None:
        yield "year", f"Empty this, or tick the box that says that the {NO_DATES}."
    for name, value in (("opens_at", opens), ("closes_at", closes)):
        if not value:
            message = f"Give the day and the time, or tick the box that says that the {NO_DATES}."
            yield name, missing(message)
    if opens and closes and closes <= opens:
        message = f"It has to close after it opens. It opens at {moment_in_words(opens)}."
        yield "closes_at", message


def _wrong_year(year: int, now: datetime) -> Iterator[tuple[str, Any]]:
    try:
        refuse_odd_year(year)
    except ValidationError as error:
        yield "year", error
    else:
        if year > local_day(now).year:
            yield "year", "It is a past consultation, so its year cannot be one to come."


def _wrong_answer(page: "ConsultationPage", now: datetime) -> Iterator[tuple[str, Any]]:
    closes, due, answered = page.closes_at, page.answer_due_on, page.answered_on
    if due and not closes:
        yield "answer_due_on", "A promise needs a closing date. Give that, or empty this."
    elif due and due < local_day(closes):
        yield "answer_due_on", f"It closes at {moment_in_words(closes)}. Promise a later day."
    if not answered:
        return
    shown_from = max(now, page.go_live_at or now)
    if not closes and not page.dates_unknown:
        yield "answered_on", "An answer needs a closing date. Give that, or empty this."
    elif closes and answered < local_day(closes):
        yield "answered_on", f"It closes at {moment_in_words(closes)}. The answer comes after that."
    elif answered > local_day(shown_from):
        message = (
            f"{day_in_words(answered)} is still to come. Publish the answer on that day, "
            "or set the page to go live then."
        )
        yield "answered_on", message
    elif closes and closes > shown_from - CLOSING_MINUTE:
        message = f"It is open until {moment_in_words(closes)}. Publish the answer after that."
        yield "answered_on", message


def _wrong_decision(page: "ConsultationPage") -> Iterator[tuple[str, Any]]:
    if page.decision_page_id and page.decision_url:
        yield "decision_url", "Choose a page or give an address: one of the two."
    if page.decision_url and not page.decision_text:
        yield "decision_text", missing("Say where the link to the decision goes.")
    if page.decision_text and not (page.decision_page_id or page.decision_url):
        yield "decision_text", missing("Choose a page or give an address above, or empty this.")
