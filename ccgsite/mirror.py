"""A copy of the public site as plain files, which nginx serves when nothing else answers.

    FOLDER/site/            what is served: about-us/index.html, news/page-2.html, sorry.html …
    FOLDER/SHA256SUMS       every file of it: `cd FOLDER && sha256sum --check SHA256SUMS`
    FOLDER/addresses.json   the file of each address, and its ETag where one need not ask again

Text has its gzip and Brotli forms beside it. A file is written under another name, then takes its
place at once, so a reader gets the old one or the new one.
"""

import fcntl
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

import brotli
from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import render_to_string
from django.utils import timezone

from ccgsite.public_addresses import Answer, Ask, environ, read_site
from pages.document_addresses import CONTENT_TYPES

# Pages of the copy itself: what stands in for all that has no copy, and for too many requests.
OWN_PAGES = ("sorry.html", "busy.html")
UNCHANGED = ("/documents/", "/media/")  # asked whether they are: they may be large
EXTENSIONS = {content_type: extension for extension, content_type in CONTENT_TYPES.items()}
TEXT = {".atom", ".css", ".csv", ".html", ".ics", ".js", ".json", ".svg", ".txt", ".xml"}
PACK = {
    ".br": lambda content: brotli.compress(content, quality=11),
    ".gz": lambda content: gzip.compress(content, 9, mtime=0),
}
UNPACK = {".br": brotli.decompress, ".gz": gzip.decompress}
NOTE = re.compile(
    rb'<section class="site-notice" aria-label="About this copy">.*?</section>\n', re.DOTALL
)
HEADER = b"<header"


class MirrorError(Exception):
    """The copy cannot be made; the message says why."""


@dataclass
class Report:
    """What a run did: names of files, and the addresses at which the site failed."""

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass
class Copied:
    """Which file an address has. Its ETag is empty where the whole answer is compared."""

    name: str
    etag: str = ""


