"""`manage.py nginx_consent`: the rules of privacy/consent.py for nginx, written from the registry.

nginx reads the versions that a yes must name from each page's own answer, so its file changes with
privacy/gates.py and the public policy alone. Where a cookie is not as this site writes it, nginx
may take a yes for none, and never the other way round.
"""

from itertools import product
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from privacy.consent import DESPITE_GPC
from privacy.gates import GATES
from privacy.policy import policy

# (?>…) and *+ never try another way, so a pattern takes as long as its cookie is and no longer.
CHOICE = r"""
# What the consent cookie says: its value without quotes. Of two such cookies the last counts.
map $http_cookie $ccgsite_choice {
    default "";
    "~^(?>(?:.*;)?\s*+%(cookie)s\s*+=)\s*+(\x22?+)([^\s\x22\x5c;]*+)\1\s*+(?:;|$)" $2;
}

# Global Privacy Control overrules a choice, unless that was made while the control was on.
map $ccgsite_choice $ccgsite_choice_despite_gpc {
    default "";
    "~^(?>(?:.*\|)?%(gpc)s=)1(?:\||$)" $ccgsite_choice;
}
map $http_sec_gpc $ccgsite_choice_that_stands {
    default $ccgsite_choice;
    "1" $ccgsite_choice_despite_gpc;
}
"""

# The site's versions go first: nothing that a visitor sends can come before them.
ANSWER = r"""
# Yes: the choice names the version of this group that the page's answer does.
map "$upstream_http_consent_versions $ccgsite_choice_that_stands" $ccgsite_%(group)s {
    default no;
    "~^(?:[^ ]*\|)?%(group)s=([^ |]+)(?:\|[^ ]*)? (?>(?:.*\|)?%(group)s=)\1(?:\||$)" yes;
}
"""


class Command(BaseCommand):
    help = "Print the file that lets nginx decide who may load what: deploy/nginx/consent.conf."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(consent_rules(), ending="")


def consent_rules() -> str:
    """Return the file: `map` blocks for `$ccgsite_policy`, the policy for a visitor.

    The last one is `$ccgsite_strict_policy`, the policy before any yes.
    """
    names = {"cookie": settings.COOKIE_CONSENT_NAME, "gpc": DESPITE_GPC}
    return (
        "# Which third parties a page may load from, by the visitor's cookie choice.\n"
        "# Written by `manage.py nginx_consent`; a change by hand does not last.\n"
        + CHOICE % names
        + "".join(ANSWER % {"group": group} for group in GATES)
        + _policies()
        + f'\nmap "" $ccgsite_strict_policy {{\n    default "{policy(())}";\n}}\n'
    )


def _policies() -> str:
    """Return the last map. Without a yes, an answer keeps the policy that the site gave it."""
    answers = " ".join(f"$ccgsite_{group}" for group in GATES)
    lines = ["    default $upstream_http_content_security_policy;"]
    for combination in product(("no", "yes"), repeat=len(GATES)):
        groups = [name for name, answer in zip(GATES, combination, strict=True) if answer == "yes"]
        if groups:
            lines.append(f'    "{" ".join(combination)}" "{policy(groups)}";')
    return f'\nmap "{answers}" $ccgsite_policy {{\n' + "\n".join(lines) + "\n}\n"
