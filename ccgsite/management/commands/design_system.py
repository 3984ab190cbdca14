from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ccgsite import design_system
from ccgsite.design_system import DesignSystemError


class Command(BaseCommand):
    help = "Write the site's stylesheet, from the NHS design system and ours, and its script."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = design_system.write(settings.DESIGN_SYSTEM_ROOT)
        except DesignSystemError as error:
            raise CommandError(str(error)) from error
        if changed:
            self.stdout.write(f"Wrote {settings.DESIGN_SYSTEM_ROOT / design_system.STYLESHEET}")
