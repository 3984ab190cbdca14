"""manage.py personal_data: what we hold of one person, to give them a copy or to erase it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enquiries.models import Action
from enquiries.person import as_json, as_text, enquiries_of, erase
from enquiries.steps import write_down


class Command(BaseCommand):
    help = "Exports or erases what somebody sent, by reference or e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["read", "json", "erase"])
        parser.add_argument("who", help="a reference or an e-mail address")
        parser.add_argument("--yes", action="store_true", help="erase without asking back")

    def handle(self, *, do: str, who: str, yes: bool, **options: Any) -> None:
        """Raise CommandError if there is nothing, or if erasing is not confirmed."""
        found = enquiries_of(who)
        if not found:
            raise CommandError("Nothing that we keep has this reference or e-mail address.")
        if do == "erase":
            if not yes:
                raise CommandError(
                    f"This would erase for good: {', '.join(map(str, found))}. "
                    "Say --yes if that is meant."
                )
            self.stdout.write(f"Erased: {erase(found)}.")
            return
        write_down(found, Action.EXPORTED, None)
        self.stdout.write(as_json(found) if do == "json" else as_text(found))
