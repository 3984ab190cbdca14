"""Letters get out in the end, once, and nobody waits for it, whatever the mail server does."""

import logging
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from django_tasks import task_backends
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks_db.models import DBTaskResult

from enquiries import sending
from enquiries.letters import write_answer
from enquiries.models import Action, Enquiry, EnquiryKind, HistoryEntry, Letter, State
from enquiries.models.letters import KEEP_TRYING
from enquiries.receiving import Message, receive
from enquiries.sending import CLAIM, NO_SERVER, WAITS, Post, post_facts, retry, send_letter
from tests.enquiries import stored
from tests.mail_server import OK, receiving
from tests.running import free_port

AT_ONCE = 1  # second, for a visitor
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOTHING = "django.core.mail.backends.dummy.EmailBackend"
in_the_database = pytest.mark.django_db
with_transactions = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def kind(site_home) -> EnquiryKind:
    return stored.form(team_email="")


@pytest.fixture
def letter(kind) -> Letter:
    """Return a letter that waits to be sent."""
    return write_answer(stored.enquiry(kind), "Yes.", None)


@pytest.fixture
def later(monkeypatch):
    """Return what lets time go by, from when the test began."""
    began = timezone.now()

    def go(time_that_passes: timedelta) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: began + time_that_passes)

    return go


@pytest.fixture
def smtp(settings):
    """Return what lets mail go to a port of this machine."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = SMTP, False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 0.5

    return use


@contextmanager
def hanging():
    """Yield the port of a server that takes calls, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def message(kind: EnquiryKind, **facts) -> Message:
    facts = {"email": "jo@example.org", "message": "Hello.", **facts}
    return Message(kind=kind.pk, code=kind.code, submission=uuid4(), facts=facts)


def failures() -> list[str]:
    return [entry.text for entry in HistoryEntry.objects.filter(action=Action.LETTER_FAILED)]


# --- The mail server fails ----------------------------------------------------------------------


@in_the_database
@pytest.mark.parametrize("fault", ["refuses", "hangs"])
def test_a_server_that_is_down_delays_no_visitor_and_loses_nothing(
    kind, smtp, later, fault
) -> None:
    with hanging() as hanging_port:
        port = free_port() if fault == "refuses" else hanging_port
        smtp(port)
        began = time.monotonic()
        receive(message(kind))
        assert time.monotonic() - began < AT_ONCE

        Post().turn()

    letter = Letter.objects.get()
    assert "mail server could not be used" in letter.last_error, "the fault was there"
    assert letter.attempts == 1
    with receiving(port) as server:
        later(WAITS[0] + timedelta(seconds=30))
        Post().turn()
        Post().turn()
        assert server.recipients == ["jo@example.org"]
    letter.refresh_from_db()
    assert letter.sent_at
    assert letter.last_error == ""


@in_the_database
@pytest.mark.parametrize(
    ("to_recipient", "to_message"),
    [
        ("451 4.3.0 Try again later", OK),
        ("450 4.2.1 Greylisted", OK),
        ("554 5.7.1 Relay access denied", OK),
        (OK, "452 4.3.1 No room"),
        (OK, "554 5.7.1 Not from you"),
    ],
)
def test_what_may_pass_or_is_our_own_fault_is_tried_again(
    letter, smtp, later, to_recipient, to_message
) -> None:
    with receiving() as server:
        smtp(server.port)
        server.says_to_recipient, server.says_to_message = to_recipient, to_message
        Post().turn()
        letter.refresh_from_db()
        assert "refused it" in letter.last_error
        assert not letter.has_failed
        assert not failures()

        server.says_to_recipient = server.says_to_message = OK
        later(WAITS[0] + timedelta(seconds=30))
        Post().turn()
        assert len(server.mails) == 1


@in_the_database
@pytest.mark.parametrize(
    ("to_recipient", "to_message"),
    [
        ("550 5.1.1 No such person", OK),
        ("550 No such person", OK),
        (OK, "552 5.3.4 Too long"),
    ],
)
def test_what_is_refused_for_good_fails_at_once_and_the_others_go(
    letter, smtp, to_recipient, to_message
) -> None:
    with receiving() as server:
        smtp(server.port)
        server.says_to_recipient, server.says_to_message = to_recipient, to_message
        Post().turn()
        letter.refresh_from_db()
        assert letter.has_failed
        said = (to_recipient if to_recipient != OK else to_message)[4:]
        assert said in failures()[0]

        server.says_to_recipient = server.says_to_message = OK
        write_answer(letter.enquiry, "Again.", None)
        Post().turn()
        assert len(server.mails) == 1


