"""Sentry is told of errors, and of nobody."""

import gzip
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import brotli
import pytest
from django.core.exceptions import ImproperlyConfigured

from ccgsite.settings import sentry
from tests.running import ROOT

CODE = """
from django.test import Client, override_settings
from tests.site.test_logs import COOKIE, EMAIL, TERM
with override_settings(ROOT_URLCONF="tests.site.test_logs"):
    client = Client(raise_request_exception=False, headers={"Host": "127.0.0.1"})
    client.cookies["sessionid"] = COOKIE
    client.get("/breaks/", {"q": TERM, "email": EMAIL})
    client.post("/breaks/", {"email": EMAIL})
    client.get("/breaks/")
    client.cookies.clear()
    client.get("/breaks/")
import sentry_sdk
sentry_sdk.flush(10)
"""


class Inbox(BaseHTTPRequestHandler):
    got: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
        self.got.append(unpack[self.headers["Content-Encoding"]](body).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.server
def test_errors_are_told_without_what_a_visitor_typed_or_is(running_site):
    with ThreadingHTTPServer(("127.0.0.1", 0), Inbox) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        dsn = f"http://key@127.0.0.1:{server.server_port}/1"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", CODE],
            cwd=ROOT,
            env={**running_site.environment, "SENTRY_DSN": dsn},
            capture_output=True,
            text=True,
            check=False,
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr
    said = "".join(Inbox.got)

    assert said.count('"type":"ValueError"') == 4
    assert "test_logs.py" in said
    assert "request_id" in said
    assert "cannot use (None, None" in said  # where nobody sent a word
    for secret in (
        "bowel-cancer",
        "jane.doe",
        "a-secret-session",
        '"request":',
        '"vars"',
        "127.0.0.1",
    ):
        assert secret not in said, secret


def test_without_the_package_or_a_good_address_the_start_says_so(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN must look like"):
        sentry.tell_sentry("nonsense")

    monkeypatch.setattr(sentry, "find_spec", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match="needs the Python package sentry-sdk"):
        sentry.tell_sentry("https://key@sentry.example.nhs.uk/1")
