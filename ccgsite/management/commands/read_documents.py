from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pages.document_text import SECONDS_LATER, ReaderError
from pages.models import SiteDocument


class Command(BaseCommand):
    help = "Read the text of documents of which not all is found by search, taking more time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="read every document again")

    def handle(self, *args: Any, **options: Any) -> None:
        documents = SiteDocument.objects.all()
        if not options["all"]:
            documents = documents.not_found_in_full()
        for document in documents.order_by("pk").iterator(chunk_size=100):
            try:
                document.read(SECONDS_LATER)
            except (OSError, ReaderError) as error:
                raise CommandError(f"{document.filename}: {error}") from error
            self.stdout.write(f"{document.title}: {document.found_by()}")
