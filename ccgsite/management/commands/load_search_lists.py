from collections.abc import Mapping
from typing import Any

from ccgsite.management.loading import LoadingCommand
from pages.starter_lists import load


class Command(LoadingCommand):
    help = "Load the synonyms and emergency phrases that editors start with, once."
    file_name = "search.yaml"
    content = "The lists for search"

    def load(self, facts: Any) -> Mapping[str, int]:
        return load(facts)
