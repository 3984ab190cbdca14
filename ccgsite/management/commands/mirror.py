"""`manage.py mirror`: the public site as plain files, for when the site itself does not work."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccgsite.mirror import MirrorError, opened
from ccgsite.public_addresses import in_process, over_http


class Command(BaseCommand):
    help = "Copy the public site to files that a web server can serve without the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=settings.MIRROR_ROOT,
            help="where to; `mirror` in VAR_DIR if not given",
        )
        parser.add_argument(
            "--check", action="store_true", help="change nothing; list in what the copy differs"
        )
        parser.add_argument(
            "--site", metavar="ADDRESS", help="read the site over HTTP, as at http://127.0.0.1:8000"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ask = over_http(options["site"]) if options["site"] else in_process()
        try:
            with opened(options["folder"]) as mirror:
                if options["check"]:
                    self.say(list(mirror.differences(ask)), "The copy is as the site is.")
                else:
                    report = mirror.write(ask)
                    self.stdout.write(
                        f"{len(report.written)} files written, {len(report.unchanged)} as they "
                        f"were, {len(report.removed)} removed"
                    )
                    self.say([f"The site failed at {address}" for address in report.failed])
        except (MirrorError, OSError) as error:
            raise CommandError(str(error)) from None

    def say(self, problems: list[str], otherwise: str = "") -> None:
        """List what is wrong, then end with exit code 1; or say that all is well."""
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
        if otherwise:
            self.stdout.write(otherwise)
