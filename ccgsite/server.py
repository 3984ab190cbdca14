"""The web server: `python -m ccgsite.server HOST PORT`, as `manage.py serve` starts it."""

import os
import signal
import sys

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


def site() -> WSGIHandler:
    """Return the site as it is loaded in each serving process.

    Ctrl-C reaches every process of a terminal. The serving ones leave it to the main process,
    which tells each to finish: told twice, granian's never end. Until they serve there is
    nothing to finish, and granian would not hear of it.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return get_wsgi_application()


def main(host: str, port: str) -> None:
    """Serve until the process is told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccgsite.settings.production")
    server = Granian(
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
