"""Letters on a running site: nothing to start beside it, and nothing that visitors notice."""

import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.mail_server import receiving
from tests.running import free_port, starting

RECEIVE = """
from uuid import uuid4
from enquiries.models import EnquiryKind
from enquiries.receiving import Message, receive
from pages.models import Contact
from tests.enquiries import stored
kind = EnquiryKind.objects.filter(slug="post").first() or stored.form(
    slug="post", code="POST", contact=Contact.objects.first(), team_email=""
)
facts = {"email": "NAME@example.org", "message": "Hello."}
receive(Message(kind=kind.pk, code=kind.code, submission=uuid4(), facts=facts))
"""


def receive(site, name: str) -> None:
    """Store what somebody called so sent, in a process that ends at once."""
    site.run("shell", "--no-imports", "-c", RECEIVE.replace("NAME", name))


def forget_letters(site, folder: Path) -> None:
    """Delete the letters that came into a copy of a site with it: other tests' business."""
    copy = replace(site, environment={**site.environment, "VAR_DIR": str(folder)})
    forget = "from enquiries.models import Letter; Letter.objects.all().delete()"
    copy.run("shell", "--no-imports", "-c", forget)


@pytest.fixture
def certificate(tmp_path) -> Path:
    """Return a file with a certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    form = serialization.Encoding.PEM
    file.write_bytes(
        made.public_bytes(form)
        + key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.mark.server
def test_letters_arrive_within_seconds_and_a_dead_server_or_site_loses_none(
    running_site, tmp_path, certificate
) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    forget_letters(running_site, folder)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    port = free_port()
    environment = {
        "SITE_URL": running_site.url,
        "EMAIL_HOST": "localhost",
        "EMAIL_PORT": str(port),
        "SSL_CERT_FILE": str(certificate),
    }

    with starting(folder, **environment) as site:
        site.wait_to_serve()
        with receiving(port, tls) as server:
            receive(site, "first")
            (first,) = server.wait_for(1)
            assert first["To"] == "first@example.org"
            assert f"{running_site.url}/enquiries/state/" in first.get_content()

        # It takes calls and says nothing: the site's worker hangs, its visitors do not.
        with socket.create_server(("127.0.0.1", port)) as silent:
            receive(site, "second")
            silent.settimeout(30)
            call, _ = silent.accept()
            with call:
                began = time.monotonic()
                urllib.request.urlopen(site.url, timeout=10).close()
                assert time.monotonic() - began < 1

        site.stop(signal.SIGKILL)
        receive(site, "third")

    with starting(folder, **environment) as site, receiving(port, tls) as server:
        site.wait_to_serve()
        arrived = [mail["To"] for mail in server.wait_for(1)]
        assert arrived == ["third@example.org"], "the second has its turn in some minutes"
        assert site.stop() == 0
        assert "Traceback" not in site.said
