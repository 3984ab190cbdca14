"""What an operator copies agrees with the code: units, environment, container, upgrade."""

import re
import shutil
import subprocess
from configparser import ConfigParser

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.test_house import ROOMS

DEPLOY = settings.BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")


def parsed(path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return parser


def files() -> str:
    paths = [*SERVICES, DEPLOY / "Containerfile", DEPLOY / "upgrade"]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_may_do_no_more_than_it_needs(path) -> None:
    service = parsed(path)["Service"]

    assert service["User"] == "ccgsite"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "ccgsite"
    assert service["CapabilityBoundingSet"] == ""
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome"):
        assert service[name] == "yes"
    assert "SECRET_KEY" not in path.read_text()


def test_what_the_files_run_exists() -> None:
    commands = set(re.findall(r'manage\.py"?,? "?([a-z_]+)', files()))

    assert {"serve", "set_up", "mirror", "back_up"} <= commands
    assert commands <= get_commands().keys()
    for name in re.findall(r"ccgsite-\w+", "\n".join(map(str, UNITS)) + files()):
        assert list((DEPLOY / "systemd").glob(f"{name}*")), name


def test_every_timer_has_its_service() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]
    assert len(timers) == 3
    for timer in timers:
        assert timer.with_suffix(".service") in SERVICES


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_takes_the_units(tmp_path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/srv/ccgsite/current/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text)

    said = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")


def test_the_environment_has_names_that_the_readme_knows_and_no_secret() -> None:
    lines = (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
    given = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))

    assert given["SECRET_KEY"] == ""
    assert "PASSWORD" in given["DATABASE_URL"]
    for name in given:
        assert f"`{name}`" in README, name


def test_the_container_has_every_room_and_no_rights() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")

    copied = set(re.findall(r"^COPY (\w+) /srv/ccgsite/\1$", text, re.MULTILINE))
    assert copied == {*ROOMS, "fixtures", "static", "templates"}
    assert "--require-hashes -r /tmp/packages.txt" in text
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert not re.search(r"SECRET_KEY|PASSWORD", text)


def test_the_script_for_upgrades_can_be_read() -> None:
    subprocess.run(["sh", "-n", DEPLOY / "upgrade"], check=True)
