from importlib import import_module

from django.apps import AppConfig


class CCGSiteConfig(AppConfig):
    name = "ccgsite"
    verbose_name = "Site set-up"

    def ready(self) -> None:
        import_module("ccgsite.checks")  # registers them; they read models, which are there now
