"""Collected static files; those of before stay for a while, as open pages still ask for them."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command

DAYS_KEPT = 30
PACKED = (".br", ".gz")


def collect(root: Path) -> None:
    """Collect and compress all static files, and delete what was replaced a month ago."""
    for path in named_in_manifest(root):  # in use until now: the month begins
        os.utime(path)
    call_command("collectstatic", interactive=False, verbosity=0)
    delete_old(root)


def delete_old(root: Path) -> None:
    """Delete files that are not in use and have not been for DAYS_KEPT days."""
    in_use = set(named_in_manifest(root))
    oldest = time.time() - DAYS_KEPT * 24 * 60 * 60
    for path in sorted(root.rglob("*")):
        if path.is_file() and path not in in_use and path.stat().st_mtime < oldest:
            path.unlink()


def named_in_manifest(root: Path) -> Iterator[Path]:
    """Yield the files that pages name now, under either name, with their compressed forms."""
    manifest = root / "staticfiles.json"
    if not manifest.is_file():
        return
    yield manifest
    for names in json.loads(manifest.read_text())["paths"].items():
        for name in names:
            forms = (root / f"{name}{packed}" for packed in ("", *PACKED))
            yield from (path for path in forms if path.is_file())
