"""Lines of the log: for people, or as JSON for programs that collect them. Neither tells of people.

What a visitor typed is never in one: not the query string, not a form, not a cookie, and no e-mail
address whatever it is part of. The message of an error may quote what was typed, as a database does
with a value that it refuses. So of an error in a request with a query string, a form or a cookie,
the log has the kind and the place alone.
"""

import json
import logging
import re
import traceback
from types import TracebackType

from ccgsite.request_ids import current, request_of

EMAIL = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>\[\]]+")  # of an address

ErrorFacts = tuple[type[BaseException], BaseException, TracebackType | None]


class Line(logging.Formatter):
    """One line and, for an error, where it came from."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request_name)s%(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record, without what could say who somebody is."""
        request = request_of(record)
        record.request_name = f"[{request.name}] " if request else ""
        record.exc_text = None  # another handler's, which may have left the message in
        return clean(super().format(record))

    def formatException(self, ei: ErrorFacts) -> str:  # noqa: N802, the name is logging's
        """Return the error and what led to it, with messages only where nobody typed a word."""
        request = current.get()
        if request and request.has_words:
            return without_messages(ei[1])
        return super().formatException(ei)


class JsonLine(Line):
    """A JSON object on one line: time, level, logger, message, request_id, and error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, without what could say who somebody is."""
        request = request_of(record)
        facts = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if request:
            facts["request_id"] = request.name
        if isinstance(status := getattr(record, "status_code", None), int):
            facts["status"] = status
        if record.exc_info and record.exc_info[1]:
            facts["error"] = clean(self.formatException(record.exc_info))
        return json.dumps(facts)


def without_messages(error: BaseException) -> str:
    """Return the kind and the place of an error, and of those that it came of."""
    parts, cause = [], error
    while cause:
        place = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"{place}{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n\nIt came of this:\n".join(parts)


def clean(text: str) -> str:
    """Return a text without e-mail addresses and without query strings."""
    return QUERY.sub("?…", EMAIL.sub("[email]", text))
