"""nginx in front of a site, with the files of deploy/nginx."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.running import ROOT, free_port

DEPLOY = ROOT / "deploy" / "nginx"
START_SECONDS = 30
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
PROBLEM = re.compile(r"\[(warn|error|crit|alert|emerg)\]")
NAME = "localhost"
WORKERS_USER = "nobody"  # where root starts nginx


def program() -> str | None:
    """Return where nginx is; Debian has it where only administrators look."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass
class Front:
    """An nginx on this machine alone: what is behind it, and where it is.

    `public` are the `host:port` of public processes, `var` is the site's folder, and
    `certificate` names a file with a certificate and its key; without one there is no TLS.
    """

    folder: Path
    public: list[str]
    editor: str = ""
    var: Path = Path("/nonexistent")
    certificate: Path | None = None
    port: int = field(default_factory=free_port)
    editor_port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    inner_port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        """The `host:port` of the public site."""
        return f"{NAME}:{self.port}"

    @property
    def editor_address(self) -> str:
        return f"{NAME}:{self.editor_port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def requests(self) -> str:
        """The log of requests, of which nginx writes down the last within a second."""
        return (self.folder / "ccgsite.log").read_text()

    def site_file(self) -> str:
        """Return ccgsite.conf for this machine and these addresses, with its certificate if any."""
        if self.certificate:
            named = f"ssl_certificate {self.certificate}; ssl_certificate_key {self.certificate};"
            return re.sub(r"ssl_reject_handshake on;  #.*", named, self.file_as_shipped())
        return re.sub(r"^ *ssl_.*\n| ssl http2", "", self.file_as_shipped(), flags=re.MULTILINE)

    def file_as_shipped(self) -> str:
        """Return ccgsite.conf with nothing changed but where things are."""
        text = re.sub(r"^ *listen \[::\].*\n", "", shipped("ccgsite.conf"), flags=re.MULTILINE)
        head, editors = text.split("# --- The editors' site")
        text = f"{head}#" + re.sub(r"listen 443\b", f"listen {self.editor_port}", editors)
        text = re.sub(r"listen 443\b", f"listen {self.port}", text)
        text = re.sub(r"listen 80\b", f"listen {self.plain_port}", text)
        text = re.sub(r"listen (\d+)\b(?!\.)", r"listen 127.0.0.1:\1", text)
        text = text.replace("127.0.0.1:8009", f"127.0.0.1:{self.inner_port}")
        each = re.findall(r"server 127\.0\.0\.1:8001 (.*);", text)
        assert each
        servers = "".join(f"server {x} {how};" for how in each for x in self.public)
        text, found = re.subn(r"(?:\s*server 127\.0\.0\.1:800[12].*;)+", servers, text)
        assert found == 1
        text = text.replace("127.0.0.1:8000", self.editor or self.public[0])
        text = re.sub(r"\b(?:www|edit)\.example\.nhs\.uk( edit\S+)?;", f"{NAME};", text)
        text = text.replace("/var/lib/ccgsite", str(self.var))
        text = text.replace("/var/cache/nginx", str(self.folder / "kept"))
        return text.replace("/var/log/nginx", str(self.folder))

    def configure(self, site: str | None = None) -> list[str]:
        """Write all that nginx needs to its folder. Returns the command that starts it there."""
        folder = self.folder
        (folder / "snippets").mkdir(parents=True, exist_ok=True)
        (folder / "kept").mkdir(exist_ok=True)
        for name in ("ccgsite-forward.conf", "ccgsite-headers.conf"):
            (folder / "snippets" / name).write_text(shipped(name))
        (folder / "site.conf").write_text(site or self.site_file())
        temporary = [f"    {name}_temp_path {folder}/{name};" for name in TEMPORARY]
        lines = [
            "daemon off;",
            "master_process off;",  # one process, as whoever runs the tests
            shipped("process.conf"),
            f"pid {folder}/pid;",
            f"error_log {folder}/log;",
            "events { worker_connections 1024; }",
            "http {",
            "    access_log off;",
            "    include /etc/nginx/mime.types;",
            "    default_type application/octet-stream;",
            *temporary,
            f"    include {DEPLOY}/consent.conf;",
            f"    include {folder}/site.conf;",
            "}",
        ]
        (folder / "nginx.conf").write_text("\n".join(lines))
        (folder / "log").touch()
        path = program()
        assert path, "install nginx, as with `apt install nginx-light`"
        return [path, "-p", str(folder), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/log"]

    def start(self, site: str | None = None) -> None:
        """Start it, with another ccgsite.conf if one is given, and wait until it listens.

        Raises AssertionError if it does not.
        """
        self.process = subprocess.Popen(self.configure(site))
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it has ended."""
        if self.process:
            self.process.send_signal(sign)
            self.process.wait(START_SECONDS)
            self.process = None

    def empty_store(self) -> None:
        """Lose all that it keeps, as with a new disk: it starts anew."""
        self.stop()
        shutil.rmtree(self.folder / "kept")
        self.start()


@contextmanager
def in_front(folder: Path, *public: str, complains: bool = False, **facts) -> Iterator[Front]:
    """Yield an nginx before a site's public processes; it ends with the context.

    Fails if nginx had anything to complain of, unless it is told that there will be something.
    """
    front = Front(folder, list(public), **facts)
    front.start()
    try:
        yield front
    finally:
        front.stop()
    assert complains or not PROBLEM.search(front.log), front.log


def make_certificate(path: Path) -> None:
    """Write a certificate for this machine's own name, good for a month, with its key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "30", "-subj", f"/CN={NAME}", "-keyout", str(path)]
    command += ["-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(Path(f"{path}.crt").read_text() + path.read_text())


def shipped(name: str) -> str:
    """Return a file of deploy/nginx."""
    return (DEPLOY / name).read_text(encoding="utf-8")
