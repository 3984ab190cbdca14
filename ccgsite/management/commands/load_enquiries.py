from collections.abc import Mapping
from typing import Any

from ccgsite.management.loading import LoadingCommand
from enquiries.starter import load


class Command(LoadingCommand):
    help = "Load the contact forms and bank holidays that editors start with, once."
    file_name = "enquiries.yaml"
    content = "The contact forms"

    def load(self, facts: Any) -> Mapping[str, int]:
        return load(facts)