@in_the_database
def test_it_is_tried_less_and_less_often_for_five_days_and_then_staff_are_told(
    letter, smtp, later, caplog
) -> None:
    smtp(free_port())
    tried: list[timedelta] = []
    began, passed = timezone.now(), timedelta()
    while not (letter.has_failed or passed > KEEP_TRYING + timedelta(days=1)):
        Post().turn()
        letter.refresh_from_db()
        tried.append(passed)
        if letter.next_attempt_at:
            passed = letter.next_attempt_at - began + timedelta(seconds=1)
            later(passed)

    gaps = [after - before for before, after in pairwise(tried)]
    seconds = timedelta(seconds=5)
    assert all(abs(gap - wait) < seconds for gap, wait in zip(gaps, WAITS, strict=False))
    assert timedelta(days=4, hours=12) < tried[-1] <= KEEP_TRYING
    assert len(tried) < 30
    assert len(failures()) == 1
    assert "Connection refused" in failures()[0]
    assert "jo@example.org" not in caplog.text, "no personal data in the log"


@in_the_database
def test_staff_can_try_again_what_was_given_up(letter, smtp, later) -> None:
    with receiving() as server:
        smtp(server.port)
        server.says_to_recipient = "550 5.2.1 Mailbox closed"
        Post().turn()
        later(timedelta(days=30))
        server.says_to_recipient = OK
        assert retry(letter)
        Post().turn()
        assert len(server.mails) == 1
        assert not retry(letter), "it has been sent"


@in_the_database
def test_a_note_that_is_tried_again_goes_where_the_form_says_now(kind, smtp) -> None:
    kind.team_email = "typing-mistake@example.org"
    kind.save()
    with receiving() as server:
        smtp(server.port)
        server.says_to_recipient = "550 5.1.1 No such person"
        receive(message(kind, email=""))
        Post().turn()
        kind.team_email = "team@example.org"
        kind.save()
        server.says_to_recipient = OK
        assert retry(Letter.objects.get())
        Post().turn()
        assert server.recipients == ["team@example.org"]


# --- Once ---------------------------------------------------------------------------------------


@in_the_database
def test_a_task_that_runs_twice_sends_once(letter) -> None:
    send_letter.call(letter.pk)
    send_letter.call(letter.pk)
    assert len(mail.outbox) == 1


@in_the_database
def test_who_comes_while_it_is_being_sent_leaves_it_alone(letter, monkeypatch) -> None:
    as_email = sending.as_email

    def meanwhile(letter: Letter) -> mail.EmailMessage:
        monkeypatch.setattr(sending, "as_email", as_email)
        send_letter.call(letter.pk)
        return as_email(letter)

    monkeypatch.setattr(sending, "as_email", meanwhile)
    send_letter.call(letter.pk)
    assert len(mail.outbox) == 1


