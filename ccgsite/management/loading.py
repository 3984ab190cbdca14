"""What commands have in common that load one of the files that editors start with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccgsite.content_files import ContentFileError, read_yaml


class LoadingCommand(BaseCommand):
    """Load a file of fixtures/, or another that is named, and say how much of what came of it."""

    file_name = ""
    content = ""  # what is in the file, as in "The contact forms"

    def add_arguments(self, parser: CommandParser) -> None:
        default = settings.BASE_DIR / "fixtures" / self.file_name
        parser.add_argument("file", type=Path, nargs="?", default=default)

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["file"]
        try:
            loaded = self.load(read_yaml(source))
        except ContentFileError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(f"{source}: {'; '.join(error.messages)}") from error
        except (KeyError, TypeError, ObjectDoesNotExist) as error:
            message = f"{self.content} cannot be loaded from {source}: {error!r}"
            raise CommandError(message) from error
        for name, number in loaded.items():
            self.stdout.write(f"{number} {name}")

    def load(self, facts: Any) -> Mapping[str, int]:
        """Store what the file says. Returns how many of what were loaded."""
        raise NotImplementedError
