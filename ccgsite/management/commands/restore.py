from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ccgsite.backups import BackUpError, back_up
from ccgsite.restoring import Opened, RestoreError, opened, put_in_place, there_is_a_site
from pages.models.media import counted


class Command(BaseCommand):
    help = "Make a back-up the site. Checks all of it first; stop the site before."
    requires_system_checks = ()  # there may be no site yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="BACK-UP")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", action="store_true", help="check it and change nothing")
        choice.add_argument(
            "--replace", action="store_true", help="in place of a site, which is backed up first"
        )

    def handle(self, *args: Any, path: Path, check: bool, replace: bool, **options: Any) -> None:
        try:
            with opened(path) as found:
                made = f"{path.name}, of {found.facts['site']}, made at {found.facts['made_at']}"
                if check:
                    self.stdout.write(f"{made}, is whole and can be restored here.")
                    return
                self.restore(found, replace=replace)
        except (BackUpError, RestoreError) as error:
            message = f"{path} was not restored, and nothing has changed: {error}."
            raise CommandError(message) from error
        self.stdout.write(f"Restored {made}: {counted(len(found.uploads), 'upload')}.")
        self.stdout.write("Start the site: it brings the database up to its own version.")
        if "passages" in settings.WAGTAILSEARCH_BACKENDS:
            self.stdout.write("Then run `manage.py rebuild_search` for the search engine.")

    def restore(self, found: Opened, *, replace: bool) -> None:
        """Keep what there is, if that may be replaced, and put the back-up in its place."""
        if there_is_a_site():
            if not replace:
                message = "there is a site here already. With --replace it gives way"
                raise RestoreError(message)
            kept = back_up(Path(settings.BACKUP_DIR))
            self.stdout.write(f"What was here is in {kept.path}.")
        put_in_place(found, Path(settings.BACKUP_DIR))