@with_transactions
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's database of the tests has one connection"
)
def test_workers_at_once_send_each_letter_once(kind, smtp) -> None:
    letters = [write_answer(stored.enquiry(kind), "Yes.", None) for _ in range(20)]
    for letter in letters[:10]:
        sending.post(letter)  # a second task for the same letter
    with receiving() as server:
        smtp(server.port)
        workers = [threading.Thread(target=_work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ids = [mail["Message-ID"] for mail in server.mails]
        assert len(ids) == len(set(ids)) == 20


def _work() -> None:
    try:
        Post().turn()
    finally:
        connections.close_all()


# --- Nothing is lost between ----------------------------------------------------------------------


@with_transactions
def test_a_letter_and_its_task_are_stored_together_or_not_at_all(kind) -> None:
    def store_and_fail() -> None:
        with transaction.atomic():
            receive(message(kind))
            assert Letter.objects.count() == DBTaskResult.objects.count() == 1
            raise InterruptedError

    with pytest.raises(InterruptedError):
        store_and_fail()
    assert Letter.objects.count() == DBTaskResult.objects.count() == Enquiry.objects.count() == 0


@in_the_database
def test_a_letter_without_a_task_is_found(letter, later) -> None:
    DBTaskResult.objects.all().delete()
    later(timedelta(minutes=2))
    Post().turn()
    assert len(mail.outbox) == 1


@in_the_database
def test_a_letter_whose_worker_died_has_another_turn(letter, later) -> None:
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    assert sending._claimed(letter.pk)
    later(timedelta(minutes=5))
    Post().turn()
    assert not mail.outbox, "it might still be at work"

    later(CLAIM + timedelta(minutes=2))
    Post().turn()
    assert len(mail.outbox) == 1


@in_the_database
def test_a_fault_of_our_own_is_logged_and_the_letter_has_another_turn(
    letter, later, monkeypatch, caplog
) -> None:
    as_email = sending.as_email
    other = write_answer(letter.enquiry, "Another.", None)

    def fail(each: Letter) -> mail.EmailMessage:
        if each == letter:
            raise KeyError("a fault")
        return as_email(each)

    monkeypatch.setattr(sending, "as_email", fail)
    Post().turn()
    other.refresh_from_db()
    assert other.sent_at
    assert [record.levelno for record in caplog.records] == [logging.ERROR]

    monkeypatch.setattr(sending, "as_email", as_email)
    later(CLAIM + timedelta(minutes=2))
    Post().turn()
    assert len(mail.outbox) == 2


@in_the_database
def test_an_enquiry_that_is_erased_takes_its_letters_with_it(letter) -> None:
    letter.enquiry.delete()
    Post().turn()
    assert not mail.outbox
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@in_the_database
def test_tasks_that_are_done_are_deleted_after_a_day(letter, later) -> None:
    Post().turn()
    assert DBTaskResult.objects.count() == 1
    later(timedelta(days=1, minutes=1))
    Post().turn()
    assert not DBTaskResult.objects.exists()


# --- Without a mail server ------------------------------------------------------------------------


@in_the_database
def test_without_a_mail_server_letters_wait_and_go_once_there_is_one(kind, settings, later) -> None:
    settings.EMAIL_BACKEND = NOTHING
    receive(message(kind))
    later(timedelta(days=4))
    Post().turn()
    assert not DBTaskResult.objects.exists()
    letter = Letter.objects.get()
    assert letter.sent_at is None
    assert letter.attempts == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Post().turn()
    assert len(mail.outbox) == 1


@in_the_database
def test_an_old_letter_is_not_sent_all_of_a_sudden_and_staff_are_told(
    kind, settings, later
) -> None:
    settings.EMAIL_BACKEND = NOTHING
    receive(message(kind))
    later(KEEP_TRYING + timedelta(minutes=1))
    Post().turn()
    assert failures() == [f"Acknowledgement to the visitor. {NO_SERVER}"]

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Post().turn()
    assert not mail.outbox
    assert retry(Letter.objects.get())
    Post().turn()
    assert len(mail.outbox) == 1, "unless somebody says so"


@in_the_database
def test_a_server_that_is_taken_away_leaves_the_letters_waiting(letter, settings, later) -> None:
    settings.EMAIL_BACKEND = NOTHING
    send_letter.call(letter.pk)
    letter.refresh_from_db()
    assert (letter.sent_at, letter.attempts, letter.last_error) == (None, 0, "")


# --- What it costs, and what health checks ask ----------------------------------------------------


@in_the_database
def test_a_turn_with_nothing_to_do_is_one_query_that_takes_no_lock(
    site_home, django_assert_num_queries
) -> None:
    post = Post()
    post.turn()
    with django_assert_num_queries(1) as queries:
        post.turn()
    assert queries[0]["sql"].startswith("SELECT")


@in_the_database
def test_health_checks_learn_what_waits_since_when_and_what_failed(kind, settings, later) -> None:
    assert post_facts() == sending.PostFacts(can_send=True, waiting=0, oldest=None, failed=0)

    settings.EMAIL_BACKEND = NOTHING
    receive(message(kind))
    letter = Letter.objects.get()
    facts = post_facts()
    assert (facts.can_send, facts.waiting, facts.oldest) == (False, 1, letter.created_at)

    later(KEEP_TRYING + timedelta(minutes=1))
    Post().turn()
    assert (post_facts().waiting, post_facts().failed) == (0, 1)

    letter.enquiry.state = State.CLOSED
    letter.enquiry.save()
    assert post_facts().failed == 0, "staff have dealt with it"


def test_what_editors_publish_is_found_at_once() -> None:
    """Wagtail's own tasks, such as those for search, do not wait for a worker."""
    assert isinstance(task_backends["default"], ImmediateBackend)


@in_the_database
def test_the_command_sends_what_is_due_once(letter, settings, capsys) -> None:
    call_command("send_letters")
    assert len(mail.outbox) == 1

    settings.EMAIL_BACKEND = NOTHING
    call_command("send_letters")
    assert "EMAIL_HOST" in capsys.readouterr().err
