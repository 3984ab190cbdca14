"""Letters about enquiries out, and messages that waited for the database in.

The serving processes do it by themselves, every few seconds (ccgsite/server.py), in a thread of
its own: a mail server that hangs keeps nothing else waiting. `manage.py send_letters` does the
same where the site is served in another way.
"""

from pathlib import Path
from threading import Event

from ccgsite.background import keep_doing
from enquiries.crowds import forget
from enquiries.sending import Post
from enquiries.spool import deliver

LOCK = "posting.lock"
SPOOL_LOCK = "spool.lock"


def keep_posting(folder: Path, stop: Event) -> None:
    """Send what is due every few seconds, until told to stop, in one process of all."""
    keep_doing(Post().turn, "Sending e-mail about enquiries", folder / LOCK, stop)


def keep_taking_in(folder: Path, stop: Event) -> None:
    """Store what waits in this machine's spool, until told to stop, in one process of all."""
    keep_doing(_take_in, "Storing what visitors sent", folder / SPOOL_LOCK, stop)


def _take_in() -> None:
    deliver()
    forget()
