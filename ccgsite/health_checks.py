"""What operators want to know of a running site: each a small function that says one fact.

A check returns a Finding; None where there is nothing to say on this site. Whatever it raises is a
finding that is not well. To add one, write it where its facts are and name it in CHECKS.
"""

import shutil
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ccgsite import backups
from ccgsite.replica import bytes_behind, connection_for_reading
from ccgsite.scheduling import overdue_since
from enquiries import spool
from enquiries.retention import overdue_deletions
from enquiries.sending import NO_SERVER, post_facts
from pages.models.media import counted

MOST_LATE = timedelta(minutes=2)
OLDEST_BACK_UP = timedelta(hours=26)  # one a day, and time to make it
LONGEST_WAIT = timedelta(hours=1)  # of an e-mail, in which it was tried several times
OLDEST_MIRROR = timedelta(hours=2)
MOST_BEHIND = 16 * 1024 * 1024  # one segment of PostgreSQL's log
LEAST_FREE = 0.1  # of a disk
LEAST_DAYS = 14  # of a certificate: what renews them begins a month before
SECONDS_FOR_CERTIFICATE = 3


@dataclass(frozen=True)
class Finding:
    """One fact: a name for programs, whether it is well, its value, and words for people."""

    name: str
    ok: bool
    value: float | None
    words: str


Check = Callable[[], Finding | None]


def database() -> Finding:
    """Say whether the database answers that pages are read from."""
    with connection_for_reading().cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", True, None, "The database answers.")


def migrations() -> Finding:
    """Say how many changes to the tables this version of the site still waits for."""
    applied = MigrationRecorder(connection_for_reading()).applied_migrations()
    missing = sorted(_migrations_of_this_version() - applied.keys())
    words = "The database is of this version."
    if missing:
        words = f"{counted(len(missing), 'migration')} to apply, first {'.'.join(missing[0])}."
    return Finding("migrations", not missing, len(missing), words)


@cache
def _migrations_of_this_version() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def replica() -> Finding | None:
    """Say how much the replica lacks of what the primary database has, if there is a replica."""
    behind = bytes_behind()
    if behind is None:
        return None
    words = f"The replica of the database answers, and lacks {counted(behind, 'byte')}."
    return Finding("replica_bytes_behind", behind < MOST_BEHIND, behind, words)


def scheduler() -> Finding:
    """Say for how long what should have been published or unpublished has been waiting."""
    since = overdue_since()
    late = timezone.now() - since if since else timedelta(0)
    words = f"Scheduled publishing is {age(late)} late." if since else "Nothing scheduled is late."
    return Finding("scheduler_lag_seconds", late < MOST_LATE, int(late.total_seconds()), words)


def disk() -> Finding:
    """Say how much is free on the fullest of the disks that the site writes to."""
    folders = [settings.VAR_DIR, settings.MEDIA_ROOT, settings.BACKUP_DIR]
    disks = [(Path(x), shutil.disk_usage(x)) for x in folders if Path(x).exists()]
    folder, usage = min(disks, key=lambda disk: disk[1].free / disk[1].total)
    free = usage.free / usage.total
    words = f"{free:.0%} of the disk with {folder} is free, {usage.free / 1e9:.1f} GB."
    return Finding("disk_free_share", free >= LEAST_FREE, round(free, 3), words)


def back_up() -> Finding:
    """Say how old the newest back-up is."""
    made = backups.finished(Path(settings.BACKUP_DIR))
    if not made:
        return Finding("back_up_age_seconds", False, None, f"No back-up in {settings.BACKUP_DIR}.")
    old = timezone.now() - made[-1][0]
    words = f"The newest back-up is {age(old)} old."
    return Finding("back_up_age_seconds", old < OLDEST_BACK_UP, int(old.total_seconds()), words)


def mirror() -> Finding | None:
    """Say how old the copy of the site as plain files is, if there is one."""
    written = Path(settings.VAR_DIR, "mirror", "SHA256SUMS")
    if not written.exists():
        return None
    old = timezone.now() - datetime.fromtimestamp(written.stat().st_mtime, UTC)
    words = f"The copy as plain files was brought up to date {age(old)} ago."
    return Finding("mirror_age_seconds", old < OLDEST_MIRROR, int(old.total_seconds()), words)


def certificate() -> Finding | None:
    """Say for how long the certificate of SITE_URL is good, as a visitor's browser finds it."""
    if not settings.SERVED_OVER_HTTPS:
        return None
    address = settings.SITE_HOST, settings.SITE_PORT
    try:
        with (
            socket.create_connection(address, SECONDS_FOR_CERTIFICATE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=address[0]) as secure,
        ):
            ends = ssl.cert_time_to_seconds(secure.getpeercert()["notAfter"])
    except ssl.SSLCertVerificationError as error:
        words = f"The certificate of {address[0]} is not good: {error.verify_message}."
        return Finding("certificate_days", False, 0, words)
    days = (datetime.fromtimestamp(ends, UTC) - timezone.now()).days
    words = f"The certificate of {address[0]} is good for {counted(days, 'day')}."
    return Finding("certificate_days", days >= LEAST_DAYS, days, words)


def letters() -> Finding:
    """Say how many e-mails about enquiries wait, and how many were given up."""
    facts = post_facts()
    late = facts.oldest is not None and timezone.now() - facts.oldest > LONGEST_WAIT
    words = f"{counted(facts.waiting, 'e-mail')} to be sent, {facts.failed} given up."
    if facts.waiting and not facts.can_send:
        words += f" {NO_SERVER}"
    return Finding("letters_waiting", not (late or facts.failed), facts.waiting, words)


def messages_in_spool() -> Finding:
    """Say how many messages wait for the database, and how many files nobody could store."""
    waiting, broken = spool.waiting(), spool.set_aside()
    words = f"{counted(waiting, 'message')} to be stored, {counted(broken, 'file')} set aside."
    return Finding("messages_in_spool", not (waiting or broken), waiting, words)


def overdue_deletion() -> Finding:
    """Say how many enquiries should have been deleted by now."""
    overdue = overdue_deletions().count()
    words = f"{overdue} of the enquiries are kept longer than was promised."
    return Finding("overdue_deletion", not overdue, overdue, words)


# What has to be well before visitors are sent here.
READY: list[Check] = [database, migrations]
ENQUIRIES: list[Check] = [letters, messages_in_spool, overdue_deletion]
CHECKS: list[Check] = [*READY, replica, scheduler, *ENQUIRIES, disk, back_up, mirror, certificate]


def findings(checks: list[Check]) -> list[Finding]:
    """Run some checks. One that fails says so; the others are run all the same."""
    found = (_finding(check) for check in checks)
    return [finding for finding in found if finding]


def _finding(check: Check) -> Finding | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001, what does not answer is what is asked for here
        words = f"This could not be found out: {type(error).__name__}."
        return Finding(check.__name__, False, None, words)


def age(span: timedelta) -> str:
    """Say how long a time is, in the largest unit that fits."""
    seconds = int(span.total_seconds())
    for noun, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return counted(seconds // length, noun)
    return counted(seconds, "second")
