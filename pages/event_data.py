"""A meeting for machines: an event (https://schema.org/Event), with the facts that it states."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from pages.models.meetings import MeetingPage

STATUS = {
    "planned": "EventScheduled",
    "cancelled": "EventCancelled",
    "postponed": "EventPostponed",
}
# By whether there is a place, and a link to join online.
MODES = {
    (True, True): "MixedEventAttendanceMode",
    (True, False): "OfflineEventAttendanceMode",
    (False, True): "OnlineEventAttendanceMode",
}


def event_data(meeting: "MeetingPage", base_url: str) -> dict[str, Any]:
    """Return a meeting as an event. `base_url` has no slash at its end."""
    place = {"@type": "Place", "name": meeting.place, "address": meeting.place}
    online = {"@type": "VirtualLocation", "url": meeting.online_link}
    mode = MODES.get((bool(meeting.place), bool(meeting.online_link)))
    committee = meeting.public_committee
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": meeting.heading,
        "description": meeting.summary,
        "url": f"{base_url}{meeting.url}",
        "startDate": timezone.localtime(meeting.starts_at).isoformat(),
        "endDate": timezone.localtime(meeting.ends_at).isoformat() if meeting.ends_at else "",
        "eventStatus": f"https://schema.org/{STATUS[meeting.status]}",
        "eventAttendanceMode": f"https://schema.org/{mode}" if mode else "",
        "location": [
            *([place] if meeting.place else []),
            *([online] if meeting.online_link else []),
        ],
        "organizer": committee and {"@type": "Organization", "name": committee.title},
    }
    return {name: value for name, value in data.items() if value}
