"""Enquiries in the CMS, as the people who answer them and as those who may not see them."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from enquiries.models import Action, Enquiry, EnquiryKind, LetterKind, State
from tests import builders
from tests.enquiries.staff import client_of, member

pytestmark = pytest.mark.django_db

LIST = reverse("enquiries:index")
APART = reverse("enquiries:kept_apart")
HOME = reverse("wagtailadmin_home")
NHS_NUMBER = "943 476 5919"


@pytest.fixture
def team() -> Group:
    return Group.objects.get(name="Enquiries team")


@pytest.fixture
def kind(team) -> EnquiryKind:
    return builders.enquiry_kind(team, name="General questions")


@pytest.fixture
def jo(team) -> User:
    return member("jo", "Enquiries team")


@pytest.fixture
def client(jo) -> Client:
    return client_of(jo)


def page_of(enquiry: Enquiry) -> str:
    return reverse("enquiries:edit", args=[enquiry.pk])


def text(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def references(client: Client, address: str = LIST, **query: str) -> list[str]:
    html = BeautifulSoup(client.get(address, query).content, "html.parser")
    return [x.get_text(strip=True) for x in html.select("td.title a, .title-wrapper a")]


def last_seen(enquiry: Enquiry) -> int:
    return enquiry.history.order_by("pk").last().pk


def take(client: Client, enquiry: Enquiry, step: str, seen: int | None = None, **said: object):
    data = {f"{step}-{name}": value for name, value in said.items()}
    data |= {"step": step, f"{step}-seen": last_seen(enquiry) if seen is None else seen}
    return client.post(page_of(enquiry), data)


def days_ago(number: int):
    return timezone.now() - timedelta(days=number)


def exported(client: Client, form: str) -> str:
    """Return what stands in an export's cells; nothing if the client may not have it."""
    response = client.get(LIST, {"export": form})
    if response.status_code == 302:
        return ""
    if form == "csv":
        return response.getvalue().decode()
    return str(list(load_workbook(io.BytesIO(response.getvalue())).active.values))


# --- Who sees what ----------------------------------------------------------------------------


def everything_hidden_from(client: Client, enquiry: Enquiry) -> None:
    """Check every way to an enquiry: nothing of it is seen, and nothing happens to it."""
    for address in (LIST, APART, reverse("enquiries:retention")):
        response = client.get(address)
        assert enquiry.reference not in response.content.decode()
    for form in ("csv", "xlsx"):
        assert enquiry.reference not in exported(client, form)
    assert client.get(page_of(enquiry)).status_code in {302, 404}
    assert take(client, enquiry, "note", text="Hello").status_code in {302, 404}
    assert client.post(page_of(enquiry), {"step": "show"}).status_code in {302, 404}
    assert list(enquiry.history.values_list("action", flat=True)) == [Action.RECEIVED]
    assert enquiry.reference not in client.get(HOME, follow=True).content.decode()


def test_a_stranger_is_asked_to_sign_in(kind) -> None:
    enquiry = builders.enquiry(kind)

    everything_hidden_from(Client(), enquiry)

    assert Client().get(LIST).url.startswith(reverse("wagtailadmin_login"))


def test_an_editor_of_another_group_sees_nothing(kind) -> None:
    author = client_of(member("pat", "Authors"))

    everything_hidden_from(author, builders.enquiry(kind))

    assert author.get(LIST).status_code == 302  # the CMS's way to say no
    assert f'"url": "{LIST}"' not in author.get(HOME).content.decode()


def test_a_group_sees_its_own_kinds_only(client, kind) -> None:
    mine = builders.enquiry(kind)
    others = builders.enquiry(builders.enquiry_kind(Group.objects.create(name="Others")))

    everything_hidden_from(client, others)

    assert references(client) == [mine.reference]
    assert client.get(page_of(mine)).status_code == 200


def test_an_administrator_sees_all(admin_client, kind) -> None:
    enquiry = builders.enquiry(kind)

    assert enquiry.reference in references(admin_client)
    assert enquiry.reference in exported(admin_client, "csv")
    assert enquiry.reference in exported(admin_client, "xlsx")
    assert admin_client.get(page_of(enquiry)).status_code == 200


def test_someone_who_left_sees_nothing(jo, kind) -> None:
    builders.enquiry(kind)
    jo.is_active = False

    assert not Enquiry.objects.seen_by(jo).exists()


def test_the_menu_counts_what_waits_for_those_who_may_see_it(client, kind) -> None:
    builders.enquiry(kind)
    builders.enquiry(kind, state=State.ANSWERED)
    builders.enquiry(kind, suspicion="Too many links")

    assert "Enquiries (1)" in client.get(HOME).content.decode()


