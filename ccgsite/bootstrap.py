"""Set-up before there is anything to import: what `make run` and `make test` start with.

It needs nothing but Python, any version that can say that it is too old. It makes .venv with
the locked packages and the secret key, then hands over to `manage.py serve` or the tests.
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec

OLDEST_PYTHON = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "set-up-finished")
TOLD_EVERY = 10


class SetUpError(Exception):
    """Something a person can mend; the message says how."""


def check_python(version):
    """Raise SetUpError if this Python, such as (3, 9), is too old."""
    if tuple(version) < OLDEST_PYTHON:
        raise SetUpError(
            "This site needs Python 3.11 or newer, and this is Python {}.{}. Install a newer one, "
            "or say where it is: make run PYTHON=/path/to/python3.12".format(*version)
        )


def listen_address(environment):
    """Return the host and port to serve at, from HOST and PORT, once they are free.

    Raises SetUpError if they cannot be used.
    """
    host = environment.get("HOST", "").strip() or "127.0.0.1"
    port = environment.get("PORT", "").strip() or "8000"
    if not re.match(r"[0-9]{1,5}$", port) or not 0 < int(port) < 65536:
        raise SetUpError(
            f"PORT must be a number from 1 to 65535, not {port!r}. Try: PORT=8001 make run"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, int(port)))
        except OSError as error:
            raise SetUpError(_why_not(error, host, int(port)))  # noqa: B904
    return host, int(port)


def _why_not(error, host, port):
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Stop what uses it, or take another: PORT={port + 1 if port < 65535 else 8000} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Take another: PORT=8000 make run"
    return f"The site cannot listen at {host}, port {port}: {error.strerror}. Check HOST and PORT."


def write_secret_key(folder):
    """Make sure that a folder for the site's data holds a secret key that only its owner reads.

    Raises SetUpError if the folder cannot be written to.
    """
    path = os.path.join(folder, "secret_key")
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(path) and os.path.getsize(path):
            return
        # Written under another name first: a half-written key must never be taken for one.
        unfinished = f"{path}.{os.getpid()}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        os.replace(unfinished, path)
    except OSError as error:
        raise SetUpError(  # noqa: B904
            f"The folder {folder} cannot be written to: {error.strerror}. Give yourself write access to it, "
            "or name another: VAR_DIR=/other/folder make run"
        )


def install(purpose):
    """Make .venv hold the packages locked for "run" or "test", unless it does already.

    Raises SetUpError if Python cannot make one or pip fails.
    """
    present, version = _read(STAMP), _venv_version()
    # The packages for tests are those for running and more.
    if version and present in (_stamp(purpose, version), _stamp("test", version)):
        return
    if version and present:
        os.remove(STAMP)
    else:
        # None yet, or one that was never finished: what is in it cannot be trusted.
        _make_venv()
    _pip_install(_requirements(purpose))
    with open(STAMP, "w") as file:
        file.write(_stamp(purpose, _venv_version()))


def _requirements(purpose):
    return os.path.join(ROOT, "requirements", purpose + ".txt")


def _stamp(purpose, version):
    with open(_requirements(purpose), "rb") as file:
        return f"{purpose} {version} {hashlib.sha256(file.read()).hexdigest()}"


def _read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def _venv_version():
    """Return the version of .venv's Python with its packages, such as "3.11", or nothing.

    A Python that the system has replaced by a newer one finds none of its packages.
    """
    question = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [VENV_PYTHON, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return ""
    return answer.stdout.decode().strip()


def _make_venv():
    if not (find_spec("venv") and find_spec("ensurepip")):
        raise SetUpError(
            "This Python lacks the modules venv and ensurepip. Install them, on Debian and Ubuntu "
            "with `apt install python3-venv`, and run the same again."
        )
    say("    making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        raise SetUpError(
            "The folder .venv cannot be made: {}. Mend that and run the same again.".format(
                _last_line(made.stdout.decode(errors="replace").splitlines())
            )
        )


def _pip_install(requirements):
    with open(requirements) as file:
        total = sum("==" in line for line in file)
    pip = subprocess.Popen(
        [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "-r", requirements]
        + ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    lines, found = [], 0
    for line in pip.stdout:
        lines.append(line.strip())
        if line.startswith("Collecting "):
            found += 1
            if found % TOLD_EVERY == 0:
                say(f"    fetched {found} of {total}")
        elif line.startswith("Installing "):
            say("    installing")
    if pip.wait():
        errors = [line for line in lines if line.startswith("ERROR:")]
        raise SetUpError(
            f"The packages could not be installed: {_last_line(errors or lines)}. Check the connection to the Python "
            "package index and the space on the disk, and run the same again."
        )


def _last_line(lines):
    text = [line.strip() for line in lines if line.strip()]
    return text[-1].rstrip(".") if text else "no reason given"


def say(line):
    """Print a line at once."""
    print(line, flush=True)


def main(arguments):
    """Do what is asked, "run" or "test"; on success this process becomes the next one."""
    purpose = "test" if arguments == ["test"] else "run"
    try:
        check_python(sys.version_info[:2])
        if purpose == "run":
            listen_address(os.environ)
            write_secret_key(os.environ.get("VAR_DIR", "").strip() or os.path.join(ROOT, "var"))
        say("1/6 Python packages" if purpose == "run" else "Python packages")
        install(purpose)
    except SetUpError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Set-up failed: {error}. Mend that and run the same again.")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
    os.chdir(ROOT)
    following = ["manage.py", "serve"] if purpose == "run" else ["-m", "tests.run"]
    os.execv(VENV_PYTHON, [VENV_PYTHON, *following])


if __name__ == "__main__":
    main(sys.argv[1:])
