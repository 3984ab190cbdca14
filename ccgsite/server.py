"""The web server: `python -m ccgsite.server HOST PORT`, as `manage.py serve` starts it.

Ctrl-C, SIGTERM and a closed terminal end it cleanly at any moment, also while it starts. Granian
alone loses a signal that comes while its serving processes load, hangs when one reaches all its
processes at once, reloads when the terminal is closed, and leaves the serving processes behind
when the main one is killed.
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ccgsite.settings.roles import PUBLIC

# Two processes use two cores, and four threads let a request that waits for the database give
# way to others. With the main process they stay below 400 MB.
PROCESSES = 2
THREADS = 4
SECONDS_TO_FINISH = 10

# What the serving processes do besides, by name: this module is loaded before the apps are ready.
# Each machine stores what its own visitors sent while the database was away.
WORK = ["ccgsite.posting.keep_taking_in"]
EDITORS_WORK = ["ccgsite.scheduling.keep_publishing", "ccgsite.posting.keep_posting"]

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Server(Granian):
    """Granian that hears no signal until its serving processes have been started."""

    def startup(self, *args: Any) -> None:
        """Start the serving processes, for which the signals wait too."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        under_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().startup(*args)
        on_hang_up = signal.SIG_IGN if under_nohup else self.signal_handler_interrupt
        signal.signal(signal.SIGHUP, on_hang_up)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def site() -> Callable[..., Any]:
    """Return the site as each serving process loads it.

    A signal to all processes of a terminal is for the main one, which ends the serving ones
    with SIGTERM: they are a group of their own.
    """
    os.setpgrp()
    for sign in ENDING:
        signal.signal(sign, signal.SIG_DFL)  # until granian takes them over, to serve
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    application = import_string("ccgsite.wsgi.application")  # only now: it loads the apps
    gc.freeze()  # what is loaded stays: looking through it again and again would hold up answers
    for work in WORK if settings.CCGSITE_ROLE == PUBLIC else [*WORK, *EDITORS_WORK]:
        Thread(target=import_string(work), args=[settings.VAR_DIR, Event()], daemon=True).start()
    return application


def end_with(parent: int) -> None:
    """End this process once its parent has gone, or it would keep the port for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


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
        log_dictconfig={**settings.LOGGING, "loggers": {}},
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
    )
    server.serve(target_loader=site, wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