# --- The list ---------------------------------------------------------------------------------


def test_late_ones_come_first_and_are_marked(client, kind) -> None:
    today = timezone.localdate()
    new = builders.enquiry(kind, answer_by=today + timedelta(days=9))
    late = builders.enquiry(kind, answer_by=today - timedelta(days=3))
    next_one = builders.enquiry(
        kind, answer_by=today + timedelta(days=20), acknowledge_by=today + timedelta(days=1)
    )
    closed = builders.enquiry(kind, answer_by=today - timedelta(days=9), state=State.CLOSED)

    assert references(client) == [each.reference for each in (late, next_one, new, closed)]
    page = text(client, LIST)
    assert page.count("3 days late to answer") == 1
    assert "3 waiting, 1 late, 0 kept apart" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "waiting"}, {"new", "old"}),
        ({"state": "closed"}, {"closed"}),
        ({"due": "late"}, {"old"}),
        ({"due": "soon"}, set()),
        ({"due": "later"}, {"new"}),
        ({"owner": "me"}, {"old"}),
        ({"owner": "nobody"}, {"new", "closed"}),
        ({"owner": "wrong"}, {"new", "old", "closed"}),
    ],
)
def test_the_list_is_filtered(client, jo, kind, query, found) -> None:
    enquiries = {
        "new": builders.enquiry(kind),
        "old": builders.enquiry(kind, received_at=days_ago(60), owner=jo),
        "closed": builders.enquiry(kind, state=State.CLOSED),
    }

    assert set(references(client, **query)) == {enquiries[name].reference for name in found}


def test_the_list_is_filtered_by_form_and_offers_only_those_seen(client, kind, team) -> None:
    other = builders.enquiry_kind(team, name="Media enquiries")
    hidden = builders.enquiry_kind(name="Hidden form")
    mine, media = builders.enquiry(kind), builders.enquiry(other)
    builders.enquiry(hidden)

    assert references(client, kind=str(other.pk)) == [media.reference]
    assert set(references(client, kind=str(hidden.pk))) <= {mine.reference, media.reference}
    assert "Hidden form" not in client.get(LIST).content.decode()


def test_a_reference_is_found_however_it_is_typed(client, kind) -> None:
    wanted = builders.enquiry(kind)
    builders.enquiry(kind)

    assert references(client, q=wanted.reference.lower().replace("-", " ")) == [wanted.reference]


def test_an_nhs_number_is_hidden_in_the_list(client, kind) -> None:
    builders.enquiry(kind, message=f"My number is {NHS_NUMBER}.")

    page = text(client, LIST)

    assert "My number is" in page
    assert NHS_NUMBER not in page


def test_what_was_kept_apart_has_a_list_of_its_own_with_the_reason(client, kind) -> None:
    apart = builders.enquiry(kind, suspicion="Too many links")

    assert references(client) == []
    assert references(client, APART) == [apart.reference]
    assert "Too many links" in text(client, APART)
    assert "1 kept apart" in text(client, LIST)


# --- Export -----------------------------------------------------------------------------------


def test_an_export_is_safe_to_open_and_is_logged(client, jo, kind) -> None:
    message = f'=HYPERLINK("http://example.org")\x07 {NHS_NUMBER}'
    enquiry = builders.enquiry(kind, message=message, name="\t+1")
    hidden = builders.enquiry(builders.enquiry_kind())

    csv = client.get(LIST, {"export": "csv"}).getvalue().decode()
    workbook = load_workbook(io.BytesIO(client.get(LIST, {"export": "xlsx"}).getvalue()))

    rows = list(workbook.active.values)
    assert len(rows) == 2
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert cells["Reference"] == enquiry.reference
    assert cells["Message"].startswith("'=HYPERLINK")
    assert cells["Name"] == "'\t+1"
    assert "'=HYPERLINK" in csv
    assert NHS_NUMBER not in csv + str(rows)
    assert hidden.reference not in csv + str(rows)
    exports = enquiry.history.filter(action=Action.EXPORTED)
    assert [entry.by for entry in exports] == [jo, jo]
    assert not hidden.history.filter(action=Action.EXPORTED).exists()


def test_an_export_has_what_the_filters_leave(client, kind) -> None:
    builders.enquiry(kind)
    closed = builders.enquiry(kind, state=State.CLOSED)

    csv = client.get(LIST, {"export": "csv", "state": "closed"}).getvalue().decode()

    assert csv.count("\r\n") == 2
    assert closed.reference in csv


# --- One enquiry ------------------------------------------------------------------------------


