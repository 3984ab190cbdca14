"""What `make` does before there is a site: the right Python, its packages, the key, the port."""

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ccgsite import bootstrap
from ccgsite.bootstrap import SetUpError
from tests.running import free_port

served = pytest.mark.server


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "8000 9000", "٣"])
def test_a_port_that_is_no_port_is_refused(port):
    with pytest.raises(SetUpError, match="PORT must be a number"):
        bootstrap.listen_address({"PORT": port})


def test_host_and_port_have_defaults(monkeypatch):
    monkeypatch.setattr(socket.socket, "bind", lambda *_: None)

    assert bootstrap.listen_address({}) == ("127.0.0.1", 8000)
    assert bootstrap.listen_address({"HOST": "", "PORT": " "}) == ("127.0.0.1", 8000)


def test_a_port_that_needs_rights_is_named(monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)

    with pytest.raises(SetUpError, match="Port 80 needs more rights than you have"):
        bootstrap.listen_address({"PORT": "80"})


def test_a_folder_that_cannot_be_written_to_is_named():
    with pytest.raises(SetUpError, match="The folder /dev/null/var cannot be written to"):
        bootstrap.write_secret_key(Path("/dev/null/var"))


def test_a_secret_key_is_written_once(tmp_path):
    bootstrap.write_secret_key(tmp_path)
    key = (tmp_path / "secret_key").read_text()
    bootstrap.write_secret_key(tmp_path)

    assert (tmp_path / "secret_key").read_text() == key
    assert len(key) >= 50
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


# --- Python and its packages ---------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_too_old_a_python_is_told_so(version):
    with pytest.raises(SetUpError, match=r"needs Python 3\.11 or newer, and this is Python"):
        bootstrap.check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_new_enough_python_is_taken(version):
    bootstrap.check_python(version)


def test_an_old_python_can_read_the_set_up_far_enough_to_refuse():
    source = Path(bootstrap.__file__).read_text()

    ast.parse(source, feature_version=(3, 6))


@pytest.fixture
def project(tmp_path):
    """Return a project with no packages to install and a site that only says that it serves."""
    (tmp_path / "ccgsite").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "ccgsite" / "bootstrap.py").write_text(Path(bootstrap.__file__).read_text())
    (tmp_path / "requirements" / "run.txt").write_text("# none\n")
    (tmp_path / "requirements" / "test.txt").write_text("# none for tests\n")
    (tmp_path / "manage.py").write_text("print('serving')\n")
    return tmp_path


def make_run(project: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "ccgsite/bootstrap.py", "run"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
    )


@served
def test_set_up_happens_once_and_again_after_a_change_or_a_half_finished_one(project):
    marker = project / ".venv" / "made-before"

    def set_up_again() -> bool:
        """Run it. Returns whether .venv was made anew."""
        result = make_run(project)
        assert result.stdout.endswith("serving\n"), result
        again = not marker.exists()
        marker.touch()
        return again

    assert set_up_again(), "there was nothing"
    assert not set_up_again(), "nothing changed"
    (project / "requirements" / "run.txt").write_text("# still none\n")
    assert not set_up_again(), "a change needs packages, not a new .venv"
    stamp = project / ".venv" / "set-up-finished"
    stamp.unlink()
    assert set_up_again(), "it was never finished"
    assert stamp.exists()


@served
def test_packages_that_cannot_be_installed_are_told_in_one_line(project):
    (project / "requirements" / "run.txt").write_text("nothing==1.0 --hash=sha256:00\n")

    result = make_run(project)

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("The packages could not be installed: ERROR:")
    assert "run the same again" in result.stderr
    assert not (project / ".venv" / "set-up-finished").exists()


def test_a_python_without_venv_is_told_how_to_get_it(project, monkeypatch):
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: None)

    with pytest.raises(SetUpError, match="apt install python3-venv"):
        bootstrap._make_venv()
