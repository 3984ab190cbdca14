"""What load balancers, monitors and administrators are told, and nobody else."""

import os
import re
import socket
import ssl
import subprocess
import time
from contextlib import closing
from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from ccgsite import health_checks
from ccgsite.health_checks import Finding, findings
from tests import builders

TOKEN = "a-token-that-is-long-enough"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PROXIED = {"X-Forwarded-For": "203.0.113.9"}
ADDRESSES = ["/health/live", "/health/ready", "/health/", "/health/metrics"]


@pytest.fixture(autouse=True)
def _token(settings, tmp_path):
    settings.HEALTH_TOKEN = TOKEN
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.VAR_DIR = tmp_path


def values(client: Client) -> dict[str, dict]:
    answer = client.get("/health/", headers=BEARER).json()
    return {finding["name"]: finding for finding in answer["checks"]}


# --- Who gets an answer -------------------------------------------------------------------------


def test_alive_is_said_without_a_database(client):
    """pytest-django fails a test without the mark if it asks the database."""
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_ready_is_said_when_the_database_is_of_this_version(client, db):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert [check["name"] for check in response.json()["checks"]] == ["database", "migrations"]


def test_not_ready_before_the_database_is_of_this_version(client, db):
    MigrationRecorder(connection).record_unapplied("pages", "0001_initial")

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert "1 migration to apply, first pages.0001_initial." in response.content.decode()


def test_not_ready_without_a_database_and_no_secret_is_told(client, monkeypatch):
    def away(*_: object) -> None:
        message = "password for user ccgsite"
        raise ConnectionError(message)

    monkeypatch.setattr(health_checks, "connection_for_reading", away)

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert "This could not be found out: ConnectionError." in response.content.decode()
    assert "password" not in response.content.decode()
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("headers", [{}, PROXIED, {"Authorization": "Bearer wrong"}])
def test_the_details_are_for_those_with_the_token(client, db, headers):
    assert client.get("/health/", headers=headers).status_code == 404
    assert client.get("/health/", headers={**headers, **BEARER}).status_code == 200


def test_without_a_token_nobody_gets_the_details(client, db, settings):
    settings.HEALTH_TOKEN = ""

    for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer "}, BEARER):
        assert client.get("/health/", headers=headers).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_comes_through_a_proxy_needs_the_token(client, db, address):
    assert client.get(address, headers=PROXIED).status_code == 404
    assert client.get(address, headers={**PROXIED, **BEARER}).status_code == 200