def test_the_page_says_all_that_the_visitor_gave_and_links_to_what_it_is_about(
    client, kind, site_home
) -> None:
    about = builders.content_page(title="Opening hours")
    enquiry = builders.enquiry(
        kind,
        name="Sam Smith",
        phone="01632 960001",
        address="2 Some Street",
        answers=[["What do you use?", "A screen reader"]],
        page=about,
        page_version=about.live_revision,
        page_title="Opening hours",
        section="Sundays",
    )

    response = client.get(page_of(enquiry))

    page = response.content.decode()
    for fact in ("Sam Smith", "01632 960001", "2 Some Street", "A screen reader", "Sundays"):
        assert fact in page
    assert reverse("wagtailadmin_pages:edit", args=[about.pk]) in page
    revision = [about.pk, about.live_revision_id]
    assert reverse("wagtailadmin_pages:revisions_view", args=revision) in page


def test_a_page_that_was_deleted_since_is_named_all_the_same(client, kind) -> None:
    about = builders.content_page()
    enquiry = builders.enquiry(kind, page=about, page_title="Opening hours")
    about.delete()

    assert "Opening hours (no longer there)" in text(client, page_of(enquiry))


def test_steps_are_taken_one_after_the_other_and_all_are_in_the_history(client, jo, kind) -> None:
    enquiry = builders.enquiry(kind)

    for step, said in [
        ("assign", {"owner": jo.pk}),
        ("acknowledge", {}),
        ("start", {}),
        ("note", {"text": "Ask the practice."}),
        ("answer", {"text": "They open at 10am."}),
        ("close", {"confirm": "on"}),
        ("reopen", {"text": "They wrote again."}),
    ]:
        assert take(client, enquiry, step, **said).status_code == 302, step

    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.owner) == (State.IN_PROGRESS, jo)
    assert (enquiry.answered_at, enquiry.closed_at) == (None, None)
    history = enquiry.history.exclude(action=Action.RECEIVED)
    assert list(history.values_list("action", flat=True)) == [
        Action.ASSIGNED,
        Action.ACKNOWLEDGED,
        Action.STARTED,
        Action.NOTED,
        Action.ANSWERED,
        Action.CLOSED,
        Action.REOPENED,
    ]
    assert {entry.by for entry in history} == {jo}
    page = text(client, page_of(enquiry))
    assert "To Jo" in page
    assert "They open at 10am." in page


def test_an_answer_goes_out_by_e_mail(client, kind) -> None:
    enquiry = builders.enquiry(kind)

    take(client, enquiry, "answer", text="They open at 10am.")

    letter = enquiry.letters.get(kind=LetterKind.ANSWER)
    assert letter.to == "visitor@example.org"
    assert "They open at 10am." in letter.body
    assert "Answer to the visitor, to visitor@example.org" in text(client, page_of(enquiry))


def test_without_an_e_mail_address_staff_are_told_to_phone_or_write(client, kind) -> None:
    enquiry = builders.enquiry(kind, email="", phone="01632 960001", address="2 Some Street")

    assert "Phone 01632 960001 or write to the postal address" in text(client, page_of(enquiry))

    take(client, enquiry, "answer", text="Told them on the phone.")
    enquiry.refresh_from_db()
    assert enquiry.state == State.ANSWERED
    assert not enquiry.letters.filter(kind=LetterKind.ANSWER).exists()
    assert enquiry.history.get(action=Action.ANSWERED).text == "Told them on the phone."


def test_nothing_is_closed_without_the_tick(client, kind) -> None:
    enquiry = builders.enquiry(kind)

    response = take(client, enquiry, "close", text="Spoke to them.")

    assert response.status_code == 422
    assert "Spoke to them." in response.content.decode()
    enquiry.refresh_from_db()
    assert enquiry.state == State.RECEIVED


