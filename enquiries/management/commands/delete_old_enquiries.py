"""manage.py delete_old_enquiries: delete for good what was kept as long as was promised."""

from typing import Any

from django.core.management.base import BaseCommand

from enquiries.retention import delete_kept_long_enough, never_closed


class Command(BaseCommand):
    help = "Deletes enquiries that were kept as long as their form says, and leaves a count."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"Deleted: {delete_kept_long_enough()}.")
        open_still = never_closed().count()
        if open_still:
            self.stdout.write(
                f"Kept because nobody has closed them, though they are that old: {open_still}."
            )
