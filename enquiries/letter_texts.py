"""What stands in our e-mails: plain text, in lines that every mail program shows whole."""

import re
from textwrap import fill
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.admin.admin_url_finder import AdminURLFinder

from enquiries.models import Enquiry, Letter, LetterKind
from enquiries.nhs_numbers import masked

WIDTH = 72
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Which programs must not answer (RFC 3834), and what Exchange asks for that instead.
AUTOMATIC = {LetterKind.NOTICE: "auto-generated", LetterKind.RECEIPT: "auto-replied"}
NO_REPLIES = {"X-Auto-Response-Suppress": "All"}


def write(letter: Letter) -> None:
    """Give a letter that has none its subject and its body. Stores nothing."""
    if letter.kind != LetterKind.ANSWER:
        letter.subject, letter.body = _written(letter.enquiry, letter.kind)


def answer(enquiry: Enquiry, text: str) -> tuple[str, str]:
    """Return the subject and the body of an answer with a text by staff."""
    return _written(enquiry, LetterKind.ANSWER, text=_clean(text))


def as_email(letter: Letter) -> EmailMessage:
    """Return a letter as it is sent.

    Raises ValidationError for an address that is none. Sending raises ValueError for a header that
    cannot be one.
    """
    validate_email(letter.to)
    site = urlsplit(settings.SITE_URL).hostname
    # The same each time it is tried: a mail program shows a letter that comes twice once.
    headers = {"Message-ID": f"<letter-{letter.pk}.{letter.enquiry.reference.lower()}@{site}>"}
    team = letter.enquiry.kind.team_email
    if letter.kind in AUTOMATIC:
        headers |= {"Auto-Submitted": AUTOMATIC[letter.kind], **NO_REPLIES}
    return EmailMessage(
        letter.subject,
        letter.body,
        to=[letter.to],
        headers=headers,
        reply_to=[team] if team and letter.kind == LetterKind.ANSWER else None,
    )


def _written(enquiry: Enquiry, kind: str, **more: str) -> tuple[str, str]:
    facts = {
        "enquiry": enquiry,
        "kind": enquiry.kind,
        "address": _address(enquiry, kind),
        **more,
    }
    text = render_to_string(f"{kind}.txt", facts, using="letters")
    subject, _, body = text.strip().partition("\n")
    return " ".join(_clean(subject).split())[:200], _wrapped(_clean(body))


def _address(enquiry: Enquiry, kind: str) -> str:
    """Return where the reader of a letter can go on: a visitor to its state, staff to the CMS."""
    if kind == LetterKind.NOTICE:
        path = AdminURLFinder().get_edit_url(enquiry) or reverse("wagtailadmin_home")
        return f"{settings.WAGTAILADMIN_BASE_URL}{path}"
    path = reverse("enquiry_state", args=[enquiry.reference, enquiry.secret])
    return f"{settings.SITE_URL}{path}"


def _clean(text: str) -> str:
    """Return text with one kind of line break, and without what no reader can or should see."""
    return masked(CONTROL_CHARACTERS.sub("", re.sub(r"\r\n?", "\n", text)))


def _wrapped(text: str) -> str:
    """Return text in lines of the usual width, with one empty line between paragraphs at most."""
    lines = [
        fill(line.rstrip(), WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
