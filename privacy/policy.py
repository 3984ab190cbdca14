"""The second lock: the third-party hosts that Content-Security-Policy names for a visitor."""

from collections import defaultdict
from collections.abc import Iterable

from csp.utils import build_policy

from privacy.consent import Choice
from privacy.gates import GATES


def sources(choice: Choice) -> dict[str, list[str]]:
    """Return the hosts that a visitor's choice lets in, by directive; without a yes, none."""
    return _hosts(choice.allowed)


def policy(groups: Iterable[str]) -> str:
    """Return the whole public policy after a yes to some groups, its directives by name."""
    return "; ".join(sorted(build_policy(update=_hosts(groups)).split("; ")))


def _hosts(groups: Iterable[str]) -> dict[str, list[str]]:
    hosts: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for directive, found in GATES[group].hosts.items():
            hosts[directive] += found
    return dict(hosts)
