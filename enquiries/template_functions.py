"""Where the links lead with which a reader writes to us about what is being read."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from enquiries.models import Subject


def report_address(page: Any) -> str:
    """Return where to report an error on a page, or on one outside the tree if it is none."""
    return _address(Subject.PAGE, page)


def format_address(page: Any, document: Model | None = None) -> str:
    """Return where to ask for a page in another format, or for a document that it offers."""
    return _address(Subject.FORMAT, page, document)


def _address(subject: Subject, page: Any, document: Any = None) -> str:
    about = {"page": getattr(page, "pk", None), "version": getattr(page, "live_revision_id", None)}
    if document:
        about["document"] = document.pk
    query = urlencode({name: value for name, value in about.items() if value})
    return f"{_form(subject)}{'?' if query else ''}{query}"


@cache
def _form(subject: Subject) -> str:
    return reverse("enquiry_subject", args=[subject])


FUNCTIONS = [format_address, report_address]
