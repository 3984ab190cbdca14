"""What the person who looks after the register has to settle, each with where to do it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import ngettext

from privacy.blocks import SOON, ApprovalValue

if TYPE_CHECKING:
    from privacy.models.activity import ProcessingActivity


@dataclass(frozen=True)
class Row:
    """An activity, and its address in the edit form."""

    activity: "ProcessingActivity"
    address: str

    @property
    def not_stated(self) -> str:
        return ", ".join(self.activity.not_stated())

    @property
    def approvals_to_renew(self) -> list[ApprovalValue]:
        """The approvals that ran out, and those that will within 90 days."""
        approvals = [child.value for child in self.activity.approvals]
        return [each for each in approvals if each.has_expired or each.expires_soon]

    @property
    def approvals_in_words(self) -> str:
        return ", ".join(in_words(approval) for approval in self.approvals_to_renew)


@dataclass(frozen=True)
class Task:
    """Something to settle, and where: what each link says, and its address."""

    words: str
    places: list[tuple[str, str]]


def rows_of(activities: Iterable["ProcessingActivity"], form: str = "") -> list[Row]:
    """Return a notice's activities with their addresses in its edit form, which is at `form`."""
    return [
        Row(activity, f"{form}#inline_child_activities-{number}-panel-section")
        for number, activity in enumerate(activities)
    ]


def missing_facts(rows: list[Row]) -> list[Task]:
    """Return what is not stated, fact by fact: "3 activities state no retention period"."""
    tasks = []
    for fact in rows[0].activity.stated() if rows else []:
        places = [
            (row.activity.title, row.address) for row in rows if not row.activity.stated()[fact]
        ]
        count = ngettext("%d activity states no", "%d activities state no", len(places))
        tasks.append(Task(f"{count % len(places)} {fact}", places))
    return [task for task in tasks if task.places]


def approvals_to_renew(rows: list[Row]) -> list[Task]:
    """Return the approvals that ran out, and those that will within 90 days."""
    expired: list[tuple[str, str]] = []
    soon: list[tuple[str, str]] = []
    for row in rows:
        for approval in row.approvals_to_renew:
            place = (f"{row.activity.title}: {in_words(approval)}", row.address)
            (expired if approval.has_expired else soon).append(place)
    have_expired = ngettext("%d approval has run out", "%d approvals have run out", len(expired))
    expire_soon = ngettext("%d approval runs out", "%d approvals run out", len(soon))
    tasks = [
        Task(have_expired % len(expired), expired),
        Task(f"{expire_soon % len(soon)} within {SOON} days", soon),
    ]
    return [task for task in tasks if task.places]


def in_words(approval: ApprovalValue) -> str:
    """Return an approval that has a last day, with that day."""
    verb = "ran" if approval.has_expired else "runs"
    return f"{approval['reference']} {verb} until {date_format(approval['expires_on'], 'j F Y')}"
