"""The web server: `python -m ccgsite.server HOST PORT`, as `manage.py serve` starts it.

Ctrl-C and SIGTERM end it cleanly at any moment, also while it starts. Granian alone loses a
signal that comes while its processes load, and hangs when Ctrl-C reaches all of them at once.
"""

import os
import signal
import sys
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# Two processes use two cores, and four threads let a request that waits for the database give
# way to others. With the main process they stay below 400 MB.
PROCESSES = 2
THREADS = 4
SECONDS_TO_FINISH = 10

ENDING = {signal.SIGINT, signal.SIGTERM}


class Server(Granian):
    """Granian whose processes are all started before it listens to signals."""

    def startup(self, *args: Any) -> None:
        """Start the serving processes, which inherit that the signals wait."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        super().startup(*args)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def site() -> WSGIHandler:
    """Return the site as each serving process loads it.

    A serving process ends when the main one sends SIGTERM; Ctrl-C is for the main one alone.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until granian takes it over, to serve
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    return get_wsgi_application()


def main(host: str, port: str) -> None:
    """Serve until the process is told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccgsite.settings.production")
    server = Server(
        "ccgsite.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
    )
    server.serve(target_loader=site, wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
