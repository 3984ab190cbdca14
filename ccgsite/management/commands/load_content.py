from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccgsite import starter_content
from ccgsite.content_files import ContentFileError


class Command(BaseCommand):
    help = "Load starter content that is missing. Never changes what exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", default=settings.BASE_DIR / "fixtures")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            starter_content.load(options["folder"], self.stdout.write)
        except ContentFileError as error:
            raise CommandError(str(error)) from error
