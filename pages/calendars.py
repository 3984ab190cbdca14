"""Meetings for people's own calendars: iCalendar (RFC 5545, and RFC 7986 for the calendar's name).

Times are in UTC, so no calendar has to know when the clocks change.
"""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from icalendar import Calendar, Event
from wagtail.models import Site

from pages.feeds import readable
from pages.models.site import SiteSettings

if TYPE_CHECKING:
    from pages.models.meetings import MeetingPage

REFRESH = timedelta(hours=12)


def calendar_file(
    request: HttpRequest, name: str, meetings: Iterable["MeetingPage"]
) -> HttpResponse:
    """Return meetings as a calendar. A file that was downloaded before is the same meeting's."""
    organisation = SiteSettings.for_request(request)
    base_url = Site.find_for_request(request).root_url
    title = readable(f"{name} - {organisation.short_name}")
    calendar = Calendar()
    calendar.add("prodid", f"-//{readable(organisation.short_name)}//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for meeting in meetings:
        calendar.add_component(event_of(meeting, base_url))
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")


def event_of(meeting: "MeetingPage", base_url: str) -> Event:
    """Return a meeting as an event.

    Its UID stays for good, its SEQUENCE grows each time the page is published. A postponed meeting
    is a cancelled event until it has a new date: it does not take place at the time that it has.
    """
    event = Event()
    changed = meeting.last_published_at or meeting.latest_revision_created_at or meeting.starts_at
    begun = meeting.first_published_at or changed
    state = "" if meeting.takes_place else f"{meeting.get_status_display()}: "
    text = [state + meeting.status_note if state else "", meeting.summary, meeting.how_to_join]
    event.add("uid", str(meeting.translation_key))
    event.add("sequence", int((changed - begun).total_seconds()))
    event.add("dtstamp", changed.astimezone(UTC))
    event.add("last-modified", changed.astimezone(UTC))
    event.add("created", begun.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    if meeting.ends_at:
        event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", readable(state + meeting.heading))
    event.add("status", "CONFIRMED" if meeting.takes_place else "CANCELLED")
    event.add("url", f"{base_url}{meeting.url}")
    event.add("description", "\n\n".join(readable(x) for x in [*text, meeting.online_link] if x))
    if place := meeting.place or meeting.online_link:
        event.add("location", ", ".join(readable(place).splitlines()))
    return event
