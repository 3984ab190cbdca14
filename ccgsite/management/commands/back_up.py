from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ccgsite.backups import BackUpError, back_up, forget_older
from ccgsite.database_copies import uploads_are_here
from pages.models.media import counted


class Command(BaseCommand):
    help = "Write the database and all uploads to one file, while the site is used."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, metavar="FOLDER")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="then delete all back-ups there but the newest N"
        )

    def handle(self, *args: Any, to: Path, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            message = "--keep must be 1 or more."
            raise CommandError(message)
        try:
            made = back_up(to)
        except BackUpError as error:
            message = f"There is no back-up: {error}."
            raise CommandError(message) from error
        size = made.path.stat().st_size / 1_000_000
        uploads = counted(made.uploads, "upload") if uploads_are_here() else "no uploads"
        self.stdout.write(f"{made.path}: the database and {uploads}, {size:.1f} MB.")
        if not uploads_are_here():
            self.stdout.write("Uploads are in the object storage: let that keep its versions.")
        for name in made.missing:
            self.stderr.write(f"WARNING: the site has lost {name}, which a record names.")
        if keep and (gone := forget_older(to, keep)):
            self.stdout.write(f"{counted(gone, 'older back-up')} deleted.")
