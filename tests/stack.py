"""All that a real server has, on this machine alone: `make stack`, or a test.

PostgreSQL, the processes for visitors and for editors, who work for the schedule and the post, and
nginx with TLS in front, from the programs that this machine has. Ctrl-C ends all of it.
"""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ccgsite.bootstrap import write_secret_key
from tests import nginx, postgres
from tests.running import ROOT, free_port

READY_SECONDS = 60
STOP_SECONDS = 20
MIRROR_SECONDS = 300
PUBLIC = ("public-1", "public-2")
EDITOR = "editor"


@dataclass
class Stack:
    """What was started, where it is, and what it said."""

    folder: Path
    environment: dict[str, str]
    front: nginx.Front
    ports: dict[str, int]
    release: Path = ROOT  # the code that processes are started from
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return f"https://{self.front.address}"

    @property
    def cms(self) -> str:
        return f"https://{self.front.editor_address}/cms/"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def run(self, *command: str, role: str = EDITOR) -> None:
        """Run a management command. Raises CalledProcessError if it fails."""
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**self.environment, "CCGSITE_ROLE": role},
            check=True,
        )

    def start(self, name: str) -> None:
        """Start one of the site's processes and wait until visitors may be sent to it."""
        self.begin(name)
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready(name):
            assert self.processes[name].poll() is None, self.said(name)
            assert time.monotonic() < deadline, self.said(name)
            time.sleep(0.1)

    def begin(self, name: str) -> None:
        """Start one of the site's processes."""
        role = EDITOR if name == EDITOR else "public"
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "ccgsite.server", "127.0.0.1", str(self.ports[name])],
                cwd=self.release,
                env={**self.environment, "CCGSITE_ROLE": role},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_ready(self, name: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self, name: str) -> None:
        """End a process as systemd does: it may finish what it is at."""
        process = self.processes.pop(name, None)
        if process:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOP_SECONDS)

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def running(folder: Path, settings: Mapping[str, str] = {}, **ports: int) -> Iterator[Stack]:
    """Yield a stack in a folder; all of it ends with the context.

    `settings` go before those that are made here. Raises OSError or subprocess.CalledProcessError
    for what this machine lacks.
    """
    with ExitStack() as ending:
        database = settings.get("DATABASE_URL") or ending.enter_context(postgres.server())
        var = folder / "var"
        write_secret_key(var)
        places = {name: free_port() for name in (EDITOR, *PUBLIC)}
        certificate = folder / "certificate.pem"
        nginx.make_certificate(certificate)
        front = nginx.Front(
            folder / "nginx",
            [f"127.0.0.1:{places[name]}" for name in PUBLIC],
            editor=f"127.0.0.1:{places[EDITOR]}",
            var=var,
            certificate=certificate,
            **ports,
        )
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = {
            **kept,
            "DATABASE_URL": database,
            "EDITOR_URL": f"https://{front.editor_address}",
            "PAGE_STORE_MB": "0",
            "SITE_URL": f"https://{front.address}",
            "STATIC_ROOT": f"{var}/static",
            "TRUST_REQUEST_ID": "true",
            "VAR_DIR": str(var),
            **settings,
        }
        stack = Stack(folder, environment, front, places)
        stack.run("set_up")
        for name in (EDITOR, *PUBLIC):
            ending.callback(stack.stop, name)
            stack.start(name)
        ending.callback(front.stop)
        front.start()
        yield stack


def main() -> None:
    """Start everything, say where it is, and keep its copy up to date until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="ccgsite-stack-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx and PostgreSQL may be other users
        with running(folder, port=8443, editor_port=8444) as stack:
            print(f"\n    The site: {stack.site}/\n    The CMS:  {stack.cms}")
            print(f"    Logs:     {folder}\n    The certificate is its own: {stack.certificate}")
            print("    The password is above. Press Ctrl-C to end all of it.\n", flush=True)
            while True:
                stack.run("mirror", role="public")
                time.sleep(MIRROR_SECONDS)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