def test_an_enquiry_goes_to_nobody_who_may_not_see_it(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    outsider = member("pat", "Publishers")

    assert take(client, enquiry, "assign", owner=outsider.pk).status_code == 422

    enquiry.refresh_from_db()
    assert enquiry.owner is None


def test_the_second_of_two_sees_what_changed_and_loses_nothing(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    opened = last_seen(enquiry)
    sam = client_of(member("sam", "Enquiries team"))
    take(sam, enquiry, "answer", seen=opened, text="They open at 10am.")

    response = take(client, enquiry, "answer", seen=opened, text="My long answer.")

    page = response.content.decode()
    assert response.status_code == 409
    assert "They open at 10am." in page
    assert "by Sam" in page
    assert "My long answer." in page
    assert enquiry.letters.filter(kind=LetterKind.ANSWER).count() == 1


def test_the_second_of_two_can_send_it_again(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    opened = last_seen(enquiry)
    sam = client_of(member("sam", "Enquiries team"))
    take(sam, enquiry, "note", seen=opened, text="I phoned.")

    response = take(client, enquiry, "answer", seen=opened, text="My answer.")
    assert response.status_code == 409
    html = BeautifulSoup(response.content, "html.parser")
    seen = html.select_one("[name=answer-seen]")["value"]

    assert take(client, enquiry, "answer", seen=int(seen), text="My answer.").status_code == 302


def test_two_may_add_notes_at_once(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    opened = last_seen(enquiry)

    take(client, enquiry, "note", seen=opened, text="One.")
    take(client, enquiry, "note", seen=opened, text="Two.")

    assert enquiry.history.filter(action=Action.NOTED).count() == 2


def test_an_export_between_does_not_get_in_the_way(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    opened = last_seen(enquiry)
    client.get(LIST, {"export": "csv"})

    assert take(client, enquiry, "start", seen=opened).status_code == 302


def test_steps_need_the_csrf_token(jo, kind) -> None:
    enquiry = builders.enquiry(kind)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(jo)

    assert take(strict, enquiry, "start").status_code == 403

    enquiry.refresh_from_db()
    assert enquiry.state == State.RECEIVED


def test_an_unknown_step_is_not_found(client, kind) -> None:
    assert take(client, builders.enquiry(kind), "delete").status_code == 404


def test_what_was_kept_apart_is_let_in_with_its_letters(client, kind) -> None:
    kind.team_email = "team@example.org"
    kind.save()
    apart = builders.enquiry(kind, suspicion="Too many links")
    assert not apart.letters.exists()

    take(client, apart, "let-in")

    assert references(client) == [apart.reference]
    assert set(apart.letters.values_list("kind", flat=True)) == {
        LetterKind.NOTICE,
        LetterKind.RECEIPT,
    }


def test_a_letter_that_was_given_up_is_tried_again_at_the_press_of_a_button(client, kind) -> None:
    enquiry = builders.enquiry(kind)
    enquiry.letters.update(next_attempt_at=None, last_error="No such mailbox")
    letter = enquiry.letters.get()
    assert "Send the e-mails again" in text(client, page_of(enquiry))
    assert "No such mailbox" in text(client, page_of(enquiry))

    take(client, enquiry, "send-again")
    take(client, enquiry, "send-again")  # clicked twice

    letter.refresh_from_db()
    assert not letter.has_failed
    assert letter.last_error == ""
    assert enquiry.history.filter(action=Action.SENT_AGAIN).count() == 1
    assert "Send the e-mails again" not in text(client, page_of(enquiry))


def test_a_genuine_one_is_kept_apart_and_let_in_again_without_more_letters(client, kind) -> None:
    enquiry = builders.enquiry(kind)

    take(client, enquiry, "keep-apart", reason="Abuse")
    assert references(client, APART) == [enquiry.reference]
    take(client, enquiry, "let-in")

    assert references(client) == [enquiry.reference]
    assert enquiry.letters.count() == 1


def test_an_nhs_number_is_hidden_until_it_is_asked_for_and_that_is_noted(client, jo, kind) -> None:
    enquiry = builders.enquiry(kind, message=f"My number is {NHS_NUMBER}.")

    assert NHS_NUMBER not in text(client, page_of(enquiry))
    shown = client.post(page_of(enquiry), {"step": "show"}).content.decode()

    assert NHS_NUMBER in shown
    assert enquiry.history.get(action=Action.SHOWN).by == jo
    assert NHS_NUMBER not in text(client, page_of(enquiry))


def test_what_a_visitor_typed_is_text_and_nothing_else(client, kind) -> None:
    enquiry = builders.enquiry(kind, message="<script>alert(1)</script>", name="<b>x</b>")

    for address in (LIST, page_of(enquiry)):
        page = client.get(address).content.decode()
        assert "alert(1)" in page
        assert "<script>alert(1)" not in page
        assert "<b>x</b>" not in page


# --- The CMS's home page ----------------------------------------------------------------------


def test_the_home_page_has_ones_own_the_late_and_the_unassigned(client, jo, kind) -> None:
    own = builders.enquiry(kind, owner=jo)
    late = builders.enquiry(kind, received_at=days_ago(60))

    page = text(client, HOME)

    assert "Yours: 1" in page
    assert "Late: 1" in page
    assert "Nobody's yet: 1" in page
    assert own.reference in page
    assert late.reference in page


def test_who_sees_no_enquiries_has_no_panel() -> None:
    author = client_of(member("al", "Authors"))

    assert "panel-enquiries" not in author.get(HOME).content.decode()
    assert "Enquiries" not in text(author, HOME)
