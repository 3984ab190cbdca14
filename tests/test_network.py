import smtplib
import socket
import urllib.request

import pytest

from tests.network import OutsideNetworkError


def ask_a_name_server(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
        query.sendto(b"", (address, 53))


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.create_connection(("www.example.org", 80), timeout=1),
        lambda: socket.getaddrinfo("www.example.org", 80),
        lambda: urllib.request.urlopen("https://192.0.2.1/", timeout=1),
        lambda: smtplib.SMTP("192.0.2.1", timeout=1),
        lambda: ask_a_name_server("192.0.2.1"),
    ],
)
def test_a_test_cannot_leave_this_machine(leave):
    with pytest.raises(OutsideNetworkError):
        leave()


def test_a_test_can_talk_to_this_machine():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        assert client.getpeername() == server.getsockname()
