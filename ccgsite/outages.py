"""Other servers that may be away: asked now and then, and the log says it once."""

import logging
import time
from threading import Lock

log = logging.getLogger(__name__)

SECONDS_UNTIL_ASKED_AGAIN = 5


class Outage:
    """What a process knows of one server: whether it was away when it was asked last.

    While it is away, one caller every few seconds is told to ask it; the others do without.
    """

    def __init__(self, what: str, meanwhile: str) -> None:
        """Take what is away and what is done meanwhile, in words for the log."""
        self.what = what
        self.meanwhile = meanwhile
        self._is_away = False
        self._ask_again_at = 0.0
        self._lock = Lock()

    def may_ask(self) -> bool:
        """Return whether to ask the server now. Whoever is told so has to say how it went."""
        if not self._is_away:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._ask_again_at:
                return False
            self._ask_again_at = now + SECONDS_UNTIL_ASKED_AGAIN
            return True

    def began(self, error: Exception) -> None:
        """Note that the server did not answer."""
        with self._lock:
            is_news, self._is_away = not self._is_away, True
            self._ask_again_at = time.monotonic() + SECONDS_UNTIL_ASKED_AGAIN
        if is_news:
            log.warning("%s is away (%s): %s", self.what, type(error).__name__, self.meanwhile)

    def ended(self) -> None:
        """Note that the server answered."""
        if self._is_away:
            with self._lock:
                is_news, self._is_away = self._is_away, False
            if is_news:
                log.warning("%s answers again", self.what)
