from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        import_module("pages.search_following")  # connects signals of models, which are there now
