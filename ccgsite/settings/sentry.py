"""Errors are told to the organisation's Sentry, if SENTRY_DSN names one. Nothing of people is."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ccgsite.log_lines import clean
from ccgsite.request_ids import current

# All of an event that is sent. Not among it: the request, the user, breadcrumbs, and variables.
KEPT = {
    *("contexts", "environment", "event_id", "exception", "level", "logger", "platform", "release"),
    *("sdk", "server_name", "timestamp", "transaction"),
}
CONTEXTS = {"runtime", "trace"}


def tell_sentry(dsn: str) -> None:
    """Begin to tell errors. Raises ImproperlyConfigured without the package or a good address."""
    if not find_spec("sentry_sdk"):
        message = (
            "SENTRY_DSN needs the Python package sentry-sdk: "
            ".venv/bin/pip install --require-hashes -r requirements/sentry.txt"
        )
        raise ImproperlyConfigured(message)
    sentry = import_module("sentry_sdk")
    try:
        sentry.init(
            dsn=dsn,
            before_send=without_people,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
        )
    except ValueError:
        message = "SENTRY_DSN must look like https://key@sentry.example.nhs.uk/1."
        raise ImproperlyConfigured(message) from None


def without_people(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Return what is sent of an event: as much as the log has (ccgsite/log_lines.py)."""
    request = current.get()
    kept = {name: event[name] for name in KEPT if name in event}
    contexts = event.get("contexts", {})
    kept["contexts"] = {name: contexts[name] for name in CONTEXTS if name in contexts}
    for error in event.get("exception", {}).get("values", []):
        quotes = request and request.has_words
        error["value"] = "" if quotes else clean(str(error.get("value") or ""))
    if "logentry" in event and "exception" not in event:
        kept["message"] = clean(str(event["logentry"].get("formatted") or ""))
    if request:
        kept["tags"] = {"request_id": request.name}
    return kept
