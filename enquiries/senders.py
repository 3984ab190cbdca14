"""Where a form was sent from: known long enough to count, never stored as it is."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NETWORK_OF_ONE = 64  # bits of an IPv6 address: its owner has all that begin with them


def sender(request: HttpRequest) -> str:
    """Return the address that a request came from; of IPv6 its network; "" if it is not known.

    `X-Forwarded-For` counts only as far as the proxies that we trust wrote it
    (settings.TRUSTED_PROXIES, addresses or networks): from its end to the first other address.
    """
    hops = [
        *request.headers.get("X-Forwarded-For", "").split(","),
        request.META.get("REMOTE_ADDR", ""),
    ]
    address = ""
    for hop in reversed(hops):
        try:
            found = ip_address(hop.strip())
        except ValueError:
            break
        found = getattr(found, "ipv4_mapped", None) or found
        wide = found.version == 6  # noqa: PLR2004, the version's name
        address = str(ip_network((found, NETWORK_OF_ONE), strict=False) if wide else found)
        if not any(found in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES):
            break
    return address
