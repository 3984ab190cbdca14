"""Links in what people write."""

import re
from urllib.parse import urlsplit

LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'\])]+", re.IGNORECASE)
PUBLIC_BODIES = (".nhs.uk", ".gov.uk")


def links_elsewhere(text: str, our_host: str) -> list[str]:
    """Return the links in a text but those to us and to public bodies, which no spam is for."""
    return [link for link in LINK.findall(text) if not _is_known(_host(link), our_host)]


def _is_known(host: str, our_host: str) -> bool:
    return host == our_host or host.endswith(PUBLIC_BODIES)


def _host(link: str) -> str:
    address = link.lower() if "://" in link else f"http://{link.lower()}"
    try:
        return urlsplit(address).netloc
    except ValueError:  # such as "http://[x"
        return ""
