from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccgsite.content_files import ContentFileError, read_yaml
from enquiries.starter import load


class Command(BaseCommand):
    help = "Load the contact forms and bank holidays that editors start with, once."

    def add_arguments(self, parser: CommandParser) -> None:
        default = settings.BASE_DIR / "fixtures" / "enquiries.yaml"
        parser.add_argument("file", type=Path, nargs="?", default=default)

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["file"]
        try:
            loaded = load(read_yaml(source))
        except ContentFileError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(f"{source}: {'; '.join(error.messages)}") from error
        except (KeyError, TypeError, ObjectDoesNotExist) as error:
            message = f"The contact forms cannot be loaded from {source}: {error!r}"
            raise CommandError(message) from error
        for name, number in loaded.items():
            self.stdout.write(f"{number} {name}")
