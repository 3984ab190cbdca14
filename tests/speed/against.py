"""What pages cost beside another version: `python -m tests.speed.against REVISION`.

Both make the same pages of the same site of 100 pages, each in a process of its own, one page type
after the other and in turn, so that whatever else the machine does falls on both. The version has
to fit that site's database.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from statistics import median

import django
from django.test import Client

from tests.running import ROOT
from tests.speed.sites import generated

PAGES, DOCUMENTS = 100, 20
KINDS = ("home", "section", "news list", "long privacy notice", "search")
ROUNDS = 15
AT_LEAST = 20  # pages in a round, of each kind


def main(revision: str) -> None:
    """Print, for each page type, the share of that version's processor time."""
    site = generated(PAGES, DOCUMENTS)
    with ExitStack() as ending:
        before = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="ccgsite-")))
        packed = subprocess.run(
            ["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x"], cwd=before, input=packed.stdout, check=True)
        then, now = (ending.enter_context(_maker(code, site)) for code in (before, ROOT))
        for kind in KINDS:
            times = [(_milliseconds(then, kind), _milliseconds(now, kind)) for _ in range(ROUNDS)]
            share = median(mine / theirs for theirs, mine in times)
            print(f"{kind}: {share:.2f} of {revision}")


def _maker(code: Path, site: Path) -> subprocess.Popen:
    """Start a process that makes pages with a version of the code."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "ccgsite.settings.production",
        "PYTHONPATH": str(code),
        "VAR_DIR": str(site),
    }
    return subprocess.Popen(
        [sys.executable, "-P", __file__],
        cwd=code,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _milliseconds(maker: subprocess.Popen, kind: str) -> float:
    maker.stdin.write(f"{kind}\n")
    maker.stdin.flush()
    return float(maker.stdout.readline())


def make_what_is_asked() -> None:
    """Say the milliseconds that a page takes of each kind that is read from standard input."""
    django.setup()
    import_module("pages.kept").SECONDS = 600  # each page is one of many, however slow this is
    client = Client(headers={"host": "localhost", "accept-encoding": "gzip"})
    paths = import_module("tests.speed.inside").addresses()
    for kind in KINDS:
        for path in paths[kind] * 2:
            client.get(path)
    gc.freeze()
    for line in sys.stdin:
        of_this_kind = paths[line.strip()]
        asked = of_this_kind * max(1, AT_LEAST // len(of_this_kind))
        began = time.process_time()
        for path in asked:
            assert client.get(path).status_code == HTTPStatus.OK, path
        print((time.process_time() - began) / len(asked) * 1000, flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        make_what_is_asked()