@contextmanager
def opened(folder: Path) -> Iterator["Mirror"]:
    """Yield the copy in a folder, for one run at a time. Raises MirrorError if there is another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MirrorError(f"Another run is writing to {folder}.") from None
        yield Mirror(folder)


class Mirror:
    """The files below a folder, and what was written down about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.copied: dict[str, Copied] = {}
        self.sums: dict[str, str] = {}
        if self._sums_file.is_file() and self._addresses_file.is_file():
            rows = json.loads(self._addresses_file.read_text())
            self.copied = {address: Copied(*row) for address, row in rows.items()}
            lines = (line.split("  ", 1) for line in self._sums_file.read_text().splitlines())
            self.sums = {name.removeprefix("site/"): digest for digest, name in lines}

    @property
    def _sums_file(self) -> Path:
        return self.folder / "SHA256SUMS"

    @property
    def _addresses_file(self) -> Path:
        return self.folder / "addresses.json"

    # --- Writing ------------------------------------------------------------------------------

    def write(self, ask: Ask) -> Report:
        """Bring the files up to date with the site; those that are as they were are not touched.

        An address at which the site fails keeps its file, and so does what only such a page may
        lead to. Raises MirrorError, and changes nothing, if the home page cannot be copied.
        """
        if not ask("/", {}).may_be_copied:
            raise MirrorError("The site does not work, so the copy stays as it is.")
        report, copied = Report(), {}
        for address, answer in read_site(ask, self._unless_changed):
            if answer.is_failure:
                report.failed.append(address)
            elif answer.status == HTTPStatus.NOT_MODIFIED:
                copied[address] = self.copied[address]
                report.unchanged.append(copied[address].name)
            elif name := file_name(address, answer):
                etag = answer.headers.get("etag", "") if address.startswith(UNCHANGED) else ""
                copied[address] = Copied(name, etag)
                self._write(name, with_note(answer), report)
        if report.failed:
            copied |= {x: y for x, y in self.copied.items() if x not in copied and still(ask, x)}
        for name in OWN_PAGES:
            self._write(name, own_page(name), report)
        self._remove_all_but({*OWN_PAGES, *(each.name for each in copied.values())}, report)
        self._write_down(copied)
        return report

    def _unless_changed(self, address: str) -> dict[str, str]:
        known = self.copied.get(address)
        if known and known.etag and self._is_as_written(known.name):
            return {"If-None-Match": known.etag}
        return {}

    def _is_as_written(self, name: str) -> bool:
        path = self.site / name
        return path.is_file() and digest_of(path) == self.sums.get(name)

    def _write(self, name: str, content: bytes, report: Report) -> None:
        path = self.site / name
        endings = PACK if path.suffix in TEXT else {}
        if read(path) == content and all(self._is_as_written(name + x) for x in endings):
            report.unchanged.append(name)
            return
        for ending in endings:
            self._put(self.site / (name + ending), PACK[ending](content))
        self._put(path, content)
        report.written.append(name)

    def _put(self, path: Path, content: bytes) -> None:
        """Let a file appear, or be replaced, at once."""
        unfinished = self.folder / "unfinished"
        unfinished.write_bytes(content)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(path)

    def _remove_all_but(self, names: set[str], report: Report) -> None:
        for path in sorted(self.site.rglob("*"), reverse=True):  # what is in a folder before it
            name = str(path.relative_to(self.site))
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif unpacked_name(name) not in names:
                path.unlink()
                report.removed.append(name)

    def _write_down(self, copied: dict[str, Copied]) -> None:
        self.copied = copied
        files = (path for path in self.site.rglob("*") if path.is_file())
        self.sums = {str(path.relative_to(self.site)): digest_of(path) for path in files}
        rows = {address: [each.name, each.etag] for address, each in sorted(copied.items())}
        self._put(self._addresses_file, json.dumps(rows, indent=0).encode())
        lines = [f"{digest}  site/{name}\n" for name, digest in sorted(self.sums.items())]
        self._put(self._sums_file, "".join(lines).encode())

    # --- Comparing ----------------------------------------------------------------------------

    def differences(self, ask: Ask) -> Iterator[str]:
        """Yield, in words, all in which the files differ from the site or from their checksums."""
        names = set(OWN_PAGES)
        for address, answer in read_site(ask, lambda _: {}):
            name = file_name(address, answer)
            if answer.is_failure:
                yield f"{address}: the site failed ({answer.status})"
                name = self.copied[address].name if address in self.copied else None
            elif name:
                kept = read(self.site / name)
                if kept is None:
                    yield f"{address}: not copied"
                elif NOTE.sub(b"", kept) != answer.body:
                    yield f"{address}: the copy is another"
            names |= {name} if name else set()
        yield from self._differences_of_files(names)

    def _differences_of_files(self, public: set[str]) -> Iterator[str]:
        there = {str(x.relative_to(self.site)): x for x in self.site.rglob("*") if x.is_file()}
        for name, path in sorted(there.items()):
            plain = unpacked_name(name)
            if plain not in public:
                yield f"{name}: not public now"
            if digest_of(path) != self.sums.get(name):
                yield f"{name}: not as its checksum says"
            elif name != plain and UNPACK[path.suffix](path.read_bytes()) != read(
                self.site / plain
            ):
                yield f"{name}: other words than in {plain}"
        for name in sorted(self.sums.keys() - there.keys()):
            yield f"{name}: lost"


def still(ask: Ask, address: str) -> bool:
    """Return whether an address may have its file: the site has it, or cannot say."""
    answer = ask(address, {})
    return answer.is_failure or answer.may_be_copied


def file_name(address: str, answer: Answer) -> str | None:
    """Return the name of an address's file, such as "news/page-2.html"; None if it gets none."""
    parts = urlsplit(address)
    path = unquote(parts.path).removeprefix("/")
    climbs = {"", ".", ".."} & set(path.removesuffix("/").split("/"))
    if not answer.may_be_copied or (path and climbs):
        return None
    if parts.query:
        return f"{path}{parts.query.replace('=', '-')}.html"
    if path and not path.endswith("/"):
        return path
    if answer.is_page:
        return f"{path}index.html"
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    extension = EXTENSIONS.get(content_type)
    return f"{path}document.{extension}" if extension else None


def with_note(answer: Answer) -> bytes:
    """Return an answer's bytes; a page says of which day the copy is, before its header."""
    if not answer.is_page:
        return answer.body
    note = render_to_string("mirror/note.html", {"day": timezone.localdate()})
    note = note.strip().encode() + b"\n"
    return answer.body.replace(HEADER, note + HEADER, 1)


def own_page(name: str) -> bytes:
    """Return one of OWN_PAGES, with the other ways to reach the organisation."""
    return render_to_string(f"mirror/{name}", request=WSGIRequest(environ())).encode()


def unpacked_name(name: str) -> str:
    """Return the name of the file that this one is a compressed form of, or its own."""
    path = Path(name)
    is_packed = path.suffix in PACK and Path(path.stem).suffix in TEXT
    return name.removesuffix(path.suffix) if is_packed else name


def read(path: Path) -> bytes | None:
    """Return what is in a file, or None if there is none."""
    return path.read_bytes() if path.is_file() else None


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
