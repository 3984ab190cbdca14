"""The site as `make run` starts it: in processes of its own, with production settings."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ccgsite.bootstrap import write_secret_key

ROOT = Path(__file__).resolve().parents[1]
FIRST_START_SECONDS = 300
STOP_SECONDS = 10
READY = "Press Ctrl-C"
SECONDS_UNTIL_SEEN = 5  # by then every serving process shows what was changed


@dataclass
class Site:
    """A site that was started, or that would not start."""

    folder: Path
    log: Path
    url: str
    process: subprocess.Popen
    environment: dict[str, str]

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    @property
    def password(self) -> str:
        """The administrator's password, which only the first start prints."""
        return re.search(r"Password: (\S+)", self.said)[1]

    def wait_to_say(self, text: str) -> None:
        """Wait until it prints a text. Raises AssertionError if it ends without."""
        deadline = time.monotonic() + FIRST_START_SECONDS
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)

    def wait_to_serve(self) -> None:
        """Wait until it answers."""
        self.wait_to_say(READY)
        deadline = time.monotonic() + FIRST_START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/robots.txt", timeout=5).close()
            except OSError:
                assert self.process.poll() is None, self.said
                assert time.monotonic() < deadline, self.said
                time.sleep(0.05)
            else:
                return

    def run(self, *command: str) -> None:
        """Run a management command on the site's data. Raises CalledProcessError if it fails."""
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
        )

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to all its processes, as a terminal does. Returns the exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, sign)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def starting(folder: Path, **environment: str) -> Iterator[Site]:
    """Start a site that keeps everything in a folder; it ends with the context.

    It gets nothing of our own environment but what programs need to run at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_secret_key(folder)
    port = environment.setdefault("PORT", str(free_port()))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "VAR_DIR": str(folder), **environment}
    log_file = folder / f"log-{port}"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    site = Site(folder, log_file, f"http://127.0.0.1:{port}", process, environment)
    try:
        yield site
    finally:
        site.stop(signal.SIGKILL)


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
