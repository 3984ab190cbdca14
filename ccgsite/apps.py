from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings


class CCGSiteConfig(AppConfig):
    name = "ccgsite"
    verbose_name = "Site set-up"

    def ready(self) -> None:
        import_module("ccgsite.checks")  # registers them; they read models, which are there now


@cache
def rooms() -> list[AppConfig]:
    """Return the installed apps that are ours: those that lie beside the settings' own."""
    return [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