def test_any_name_will_do_and_no_secure_connection_is_asked_for(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/robots.txt").status_code == 301  # the setting works
    assert client.get("/robots.txt", headers={"Host": "10.0.0.7"}).status_code == 400
    for address in ("/health/live", "/health/ready"):
        assert client.get(address, headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_are_kept_by_nobody_and_found_by_nobody(client, db, address):
    for headers in ({}, BEARER):
        response = client.get(address, headers=headers)
        assert response["Cache-Control"] == "no-store"
        assert "noindex" in response["X-Robots-Tag"]
        assert not response.cookies


def test_other_addresses_and_methods_are_refused(client, db):
    assert client.get("/health/else", headers=BEARER).status_code == 404
    assert client.post("/health/live").status_code == 405
    assert client.head("/health/live").status_code == 200


# --- What is said -------------------------------------------------------------------------------


def test_each_check_has_its_line(client, db):
    found = values(client)

    assert set(found) == {
        "database",
        "migrations",
        "scheduler_lag_seconds",
        "letters_waiting",
        "messages_in_spool",
        "overdue_deletion",
        "disk_free_share",
        "back_up_age_seconds",
    }
    for finding in found.values():
        assert finding.keys() == {"name", "ok", "value", "words"}
        assert finding["words"].endswith(".")


def test_one_thing_that_needs_attention_is_told_and_is_no_error(client, db):
    response = client.get("/health/", headers=BEARER)

    assert response.status_code == 200
    assert response.json()["ok"] is False
    assert not values(client)["back_up_age_seconds"]["ok"]


def test_prometheus_gets_the_same_as_numbers(client, db):
    assert client.get("/health/metrics").status_code == 404

    lines = client.get("/health/metrics", headers=BEARER).content.decode().splitlines()

    assert 'ccgsite_check_ok{check="database"} 1' in lines
    assert 'ccgsite_check_ok{check="back_up_age_seconds"} 0' in lines
    assert "ccgsite_migrations 0" in lines
    assert all(re.fullmatch(r'# TYPE \w+ gauge|\w+({check="\w+"})? [\d.]+', x) for x in lines)


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on():
    def breaks() -> Finding:
        raise KeyError("secret")

    found = findings([breaks, lambda: Finding("other", True, 1, "Well.")])

    assert [(f.name, f.ok) for f in found] == [("breaks", False), ("other", True)]
    assert "secret" not in found[0].words


def test_late_publishing_is_told(client, db):
    page = builders.content_page()
    assert values(client)["scheduler_lag_seconds"]["ok"]
    due = timezone.now() - timedelta(minutes=10)
    Page.objects.filter(pk=page.pk).update(expire_at=due)

    found = values(client)["scheduler_lag_seconds"]

    assert not found["ok"]
    assert 600 <= found["value"] < 660
    assert found["words"] == "Scheduled publishing is 10 minutes late."


def test_the_age_of_the_newest_back_up_is_told(client, db, settings):
    folder = settings.BACKUP_DIR
    folder.mkdir()
    for hours in (80, 40):
        made = timezone.now() - timedelta(hours=hours)
        (folder / f"www.example.nhs.uk-{made:%Y-%m-%dT%H%M%S.%fZ}.tar").touch()
    assert values(client)["back_up_age_seconds"]["words"] == "The newest back-up is 40 hours old."
    assert not values(client)["back_up_age_seconds"]["ok"]

    (folder / f"www.example.nhs.uk-{timezone.now():%Y-%m-%dT%H%M%S.%fZ}.tar").touch()

    assert values(client)["back_up_age_seconds"]["ok"]


def test_a_full_disk_is_told(client, db, monkeypatch):
    assert values(client)["disk_free_share"]["value"] > 0
    usage = type("Usage", (), {"total": 100e9, "free": 5e9})
    monkeypatch.setattr(health_checks.shutil, "disk_usage", lambda _: usage)

    found = values(client)["disk_free_share"]

    assert not found["ok"]
    assert re.match(r"5% of the disk with \S+ is free, 5.0 GB\.", found["words"])


def test_the_age_of_the_copy_as_plain_files_is_told(client, db, settings):
    sums = settings.VAR_DIR / "mirror" / "SHA256SUMS"
    sums.parent.mkdir()
    sums.touch()
    assert values(client)["mirror_age_seconds"]["ok"]

    os.utime(sums, (time.time() - 3 * 3600,) * 2)

    assert not values(client)["mirror_age_seconds"]["ok"]


@pytest.fixture
def certificate_told(settings, monkeypatch, tmp_path):
    """Return a function that says what is told of a certificate that the site serves."""

    def told(days: int, *, trusted: bool) -> Finding:
        key, certificate = tmp_path / "key", tmp_path / "certificate"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
        more = ["-addext", "subjectAltName=DNS:localhost", "-days", str(days)]
        command = [*make, *more, "-keyout", key, "-out", certificate]
        subprocess.run(command, check=True, capture_output=True)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            settings.SERVED_OVER_HTTPS, settings.SITE_HOST = True, "localhost"
            settings.SITE_PORT = listener.getsockname()[1]
            server = Thread(target=serve_once, args=[listener, context])
            server.start()
            found = health_checks.certificate()
            server.join()
        return found

    return told


def serve_once(listener: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listener.accept()
    with closing(plain):
        try:
            context.wrap_socket(plain, server_side=True).close()
        except OSError:
            return  # the visitor turned away


@pytest.mark.parametrize(
    ("days", "trusted", "well", "says"),
    [
        (60, True, True, "good for 59 days"),
        (5, True, False, "good for 4 days"),
        (60, False, False, "is not good: self-signed certificate"),
    ],
)
def test_the_certificate_that_visitors_meet_is_told(certificate_told, days, trusted, well, says):
    found = certificate_told(days, trusted=trusted)

    assert (found.ok, found.name) == (well, "certificate_days")
    assert says in found.words


# --- In the CMS ---------------------------------------------------------------------------------


def test_administrators_read_it_in_the_cms(admin_client, db):
    page = admin_client.get("/cms/reports/site-health/")

    assert page.status_code == 200
    assert "The database answers." in page.content.decode()
    assert "No back-up in " in page.content.decode()
    assert "/cms/reports/site-health/" in admin_client.get("/cms/").content.decode()


def test_editors_do_not(client, db):
    publisher = User.objects.create_user("publisher")
    publisher.groups.add(Group.objects.get(name="Publishers"))
    client.force_login(publisher)

    assert client.get("/cms/reports/site-health/").status_code == 302
    assert "/cms/reports/site-health/" not in client.get("/cms/").content.decode()
