"""A mail server on this machine that keeps what it is sent, and fails as it is told to."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.running import free_port

HOST = "localhost"
OK = "250 OK"


class MailServer:
    """What arrived, and what is said to the next: to each recipient, and to each message."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.says_to_recipient = OK
        self.says_to_message = OK
        self.asked = 0

    async def handle_RCPT(  # noqa: N802, aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.asked += 1
        if self.says_to_recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.says_to_recipient

    async def handle_DATA(  # noqa: N802, aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.says_to_message == OK:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        return self.says_to_message

    def wait_for(self, number: int, seconds: float = 30) -> list[EmailMessage]:
        """Return the mails once there are so many. Raises AssertionError if they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.mails) < number:
            assert time.monotonic() < deadline, self.mails
            time.sleep(0.05)
        return self.mails


@contextmanager
def receiving(port: int | None = None, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Start a mail server; it ends with the context. With `tls` it insists on STARTTLS."""
    server = MailServer(port or free_port())
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        tls_context=tls,
        require_starttls=tls is not None,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
