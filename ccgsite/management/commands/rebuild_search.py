from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pages.models import IndexedWord, Passage
from pages.models.media import counted
from pages.search_engines import SearchEngineError, rebuild_outside
from pages.search_index import index_everything


class Command(BaseCommand):
    help = "Read all pages and documents anew for search."

    def handle(self, *args: Any, **options: Any) -> None:
        index_everything()
        try:
            rebuild_outside()
        except SearchEngineError as error:
            raise CommandError(str(error)) from error
        beginnings = Passage.objects.filter(number=0)
        pages = counted(beginnings.filter(document=None).count(), "page")
        documents = counted(beginnings.filter(page=None).count(), "document")
        passages = counted(Passage.objects.count(), "passage")
        words = counted(IndexedWord.objects.count(), "word")
        self.stdout.write(f"Search: {pages}, {documents}, {passages} and {words}.")
