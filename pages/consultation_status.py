"""What a consultation's page and the lists say of it at a moment."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import cached_property

from pages.consultation_states import OVER, State, state_at
from pages.moments import beginning_in_words, day_in_words, local_day, moment_in_words

if TYPE_CHECKING:
    from pages.models.consultations import ConsultationPage

TAGS = {
    State.OPEN: "nhsuk-tag--green",
    State.UPCOMING: "nhsuk-tag--white",
    State.WAITING: "nhsuk-tag--yellow",
    State.ANSWERED: "nhsuk-tag--blue",
    State.CLOSED: "nhsuk-tag--grey",
}


class Status:
    """The state of a consultation in words."""

    def __init__(self, page: "ConsultationPage", now: datetime) -> None:
        self.page = page
        self.today = local_day(now)
        self.state = state_at(page, now)

    @property
    def label(self) -> str:
        return str(self.state.label)

    @property
    def tag(self) -> str:
        """The class of the tag."""
        return TAGS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_answered(self) -> bool:
        return self.state == State.ANSWERED

    @property
    def text_level(self) -> int:
        """The level of the headings in its own text, which has one above it after an outcome."""
        return 3 if self.is_answered else 2

    @cached_property
    def sentence(self) -> str:
        """What matters most now, such as "Open until 5pm on 3 March 2027 (2 days left)."."""
        match self.state:
            case State.OPEN:
                return f"Open until {moment_in_words(self.page.closes_at)} ({self._time_left})."
            case State.UPCOMING if self.page.opens_at:
                return f"Opens {beginning_in_words(self.page.opens_at)}."
            case State.UPCOMING:
                return "It has no opening date yet."
            case State.WAITING:
                closed = f"Closed at {moment_in_words(self.page.closes_at)}."
                return " ".join(filter(None, [closed, self._promise]))
            case State.ANSWERED:
                return f"Answered on {day_in_words(self.page.answered_on)}{self._answered_late}."
        return f"This was in {self.page.year}." if self.page.year else "We do not know its dates."

    @property
    def how_to_take_part(self) -> str:
        """What stands above the ways to take part; nothing while they are open."""
        if self.is_over:
            return "It is closed. You can no longer take part."
        if not self.is_open and self.page.opens_at:
            return f"You can take part from {moment_in_words(self.page.opens_at)}."
        return ""

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """The facts about it by name, without those in the sentence that a reader has had."""
        page = self.page
        facts = [("Year", str(page.year or ""))] if page.dates_unknown else self._dates
        if page.topic:
            facts.append(("Topic", page.topic.name))
        if self.is_over and page.participants is not None:
            facts.append(("People who took part", f"{page.participants:,}"))
        if page.dates_unknown and not page.offered_files["files"]:
            facts.append(("Papers", "The papers have not been added to this site yet."))
        if page.dates_unknown and not self.is_answered:
            facts.append(("Outcome", "We do not have the outcome."))
        return [(name, text) for name, text in facts if text]

    @property
    def _dates(self) -> list[tuple[str, str]]:
        page = self.page
        opening = moment_in_words(page.opens_at) if page.opens_at else ""
        closing = moment_in_words(page.closes_at) if page.closes_at else ""
        past = self.is_over
        return [
            ("Opened" if past or self.is_open else "Opens", opening),
            ("Closed" if past else "Closes", closing),
            ("Answer", self._answer),
        ]

    @property
    def _time_left(self) -> str:
        days = (local_day(self.page.closes_at) - self.today).days
        return f"{_days(days)} left" if days else "closes today"

    @property
    def _promise(self) -> str:
        """When the answer will come, or how late it is."""
        due = self.page.answer_due_on
        if due is None:
            return ""
        if self.today <= due:
            return f"We will say by {day_in_words(due)} what we decided."
        late = _days((self.today - due).days)
        return f"We said that we would answer by {day_in_words(due)}. The answer is {late} late."

    @property
    def _answer(self) -> str:
        """What is known of the answer, unless the sentence says it."""
        if self.page.answer_due_on is None and not self.is_answered:
            return "We have not said when we will answer."
        return "" if self.is_over else self._promise

    @property
    def _answered_late(self) -> str:
        due, answered = self.page.answer_due_on, self.page.answered_on
        if due is None or answered <= due:
            return ""
        return f", {_days((answered - due).days)} later than we promised"


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"
