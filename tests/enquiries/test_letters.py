"""What we write: to whom, in which words, and with nothing slipped in."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from enquiries.letters import write_answer, write_notice_and_receipt
from enquiries.models import Enquiry, EnquiryKind, Letter, LetterKind
from enquiries.sending import Post
from pages.models import SiteSettings
from tests import builders
from tests.enquiries import stored
from tests.mail_server import receiving

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
CRLF = "\r\nBcc: everybody@example.org\r\n\r\nSlipped in."


@pytest.fixture
def kind(site_home) -> EnquiryKind:
    contact = builders.contact(
        name="Information team",
        email="information@example.org",
        phone="01632 960001",
        address="1 Some Street\nExampletown",
    )
    EnquiryKind.objects.filter(code="FOI").delete()
    return stored.form(
        name="Make a freedom of information request",
        code="FOI",
        next_steps="We look for what you asked for.",
        contact=contact,
    )


def enquiry(kind: EnquiryKind, **facts) -> Enquiry:
    usual = {
        "reference": "FOI-7K3M-2Q9X",
        "secret": "a1" * 16,
        "received_at": datetime(2018, 8, 6, 17, 30, tzinfo=LONDON),
        "acknowledge_by": date(2018, 8, 8),
        "answer_by": date(2018, 9, 4),
    }
    return stored.enquiry(kind, **{**usual, **facts})


def sent() -> dict[str, mail.EmailMessage]:
    """Send what is due, and return it by its recipients."""
    Post().turn()
    return {", ".join(message.to): message for message in mail.outbox}


def flat(text: str) -> str:
    return " ".join(text.split())


# --- The receipt --------------------------------------------------------------------------------


def test_the_visitor_learns_the_reference_what_happens_and_by_when(kind) -> None:
    write_notice_and_receipt(enquiry(kind))
    receipt = sent()["jo@example.org"]

    text = flat(receipt.body)
    assert receipt.subject == "We have your message: FOI-7K3M-2Q9X"
    for words in (
        "Your reference: FOI-7K3M-2Q9X",
        "What it is about: Make a freedom of information request",
        "When we got it: 5.30pm on 6 August 2018",
        "We look for what you asked for.",
        "We will confirm that we are dealing with it by 8 August 2018.",
        "We will answer by 4 September 2018.",
        "You can ignore this email.",
    ):
        assert words in text


def test_the_receipt_has_the_link_to_its_state_and_other_ways_to_reach_us(kind, settings) -> None:
    settings.SITE_URL = "https://www.example.nhs.uk"
    write_notice_and_receipt(enquiry(kind))
    lines = sent()["jo@example.org"].body.splitlines()

    secret = "a1" * 16
    assert f"https://www.example.nhs.uk/enquiries/state/FOI-7K3M-2Q9X/{secret}/" in lines
    for line in ("Phone: 01632 960001", "Email: information@example.org", "1 Some Street"):
        assert line in lines


def test_a_contact_with_the_organisations_own_details_has_them_in_the_letter(kind) -> None:
    kind.contact.phone, kind.contact.main_phone = "", True
    kind.contact.save()
    settings = SiteSettings.objects.get()
    settings.phone = "01632 960999"
    settings.save()
    write_notice_and_receipt(enquiry(kind))

    assert "Phone: 01632 960999" in sent()["jo@example.org"].body


def test_what_is_not_promised_is_not_mentioned(kind) -> None:
    write_notice_and_receipt(enquiry(kind, acknowledge_by=None, answer_by=None))
    assert "We will" not in sent()["jo@example.org"].body


def test_who_gave_no_address_gets_no_receipt_and_a_team_without_one_no_note(kind) -> None:
    kind.team_email = ""
    write_notice_and_receipt(enquiry(kind, email=""))
    assert not Letter.objects.exists()


def test_neither_letter_holds_what_the_visitor_wrote(kind) -> None:
    words = {
        "name": "Zaphod",
        "phone": "01632 960777",
        "address": "9 Hidden Lane",
        "message": "Wombats",
        "answers": [["Which?", "Marmalade"]],
    }
    write_notice_and_receipt(enquiry(kind, **words))
    both = "".join(str(message.message()) for message in sent().values())
    assert len(mail.outbox) == 2
    for word in ("Zaphod", "960777", "Hidden", "Wombat", "Marmalade"):
        assert word not in both


def test_however_often_they_are_asked_for_each_is_written_once(kind) -> None:
    one = enquiry(kind)
    write_notice_and_receipt(one)
    write_notice_and_receipt(one)
    Post().turn()
    assert len(mail.outbox) == 2


# --- The note -----------------------------------------------------------------------------------


def test_the_team_learns_that_something_came_until_when_and_where_to_read_it(kind) -> None:
    write_notice_and_receipt(enquiry(kind))
    notice = sent()["team@example.org"]

    text = flat(notice.body)
    assert "FOI-7K3M-2Q9X" in notice.subject
    assert "Acknowledge by: 8 August 2018 Answer by: 4 September 2018" in text
    assert re.search(r"in the CMS: http://\S+/cms/", text)


# --- The answer ---------------------------------------------------------------------------------


def test_an_answer_has_its_text_the_reference_and_how_to_write_back(kind) -> None:
    write_answer(enquiry(kind), "We spent £12,000.\r\n\r\nYours", None)
    message = sent()["jo@example.org"]

    assert message.subject == "Our answer: FOI-7K3M-2Q9X"
    assert message.body.startswith("We spent £12,000.\n\nYours\n")
    assert message.reply_to == ["team@example.org"]
    assert "Reply to this email" in message.body


def test_nobody_is_told_to_reply_where_nobody_reads(kind) -> None:
    kind.team_email = ""
    kind.save()
    write_answer(enquiry(kind), "Yes.", None)
    message = sent()["jo@example.org"]

    assert message.reply_to == []
    assert "do not reply" in flat(message.body)


def test_who_gave_no_address_cannot_be_answered_by_email(kind) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        write_answer(enquiry(kind, email=""), "Yes.", None)


# --- Form ---------------------------------------------------------------------------------------


def test_lines_are_short_and_addresses_are_never_broken(kind, settings) -> None:
    settings.SITE_URL = f"https://www.{'long' * 10}.nhs.uk"
    kind.next_steps = "Many words that go on. " * 20
    write_notice_and_receipt(enquiry(kind))

    for message in sent().values():
        assert all(
            len(line) <= 72 or line.startswith("https://") for line in message.body.split("\n")
        )
        assert "\n\n\n" not in message.body


def test_nothing_is_escaped_as_if_it_were_a_web_page(kind) -> None:
    kind.name = "Help & support for the visitor's <questions>"
    kind.save()
    write_notice_and_receipt(enquiry(kind))
    assert "Help & support for the visitor's <questions>" in flat(sent()["jo@example.org"].body)


def test_programs_that_answer_by_themselves_are_asked_not_to(kind) -> None:
    one = enquiry(kind)
    write_notice_and_receipt(one)
    by_recipient = sent()
    assert by_recipient["team@example.org"].message()["Auto-Submitted"] == "auto-generated"
    assert by_recipient["jo@example.org"].message()["Auto-Submitted"] == "auto-replied"

    mail.outbox.clear()
    write_answer(one, "Yes.", None)
    assert "Auto-Submitted" not in sent()["jo@example.org"].message()


def test_each_letter_has_a_message_id_of_its_own(kind) -> None:
    one = enquiry(kind)
    write_notice_and_receipt(one)
    write_answer(one, "Yes.", None)
    Post().turn()
    ids = {message.message()["Message-ID"] for message in mail.outbox}
    assert len(ids) == len(mail.outbox) == 3


# --- Nothing slips in ---------------------------------------------------------------------------


@pytest.fixture
def server(settings):
    """Return a real mail server, which sees what a slipped-in line does."""
    with receiving() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.port
        settings.EMAIL_USE_TLS = False
        yield server


def slipped(server) -> list[str]:
    return [name for message in server.mails for name in message if name.lower() == "bcc"]


def test_line_breaks_in_what_visitors_and_editors_write_add_no_header(kind, server) -> None:
    for name in ("name", "message_label", "next_steps"):
        setattr(kind, name, getattr(kind, name) + CRLF)
    kind.code = "F\r\nB"
    kind.save()
    fields = ("name", "address", "message", "page_title", "page_address", "section")
    one = enquiry(kind, phone="1\r\nBcc: x@example.org", **dict.fromkeys(fields, f"x{CRLF}"))
    write_notice_and_receipt(one)
    write_answer(one, f"Yes.{CRLF}\r\n.\r\nMAIL FROM:<x@example.org>\n.\n\rNo.", None)
    Post().turn()

    assert len(server.mails) == 3
    assert sorted(server.recipients) == ["jo@example.org", "jo@example.org", "team@example.org"]
    assert not slipped(server)
    answer = server.mails[-1].get_content()
    assert "MAIL FROM:<x@example.org>" in answer, "it is text, and arrives as such"


@pytest.mark.parametrize(
    "address",
    [
        f"jo@example.org{CRLF}",
        "jo@example.org\nBcc: everybody@example.org",
        "jo@example.org, everybody@example.org",
        "jo@example.org>\r\nRCPT TO:<everybody@example.org",
        "Jo <jo@example.org>",
        "jo@exam\x01ple.org",
    ],
)
def test_what_is_no_address_is_refused_and_staff_see_it(kind, server, address) -> None:
    kind.team_email = address
    kind.save()
    one = enquiry(kind, email=address)
    write_notice_and_receipt(one)
    Post().turn()

    assert not server.asked
    assert one.history.filter(action="letter failed").count() == 2


def test_no_line_break_gets_into_where_answers_go(kind, server) -> None:
    kind.team_email = f"team@example.org{CRLF}"
    kind.save()
    write_answer(enquiry(kind), "Yes.", None)
    Post().turn()

    assert not server.mails
    assert Letter.objects.get(kind=LetterKind.ANSWER).has_failed


def test_the_mail_server_of_these_tests_would_show_a_header_that_slipped_in(server) -> None:
    message = mail.EmailMessage("Hello", "Text", to=["jo@example.org"])
    message.extra_headers["X-Test"] = "yes"
    message.message = lambda: _with_bcc(mail.EmailMessage.message(message))
    message.send()
    assert slipped(server) == ["Bcc"]


def _with_bcc(message):
    message.add_header("Bcc", "everybody@example.org")
    return message
