"""`make demo-data`: sample pages, clearly labelled, to see and try what the starter site lacks.

fixtures/demo has a page with a video; ccgsite/samples makes entries for every kind of list.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from wagtail.models import Site

from ccgsite import starter_content
from ccgsite.bootstrap import NOT_SET_UP
from ccgsite.content_files import ContentFileError, page_files
from ccgsite.samples.entries import add_entries
from pages.models import HomePage

ENTRIES_OF_A_KIND = 12
FOLDER = settings.BASE_DIR / "fixtures" / "demo"


class Command(BaseCommand):
    help = "Add the sample pages and entries that are missing to a site that is set up."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_set_up():
            raise CommandError(NOT_SET_UP)
        try:
            new = starter_content.load(FOLDER, say=lambda _: None)
            _home, *samples = page_files(FOLDER)
        except ContentFileError as error:
            raise CommandError(str(error)) from error
        site = Site.objects.get(is_default_site=True)
        addresses = ", ".join(site.root_url + sample.address for sample in samples)
        done = "Sample page added" if new else "The sample page is there already"
        self.stdout.write(f"{done}: {addresses}")
        home = HomePage.objects.get(pk=site.root_page_id)
        entries = add_entries(home, ENTRIES_OF_A_KIND, timezone.localdate())
        above = dict.fromkeys(entry.get_parent() for entry in entries)
        lists = [site.root_url + page.url for page in above if page.specific not in entries]
        done = f"{len(entries)} sample entries added" if entries else "The sample entries are there"
        self.stdout.write(f"{done}{'. They are listed on:' if lists else ' already'}")
        for address in lists:
            self.stdout.write(f"    {address}")


def is_set_up() -> bool:
    """Return whether the database can be reached and has all its tables and a home page."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return False
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not steps and HomePage.objects.exists()
