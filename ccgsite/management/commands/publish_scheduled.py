"""`manage.py publish_scheduled`: once what the serving processes do by themselves."""

from typing import Any

from django.core.management.base import BaseCommand

from ccgsite.scheduling import Schedule


class Command(BaseCommand):
    """In place of Wagtail's command, which stops at the first page that fails."""

    help = "Publish and unpublish what is due. The served site does so every few seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        done = Schedule().publish_due()
        if done:
            self.stdout.write(f"Published or unpublished: {done}")
