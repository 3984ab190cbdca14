"""Sample alerts. Pages outside their own list show none: nobody is to take one for real."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from ccgsite.samples.labels import body, labelled, publish, text
from pages.models import AlertIndexPage, AlertLevel, AlertPage, HomePage

SUBJECTS = ("a building that is closed", "a phone line that does not work", "bad weather")
CURRENT = len(AlertLevel.values)  # the first entries: one of each level
UPCOMING = CURRENT  # the place of the one that starts later
DAYS_BETWEEN = 9


def add(home: HomePage, number: int, today: date) -> list[AlertPage]:
    """Add so many alerts for the list of alerts itself: current, one to come, then past ones.

    Returns those that were missing.
    """
    index = AlertIndexPage.objects.descendant_of(home).get()
    midday = timezone.make_aware(datetime.combine(today, time(12)))
    made = []
    for place in range(number):
        begins, ends = _times(place, midday)
        page = AlertPage(
            title=labelled(f"{SUBJECTS[place % len(SUBJECTS)]}, number {place + 1}"),
            slug=f"sample-alert-{place + 1}",
            level=AlertLevel.values[place % CURRENT],
            shown_from=begins,
            shown_until=ends,
            part_of_site=index,
            body=body(text("What happened, whom it concerns and what to do would stand here.")),
        )
        made.append(publish(index, page))
    return [page for page in made if page]


def _times(place: int, midday: datetime) -> tuple[datetime, datetime | None]:
    """Return from when and until when the alert in this place of the list is shown."""
    if place < CURRENT:
        begins = midday - timedelta(days=place + 1)
        return begins, midday + timedelta(days=30) if place else None
    if place == UPCOMING:
        return midday + timedelta(days=30), midday + timedelta(days=31)
    begins = midday - timedelta(days=DAYS_BETWEEN * (place + 1))
    return begins, begins + timedelta(days=2)
