"""What third parties may be let in, by cookie group: the only hosts a page may ever load from.

Hosts and gates are code, because a new one needs code that uses it; the words that describe a
group and its cookies are editors' (`privacy.models.cookies`). A host or purpose added here asks
every visitor again, from the next `manage.py load_cookies` on.
"""

from dataclasses import dataclass

NECESSARY = "necessary"
ANALYTICS = "analytics"
VIDEO = "video"


@dataclass(frozen=True)
class Gate:
    """What a visitor's yes to a cookie group lets in."""

    services: tuple[str, ...]
    purposes: tuple[str, ...]
    hosts: dict[str, tuple[str, ...]]  # by directive of Content-Security-Policy

    @property
    def lets_in(self) -> list[str]:
        """All that visitors agree to, one thing a line."""
        hosts = [f"{directive} {host}" for directive, found in self.hosts.items() for host in found]
        return sorted([*self.services, *self.purposes, *hosts])


# Google's own lists: https://developers.google.com/tag-platform/security/guides/csp and
# https://support.google.com/youtube/answer/171780 (privacy-enhanced mode).
GATES = {
    ANALYTICS: Gate(
        services=("Google Analytics",),
        purposes=("statistics of visits",),
        hosts={
            "script-src": ("https://www.googletagmanager.com",),
            "connect-src": (
                "https://*.google-analytics.com",
                "https://*.analytics.google.com",
                "https://www.googletagmanager.com",
            ),
            "img-src": ("https://*.google-analytics.com", "https://www.googletagmanager.com"),
        },
    ),
    VIDEO: Gate(
        services=("YouTube",),
        purposes=("videos shown within pages",),
        hosts={"frame-src": ("https://www.youtube-nocookie.com",)},
    ),
}
