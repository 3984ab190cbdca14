from typing import Any

from django.core.management.base import BaseCommand

from ccgsite.groups import GROUPS, make_groups


class Command(BaseCommand):
    help = "Make the CMS's groups and the approval workflow, unless they exist."

    def handle(self, *args: Any, **options: Any) -> None:
        if make_groups():
            self.stdout.write(f"Groups: {', '.join(GROUPS)}")
