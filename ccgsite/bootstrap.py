"""Set-up before there is anything to import: what `make run` and `make test` start with.

It makes .venv with the locked packages, and the secret key, then hands over to `manage.py serve`
or to the tests. It needs Python alone, and any Python since 3.6 can read it as far as the line
that says which one is too old.
"""

import errno
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up-finished"
LAST_PORT = 65535
TOLD_EVERY = 10
NOT_SET_UP = "There is no site here yet. Run `make run` first, then the same again."
# What follows set-up, by purpose.
NEXT = {
    "run": ["manage.py", "serve"],
    "demo-data": ["manage.py", "demo_data"],
    "test": ["-m", "tests.run", "test"],
    "lint": ["-m", "tests.run", "lint"],
    "format": ["-m", "tests.run", "format"],
    "bench": ["-m", "tests.run", "bench"],
    "stack": ["-m", "tests.stack"],
    "backup": ["manage.py", "back_up"],
    "restore": ["manage.py", "restore"],
}
WITHOUT_TESTS = {"run", "demo-data", "backup", "restore"}


class SetUpError(Exception):
    """Something that a person can mend; the message says how."""


def check_python(version: "tuple[int, int]") -> None:
    """Raise SetUpError if this Python, such as (3, 9), is too old."""
    if version < OLDEST_PYTHON:
        raise SetUpError(
            f"This site needs Python 3.11 or newer, and this is Python {version[0]}.{version[1]}. "
            "Install a newer one, or say where it is: make run PYTHON=/path/to/python3.12"
        )


def listen_address(environment: "os._Environ[str] | dict[str, str]") -> "tuple[str, int]":
    """Return the host and port to serve at, from HOST and PORT, once they are free.

    Raises SetUpError if they cannot be used.
    """
    host = environment.get("HOST", "").strip() or "127.0.0.1"
    given = environment.get("PORT", "").strip() or "8000"
    port = int(given) if given.isascii() and given.isdigit() else 0
    if not 0 < port <= LAST_PORT:
        raise SetUpError(
            f"PORT must be a number from 1 to {LAST_PORT}, not {given!r}. Try: PORT=8001 make run"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SetUpError(_why_not(error, host, port)) from None
    return host, port


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < LAST_PORT else 8000
        return f"Port {port} is in use. Stop what uses it, or take another: PORT={other} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Take another: PORT=8000 make run"
    return f"The site cannot listen at {host}, port {port}: {error.strerror}. Check HOST and PORT."


def write_secret_key(folder: Path) -> None:
    """Make sure that the folder for the site's data holds a key that only its owner can read.

    Raises SetUpError if the folder cannot be written to.
    """
    path = folder / "secret_key"
    # Written under another name first: half a key must never be taken for one.
    unfinished = folder / f"secret_key.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size:
            return
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48))
        unfinished.replace(path)
    except OSError as error:
        raise SetUpError(
            f"The folder {folder} cannot be written to: {error.strerror}. Give yourself write "
            "access to it, or name another: VAR_DIR=/other/folder make run"
        ) from None


def check_set_up(folder: Path) -> None:
    """Raise SetUpError unless `make run` has been at work in the folder for the site's data."""
    if not (folder / "secret_key").exists():
        raise SetUpError(NOT_SET_UP)


def install(purpose: str) -> None:
    """Make .venv hold the packages locked for "run" or for "test", unless it does already.

    Raises SetUpError if Python cannot make one or pip fails.
    """
    present = STAMP.read_text() if STAMP.exists() else ""
    version = _venv_version()
    # The packages for tests are those for running and more.
    if version and present in (_stamp(purpose, version), _stamp("test", version)):
        return
    if version and present:
        STAMP.unlink()
    else:
        # None yet, or one that was never finished: what is in it cannot be trusted.
        _make_venv()
    _pip_install(_requirements(purpose))
    STAMP.write_text(_stamp(purpose, _venv_version()))


def _requirements(purpose: str) -> Path:
    return ROOT / "requirements" / f"{purpose}.txt"


def _stamp(purpose: str, version: str) -> str:
    digest = hashlib.sha256(_requirements(purpose).read_bytes()).hexdigest()
    return f"{purpose} {version} {digest}"


def _venv_version() -> str:
    """Return the version of .venv's Python with its packages, such as "3.11", or nothing.

    A Python that the system has replaced by a newer one finds none of its packages.
    """
    question = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [VENV_PYTHON, "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return answer.stdout.strip()


def _make_venv() -> None:
    if not (find_spec("venv") and find_spec("ensurepip")):
        raise SetUpError(
            "This Python lacks the modules venv and ensurepip. Install them, on Debian and Ubuntu "
            "with `apt install python3-venv`, and run the same again."
        )
    say("    making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False
    )
    if made.returncode:
        reason = _last_line((made.stdout + made.stderr).splitlines())
        raise SetUpError(f"The folder .venv cannot be made: {reason}. Mend that and try again.")


def _pip_install(requirements: Path) -> None:
    total = sum(line[:1].isalnum() for line in requirements.read_text().splitlines())
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    pip = subprocess.Popen(
        [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "-r", requirements, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines, found = [], 0
    for line in pip.stdout or ():
        lines.append(line.strip())
        if line.startswith("Collecting "):
            found += 1
            if found % TOLD_EVERY == 0:
                say(f"    fetched {found} of {total}")
        elif line.startswith("Installing "):
            say("    installing")
    if pip.wait():
        reason = _last_line([line for line in lines if line.startswith("ERROR:")] or lines)
        raise SetUpError(
            f"The packages could not be installed: {reason}. Check the connection to the Python "
            "package index and the space on the disk, and run the same again."
        )


def _last_line(lines: "list[str]") -> str:
    text = [line.strip() for line in lines if line.strip()]
    return text[-1].rstrip(".") if text else "no reason given"


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def main(purpose: str, *arguments: str) -> None:
    """Set up what one of the purposes in NEXT needs, then become what it starts.

    The arguments are for what it starts.
    """
    var_dir = Path(os.environ.get("VAR_DIR", "").strip() or ROOT / "var")
    try:
        check_python(sys.version_info[:2])
        if purpose == "run":
            listen_address(os.environ)
            write_secret_key(var_dir)
            say("1/6 Python packages")
        elif purpose == "restore":
            write_secret_key(var_dir)
        elif purpose in {"demo-data", "backup"}:
            check_set_up(var_dir)
        install("run" if purpose in WITHOUT_TESTS else "test")
    except SetUpError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Set-up failed: {error}. Mend that and run the same again.")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
    os.chdir(ROOT)
    os.execv(VENV_PYTHON, [VENV_PYTHON, *NEXT[purpose], *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
