"""How letters get out: one task for each, tried again until the mail server takes it.

The letter is what counts; a task only says whose turn it is. Whoever sends a letter claims it
first, so that a task that runs twice, or in two workers, sends once. A worker that dies leaves a
claim that runs out, and a letter without a task: the next sweep gives it a new one. SMTP cannot
say whether a server took a letter as the line broke; then it may come twice, with one Message-ID.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from time import monotonic

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from enquiries.letter_texts import as_email, write
from enquiries.models import Action, Letter, LetterKind
from enquiries.models.letters import last_try

BACKEND = "mail"
# After the first failure, the second and so on; the last one holds for all that follow.
WAITS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
WAITS += [timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)]
# Longer than a letter can take: each step of SMTP has EMAIL_TIMEOUT.
CLAIM = timedelta(minutes=10)
# Tasks come sooner than that; what is overdue for longer has none.
HAS_NO_TASK = timedelta(minutes=1)
SWEEP_EVERY = 60  # seconds
KEEP_TASKS = timedelta(days=1)
NO_SERVER = "No mail server is set up (EMAIL_HOST)."
REFUSED_FOR_GOOD = 500
# Enhanced status codes of this class are about us, such as "relaying denied" (RFC 3463).
ABOUT_US = b"5.7."

log = logging.getLogger(__name__)


def can_send() -> bool:
    """Return whether there is a mail server, or something that stands for one."""
    return settings.EMAIL_BACKEND != "django.core.mail.backends.dummy.EmailBackend"


def post(letter: Letter) -> None:
    """Let a letter be sent once the current transaction is over. Without a server it waits."""
    if can_send():
        send_letter.using(run_after=letter.next_attempt_at).enqueue(letter.pk)


def retry(letter: Letter) -> bool:
    """Try a letter again that was given up, for as long as a new one. Returns whether it was.

    A note to the team goes to the address that the form has now.
    """
    to = letter.enquiry.kind.team_email if letter.kind == LetterKind.NOTICE else ""
    with transaction.atomic():
        now = timezone.now()
        again = (
            Letter.objects.given_up()
            .filter(pk=letter.pk)
            .update(
                to=to or letter.to,
                attempts=0,
                next_attempt_at=now,
                try_until=last_try(),
                last_error="",
            )
        )
        if again:
            letter.refresh_from_db()
            post(letter)
    return bool(again)


@task(backend=BACKEND)
def send_letter(pk: int) -> None:
    """Send a letter, if that is still to be done and nobody else is doing it.

    What goes wrong on the way is noted with the letter. What is wrong with our own code is raised:
    the worker logs it, and the letter has another turn when the claim runs out.
    """
    letter = _claimed(pk) if can_send() else None
    if not letter:
        return
    try:
        if not letter.body:
            write(letter)
            letter.save(update_fields=["subject", "body"])
        as_email(letter).send()
    except OSError as error:  # smtplib's own errors are such as well
        if _is_final(error):
            _give_up(letter, _in_words(error))
        else:
            _try_later(letter, _in_words(error))
    except (ValidationError, ValueError) as error:
        _give_up(letter, f"No e-mail can be made of it: {error}")
    else:
        Letter.objects.filter(pk=pk).update(
            sent_at=timezone.now(), next_attempt_at=None, last_error=""
        )


def _claimed(pk: int) -> Letter | None:
    """Return a letter that nobody else sends for as long as it takes, or None."""
    claim = {"next_attempt_at": timezone.now() + CLAIM, "attempts": F("attempts") + 1}
    if not Letter.objects.due().filter(pk=pk).update(**claim):
        return None
    return Letter.objects.select_related("enquiry__kind__contact").filter(pk=pk).first()


def _try_later(letter: Letter, error: str) -> None:
    wait = WAITS[min(letter.attempts, len(WAITS)) - 1]
    letter.next_attempt_at = timezone.now() + wait
    letter.last_error = error[:300]
    if letter.next_attempt_at > letter.try_until:
        _give_up(letter, error)
        return
    log.warning("Letter %d was not sent, and is tried again in %s", letter.pk, wait)
    with transaction.atomic():
        letter.save(update_fields=["next_attempt_at", "last_error"])
        post(letter)


def _give_up(letter: Letter, error: str) -> None:
    log.error("Letter %d was not sent, and is not tried again", letter.pk)
    letter.next_attempt_at = None
    letter.last_error = error[:300]
    with transaction.atomic():
        letter.save(update_fields=["next_attempt_at", "last_error"])
        letter.enquiry.history.create(
            action=Action.LETTER_FAILED, text=f"{letter.get_kind_display()}. {error}"
        )


def _replies(error: OSError) -> list[tuple[int, bytes]]:
    """Return what the server said of the recipient or of the message itself."""
    if isinstance(error, SMTPRecipientsRefused):
        return list(error.recipients.values())
    if isinstance(error, SMTPDataError):
        return [(error.smtp_code, error.smtp_error)]
    return []


def _is_final(error: OSError) -> bool:
    """Return whether the server will never take this letter, whatever we mend on our side."""
    replies = _replies(error)
    return bool(replies) and all(
        code >= REFUSED_FOR_GOOD and not text.startswith(ABOUT_US) for code, text in replies
    )


def _in_words(error: OSError) -> str:
    said = "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in _replies(error))
    if said:
        return f"The mail server refused it: {said}"
    return f"The mail server could not be used: {error or type(error).__name__}"


# --- The worker ---------------------------------------------------------------------------------


class Post:
    """The worker: each turn sends what is due. Several at once do no harm."""

    def __init__(self) -> None:
        self._swept_at: float | None = None

    def turn(self) -> None:
        """Send what is due, and once a minute look after what has no task.

        Raises django.db.Error while the database is away. A turn with nothing to do is one query.
        """
        if can_send():
            _run_tasks()
        if self._swept_at is None or monotonic() >= self._swept_at + SWEEP_EVERY:
            self._swept_at = monotonic()
            sweep()
            if can_send():
                _run_tasks()


def _run_tasks() -> None:
    """Run the tasks that are due, with the package's own worker, until there are none."""
    # It takes SQLite's one lock for writing to look for work: visitors may need that.
    if DBTaskResult.objects.ready().filter(backend_name=BACKEND).exists():
        Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name=BACKEND,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        ).run()


def sweep() -> None:
    """Give up what waited too long, give tasks to what has none, and delete old tasks."""
    now = timezone.now()
    for letter in Letter.objects.due().filter(try_until__lt=now).select_related("enquiry"):
        _give_up(letter, letter.last_error if can_send() else NO_SERVER)
    for letter in Letter.objects.due().filter(next_attempt_at__lt=now - HAS_NO_TASK):
        post(letter)
    done = DBTaskResult.objects.filter(backend_name=BACKEND, started_at__lt=now - KEEP_TASKS)
    done.exclude(status=TaskResultStatus.READY).delete()  # with those whose worker has died


# --- For health checks --------------------------------------------------------------------------


@dataclass(frozen=True)
class PostFacts:
    """How the letters are doing."""

    can_send: bool
    waiting: int
    oldest: datetime | None  # since when the oldest of them waits
    failed: int


def post_facts() -> PostFacts:
    """Return how many letters wait, since when, and how many were given up."""
    waiting = Letter.objects.waiting()
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return PostFacts(can_send(), waiting.count(), oldest, Letter.objects.failed().count())
