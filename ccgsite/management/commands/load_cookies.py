from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccgsite.content_files import ContentFileError, read_yaml
from privacy.registry import load


class Command(BaseCommand):
    help = "Bring the cookie registry up to this version of the site. Keeps editors' words."

    def add_arguments(self, parser: CommandParser) -> None:
        default = settings.BASE_DIR / "fixtures" / "cookies.yaml"
        parser.add_argument("file", type=Path, nargs="?", default=default)

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["file"]
        try:
            load(read_yaml(source), settings.GA_MEASUREMENT_ID)
        except ContentFileError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            if "ga_measurement_id" in error.message_dict:
                message = (
                    f"GA_MEASUREMENT_ID is {settings.GA_MEASUREMENT_ID!r}. It must look like "
                    "G-AB12CD34EF; leave it empty for no analytics."
                )
                raise CommandError(message) from None
            raise CommandError(f"{source}: {error.message_dict}") from error
        except (KeyError, TypeError) as error:
            message = f"The cookie registry cannot be loaded from {source}: {error!r}"
            raise CommandError(message) from error
