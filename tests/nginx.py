"""nginx in front of a site, with the files of deploy/nginx."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running import ROOT, free_port

DEPLOY = ROOT / "deploy" / "nginx"
START_SECONDS = 30
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
PROBLEM = re.compile(r"\[(warn|error|crit|alert|emerg)\]")

# What a change to keep pages would add.
CACHE = """
        proxy_cache pages;
        proxy_cache_valid 200 1m;
        proxy_ignore_headers Cache-Control;
        add_header Kept $upstream_cache_status always;
"""


def program() -> str | None:
    """Return where nginx is; Debian has it where only administrators look."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def site_file() -> str:
    """Return ccgsite.conf for this machine alone, at ports that are free."""
    text = re.sub(r"^ *listen \[::\].*\n", "", _shipped(), flags=re.MULTILINE)
    return re.sub(r"listen (80|443)", lambda _: f"listen 127.0.0.1:{free_port()}", text)


def plain_site_file(port: int, upstream: str, *, keeps_pages: bool = False) -> str:
    """Return ccgsite.conf without TLS, at a port, for a site at `host:port`."""
    text = re.sub(r"^ *ssl_.*\n", "", site_file(), flags=re.MULTILINE)
    text, found = re.subn(r"listen \S+ ssl http2", f"listen 127.0.0.1:{port}", text)
    assert found == 1
    text = text.replace("http://127.0.0.1:8000", f"http://{upstream}")
    return text.replace("location / {", "location / {" + CACHE) if keeps_pages else text


def configure(folder: Path, site: str) -> list[str]:
    """Write all that nginx needs to a folder. Returns the command that starts it there."""
    (folder / "site.conf").write_text(site)
    temporary = [f"    {name}_temp_path {folder}/{name};" for name in TEMPORARY]
    lines = [
        "daemon off;",
        "master_process off;",  # one process, as whoever runs the tests
        f"pid {folder}/pid;",
        f"error_log {folder}/log;",
        "events {}",
        "http {",
        "    access_log off;",
        *temporary,
        f"    proxy_cache_path {folder}/kept keys_zone=pages:1m;",
        f"    include {DEPLOY}/consent.conf;",
        f"    include {folder}/site.conf;",
        "}",
    ]
    (folder / "nginx.conf").write_text("\n".join(lines))
    (folder / "log").touch()
    path = program()
    assert path, "install nginx, as with `apt install nginx-light`"
    return [path, "-p", str(folder), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/log"]


@contextmanager
def in_front(folder: Path, upstream: str, *, keeps_pages: bool = False) -> Iterator[str]:
    """Yield the `host:port` of an nginx before a site's; it ends with the context.

    Fails if nginx had anything to complain of.
    """
    port = free_port()
    command = configure(folder, plain_site_file(port, upstream, keeps_pages=keeps_pages))
    process = subprocess.Popen(command)
    try:
        _wait(process, port, folder / "log")
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)
    log = (folder / "log").read_text()
    assert not PROBLEM.search(log), log


def _shipped() -> str:
    return (DEPLOY / "ccgsite.conf").read_text(encoding="utf-8")


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
