"""Generated sites of several sizes, kept from one run to the next, and the peers beside them."""

import gzip
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import nginx
from tests.running import ROOT, Site, free_port, starting
from tests.speed.load import Driven

KEPT = ROOT / "var" / "bench"
# What decides what is in a generated site. Its styles, scripts and index are made anew anyway.
MADE_FROM = [
    ROOT / "fixtures",
    ROOT / "ccgsite/samples",
    ROOT / "tests/search",
    ROOT / "tests/speed/inside.py",
    *sorted(ROOT.glob("*/migrations")),
]
START_SECONDS = 30

FILES = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    include /etc/nginx/mime.types;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        gzip_static on;
        gzip_vary on;
        sendfile on;
        open_file_cache max=100;
        keepalive_requests 1000000;
    }}
}}
"""


@dataclass(frozen=True)
class Started:
    """A site that answers: where its data is, how it is driven, and the seconds it took."""

    site: Site
    driven: Driven
    seconds: float


def generated(pages: int, documents: int) -> Path:
    """Return the folder of a site of this size, made unless an earlier run left it.

    What making it took is in the file "made" there.
    """
    digest = made_from()
    folder = KEPT / str(pages)
    made = folder / "made"
    if made.exists() and json.loads(made.read_text())["from"] == digest:
        return folder
    starter = KEPT / "starter"
    _make_starter(starter, digest)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(starter, folder)
    facts = inside(folder, f"make({pages}, {documents})")
    made.write_text(json.dumps({**facts, "from": digest}))
    return folder


def made_from() -> str:
    """Return a digest of all that decides what is in a generated site."""
    digest = hashlib.sha256()
    for folder in MADE_FROM:
        paths = [folder, *folder.rglob("*")]
        for path in sorted(path for path in paths if path.is_file()):
            if path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _make_starter(folder: Path, digest: str) -> None:
    """Let a site set itself up, without any generated content."""
    made = folder / "made"
    if made.exists() and json.loads(made.read_text())["from"] == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    with starting(folder) as site:
        site.wait_to_serve()
        site.stop()
    made.write_text(json.dumps({"from": digest}))


def inside(folder: Path, call: str) -> dict[str, Any]:
    """Call a function of tests/speed/inside.py on a site's data. Returns what it says."""
    code = f"from tests.speed import inside; inside.{call}"
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("SAID ")]
    return json.loads(line.removeprefix("SAID "))


@contextmanager
def served(folder: Path, port: int, host: str, **environment: str) -> Iterator[Started]:
    """Yield a site as `make run` serves it, under the name that nginx in front of it has."""
    began = time.monotonic()
    with starting(folder, PORT=str(port), SITE_URL=f"http://{host}", **environment) as site:
        site.wait_to_serve()
        seconds = time.monotonic() - began
        yield Started(site, Driven(port, site.process.pid, host), seconds)


@contextmanager
def constant() -> Iterator[Driven]:
    """Yield the site's server with nothing but constants behind it."""
    port = free_port()
    command = [sys.executable, "-m", "tests.speed.constant", str(port)]
    with _running(command, port) as driven:
        yield driven


@contextmanager
def files(folder: Path, pages: dict[str, bytes]) -> Iterator[Driven]:
    """Yield an nginx that serves these pages by their paths, compressed beforehand."""
    for path, body in pages.items():
        file = folder / "files" / path.strip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    port = free_port()
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in nginx.TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(FILES.format(folder=folder, port=port, temporary=temporary))
    path = nginx.program()
    assert path, "install nginx, as with `apt install nginx-light`"
    command = [path, "-p", str(folder), "-c", str(configuration), "-e", f"{folder}/log"]
    with _running(command, port) as driven:
        yield driven


@contextmanager
def _running(command: list[str], port: int) -> Iterator[Driven]:
    """Run a program until the context ends, from when it listens."""
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            assert process.poll() is None, command
            assert time.monotonic() < deadline, command
            time.sleep(0.1)
        yield Driven(port, process.pid)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
