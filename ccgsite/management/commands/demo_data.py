"""`make demo-data`: sample pages, clearly labelled, to see and try what the starter site lacks."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from ccgsite import starter_content
from ccgsite.bootstrap import NOT_SET_UP
from ccgsite.content_files import ContentFileError, page_files
from pages.models import HomePage

FOLDER = settings.BASE_DIR / "fixtures" / "demo"


class Command(BaseCommand):
    help = "Add the sample pages that are missing to a site that is set up."

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


def is_set_up() -> bool:
    """Return whether the database can be reached and has all its tables and a home page."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return False
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not steps and HomePage.objects.exists()
