"""`manage.py send_letters`: what the serving processes do by themselves, once or until it ends."""

import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from ccgsite.posting import keep_posting
from enquiries.sending import NO_SERVER, Post, can_send


class Command(BaseCommand):
    help = "Send the e-mails about enquiries that are due. The served site does so by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep-running", action="store_true", help="go on every few seconds, as a service does"
        )

    def handle(self, *args: Any, keep_running: bool, **options: Any) -> None:
        if not can_send():
            self.stderr.write(f"{NO_SERVER} Letters wait.")
        if keep_running:
            stop = Event()
            for sign in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sign, lambda *_: stop.set())
            keep_posting(settings.VAR_DIR, stop)
        else:
            Post().turn()
