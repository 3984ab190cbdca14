"""What an editor says of a YouTube video: which one it is, and how long it runs."""

import re
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from wagtail import blocks

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
# These play a list or a channel. They stand where an id does, and are as long as one.
NOT_ONE_VIDEO = {"videoseries", "live_stream"}
HOSTS = {
    "youtube.com",
    "www.youtube.com",
    "m.youtube.com",
    "youtube-nocookie.com",
    "www.youtube-nocookie.com",
}
SHORT_HOSTS = {"youtu.be", "www.youtu.be"}
PLAYER_PATH = re.compile(r"/(?:embed|shorts|live)/([^/]+)/?")

# 4:12 or 1:02:03, and not nothing.
RUNNING_TIME = r"^(?=.*[1-9])([0-9]{1,2}:)?[0-5]?[0-9]:[0-5][0-9]$"
UNITS = ("hour", "minute", "second")


def youtube_id(typed: str) -> str:
    """Return the id of the one video that an id, or an address on YouTube, names.

    Raises ValidationError for anything else, such as a playlist or another site.
    """
    found = typed if VIDEO_ID.fullmatch(typed) else _id_in_address(typed)
    if not VIDEO_ID.fullmatch(found) or found in NOT_ONE_VIDEO:
        message = (
            "Give the address of one video on YouTube, such as "
            "https://www.youtube.com/watch?v=M7lc1UVf-VE. Not a playlist or a channel."
        )
        raise ValidationError(message)
    return found


def _id_in_address(typed: str) -> str:
    """Return what stands where an address on YouTube has a video's id, or nothing."""
    try:
        address = urlsplit(typed if "://" in typed else f"https://{typed}")
        host = address.hostname
    except ValueError:
        return ""
    if address.scheme not in {"http", "https"}:
        return ""
    if host in SHORT_HOSTS:
        return address.path.strip("/")
    if host not in HOSTS:
        return ""
    if address.path.rstrip("/") == "/watch":
        return parse_qs(address.query).get("v", [""])[0]
    player = PLAYER_PATH.fullmatch(address.path)
    return player[1] if player else ""


def video_address(video_id: str) -> str:
    """Return the address of a video's page on YouTube."""
    return f"https://www.youtube.com/watch?v={video_id}"


class VideoIdBlock(blocks.CharBlock):
    """The id of a video on YouTube; an address of the video becomes its id."""

    def clean(self, value: str) -> str:
        value = super().clean(value)
        return youtube_id(value) if value else value


class VideoValue(blocks.StructValue):
    @property
    def address(self) -> str:
        """The video's page on YouTube."""
        return video_address(self["video_id"])

    @property
    def running_time_in_words(self) -> str:
        """The running time as it is said: 4 minutes 12 seconds."""
        return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in self._running_time)

    @property
    def duration(self) -> str:
        """The running time as the HTML standard's valid duration string: PT4M12S."""
        return "PT" + "".join(f"{n}{unit[0].upper()}" for n, unit in self._running_time)

    @property
    def _running_time(self) -> list[tuple[int, str]]:
        numbers = [int(part) for part in (self["running_time"] or "").split(":") if part]
        units = UNITS[len(UNITS) - len(numbers) :]
        return [(n, unit) for n, unit in zip(numbers, units, strict=True) if n]
