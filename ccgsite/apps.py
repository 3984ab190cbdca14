from django.apps import AppConfig
from django.core.checks import register

from ccgsite import checks


class CCGSiteConfig(AppConfig):
    name = "ccgsite"
    verbose_name = "Site set-up"

    def ready(self) -> None:
        register(checks.folders_are_writable)
        register(checks.no_way_in_for_third_parties)
