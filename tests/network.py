"""No test may talk to anything but this machine."""

import sys
from ipaddress import ip_address
from typing import Any

CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKING_UP = "socket.getaddrinfo"
HERE = {None, "", "localhost", b"localhost"}


class OutsideNetworkError(RuntimeError):
    """A test tried to reach another machine."""


def stay_inside() -> None:
    """Refuse, until the process ends, every connection and look-up that leaves the machine."""
    sys.addaudithook(_refuse)


def _refuse(event: str, details: tuple[Any, ...]) -> None:
    if event == LOOKING_UP:
        host = details[0]
    elif event in CONNECTING and isinstance(details[1], tuple):
        host = details[1][0]
    else:  # something else, or a socket in the file system, whose address is a path
        return
    if not is_here(host):
        message = f"A test tried to reach {host!r}. Tests use no network."
        raise OutsideNetworkError(message)


def is_here(host: str | bytes | None) -> bool:
    """Return whether a host's name or number can only mean this machine."""
    if host in HERE:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False
