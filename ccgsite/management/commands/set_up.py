"""`manage.py set_up`: what `manage.py serve` does before it serves, and no more."""

import sys
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from ccgsite.bootstrap import SetUpError
from ccgsite.management.commands import serve


class Command(serve.Command):
    help = "Set up what is missing, or what a new version changes, while the site is served."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve.check_installation()
            self.set_up()
        except SetUpError as error:
            sys.exit(str(error))
        except (CommandError, DatabaseError, OSError) as error:
            sys.exit(f"Set-up failed: {serve.first_line(error)}. {serve.AGAIN}")
