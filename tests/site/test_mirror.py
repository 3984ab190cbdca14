"""The copy of the public site as plain files: all that is public, whole, and nothing else."""

import gzip
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import brotli
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import PageViewRestriction

from ccgsite import mirror
from ccgsite.mirror import Mirror, MirrorError, opened
from ccgsite.public_addresses import NOT_FOR_COPIES, Answer, in_process
from pages.models import SiteSettings
from pages.public import public_pages
from tests import builders
from tests.canaries import canary, document, offering, text

HTML = {"content-type": "text/html; charset=utf-8"}
HOME = "<a href=/about/>About</a> <a href='/news/?page=2'>2</a> <a href=/documents/aa/>A file</a>"


def page(words: str) -> Answer:
    return Answer(200, HTML, f"<html><header></header>{words}</html>".encode())


def file(content: bytes, etag: str) -> Answer:
    return Answer(200, {"content-type": "application/pdf", "etag": etag}, content)


class Site:
    """A site of a few addresses; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.answers = {
            "/": page(HOME),
            "/about/": page("About us"),
            "/news/?page=2": page("Old news"),
            "/documents/aa/": file(b"%PDF-1.4", '"1"'),
        }

    def __call__(self, address: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append((address, headers))
        answer = self.answers.get(address, Answer(404, HTML, b"<html></html>"))
        if headers.get("If-None-Match") == answer.headers.get("etag", "none"):
            return Answer(304, {"etag": answer.headers["etag"]}, b"")
        return answer


@pytest.fixture
def site(monkeypatch) -> Site:
    monkeypatch.setattr(mirror, "own_page", lambda name: page(name).body)
    monkeypatch.setattr("ccgsite.public_addresses.addresses", lambda: ["/"])
    return Site()


@contextmanager
def copied(folder: Path, site) -> Iterator[Mirror]:
    """Yield the copy of a site, made and reread."""
    with opened(folder) as made:
        made.write(site)
        yield Mirror(folder)


def names(folder: Path) -> set[str]:
    return {str(x.relative_to(folder)) for x in folder.rglob("*") if x.is_file()}


def states(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(x): (x.stat().st_ino, x.stat().st_mtime_ns) for x in folder.rglob("*")}


# --- The starter site ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_public_page_is_copied_and_nothing_else(tmp_path, site_home) -> None:
    shown, hidden = canary(), [canary() for _ in range(7)]
    offered, withdrawn = document(said=canary()), document(said=hidden[0])
    builders.content_page(body=[*text(shown), *offering(offered)])
    builders.draft(builders.content_page(body=[*text(hidden[1]), *offering(withdrawn)]))
    builders.content_page(body=text(hidden[2]), expire_at=timezone.now() - timedelta(minutes=1))
    private = builders.section(search_description=hidden[3])
    builders.content_page(private, body=text(hidden[4]))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    changed = builders.content_page(body=text(shown))
    changed.body = text(hidden[5])
    changed.save_revision()
    builders.alert(title=hidden[6], expire_at=timezone.now() - timedelta(minutes=1))

    with opened(tmp_path) as made:
        report = made.write(in_process())
        assert list(made.differences(in_process())) == []

    assert report.failed == []
    addresses = [x.url for x in public_pages().filter(depth__gt=1)]
    assert len(addresses) > 60
    for address in addresses:
        whole = tmp_path / "site" / address[1:] / "index.html"
        html = whole.read_bytes()
        assert b"This is a copy from" in html, address
        assert html.rstrip().endswith(b"</html>")
        assert gzip.decompress(whole.with_name("index.html.gz").read_bytes()) == html
        assert brotli.decompress(whole.with_name("index.html.br").read_bytes()) == html
    for name in ("robots.txt", "sitemap.xml", "feed.atom", "about-us/feed.atom", "sorry.html"):
        assert (tmp_path / "site" / name).is_file(), name
    assert (tmp_path / "site/documents" / offered.key / "document.txt").is_file()
    assert not (tmp_path / "site/documents" / withdrawn.key).exists()
    everything = b"".join(x.read_bytes() for x in tmp_path.rglob("*") if x.is_file())
    assert shown.encode() in everything
    for word in hidden:
        assert word.encode() not in everything
    for prefix in NOT_FOR_COPIES:
        assert not (tmp_path / "site" / prefix.strip("/")).exists()


@pytest.mark.django_db
def test_the_page_for_what_has_no_copy_gives_the_other_ways_to_reach_us() -> None:
    settings = SiteSettings.objects.get()
    settings.phone, settings.email = "023 9289 0000", "office@example.nhs.uk"
    settings.address = "1 High Street\nTown"
    settings.save()

    html = mirror.own_page("sorry.html").decode()

    for way in ("tel:02392890000", "mailto:office@example.nhs.uk", "1 High Street<br>Town"):
        assert way in html


# --- By changes only ----------------------------------------------------------------------------


def test_what_is_as_it_was_is_not_touched(tmp_path, site) -> None:
    with copied(tmp_path, site):
        before = states(tmp_path / "site")
    site.answers["/about/"] = page("About us, anew")

    with opened(tmp_path) as again:
        report = again.write(site)

    after = states(tmp_path / "site")
    changed = {Path(x).name for x in after if before[x] != after[x] and Path(x).is_file()}
    assert report.written == ["about/index.html"]
    assert changed == {"index.html", "index.html.gz", "index.html.br"}
    assert sum(before[x] != after[x] for x in after if Path(x).is_file()) == 3


def test_a_document_that_is_as_it_was_is_not_read_again(tmp_path, site) -> None:
    with copied(tmp_path, site), opened_again(tmp_path) as again:
        again.write(site)

        assert site.asked[-1] == ("/documents/aa/", {"If-None-Match": '"1"'})
        assert (tmp_path / "site/documents/aa/document.pdf").read_bytes() == b"%PDF-1.4"
        assert list(Mirror(tmp_path).differences(site)) == []


@contextmanager
def opened_again(folder: Path) -> Iterator[Mirror]:
    yield Mirror(folder)


def test_a_damaged_file_is_mended(tmp_path, site) -> None:
    with copied(tmp_path, site):
        for name in ("documents/aa/document.pdf", "about/index.html", "about/index.html.gz"):
            (tmp_path / "site" / name).write_bytes(b"damaged")

    with copied(tmp_path, site) as again:
        assert list(again.differences(site)) == []


def test_another_day_is_said_on_every_page(tmp_path, site, monkeypatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2018, 8, 6))
    with copied(tmp_path, site):
        assert b"from 6 August 2018." in (tmp_path / "site/about/index.html").read_bytes()
    monkeypatch.setattr(timezone, "localdate", lambda: date(2018, 8, 7))

    with copied(tmp_path, site) as again:
        assert b"from 7 August 2018." in (tmp_path / "site/about/index.html").read_bytes()
        assert list(again.differences(site)) == []


def test_what_is_no_longer_public_is_removed(tmp_path, site) -> None:
    with copied(tmp_path, site):
        assert "about/index.html.br" in names(tmp_path / "site")
    del site.answers["/about/"], site.answers["/documents/aa/"]

    with opened(tmp_path) as again:
        report = again.write(site)

    assert {"about/index.html", "documents/aa/document.pdf"} <= set(report.removed)
    assert not (tmp_path / "site/about").exists()
    assert not (tmp_path / "site/documents").exists()


def test_a_reader_of_a_file_gets_all_of_the_old_one(tmp_path, site) -> None:
    with copied(tmp_path, site), (tmp_path / "site/about/index.html").open("rb") as reader:
        begun = reader.read(5)
        site.answers["/about/"] = page("Something else")
        with opened_again(tmp_path) as again:
            again.write(site)

        assert b"About us</html>" in begun + reader.read()


# --- When the site fails ------------------------------------------------------------------------


def test_a_page_that_fails_keeps_its_copy_and_what_it_leads_to(tmp_path, site) -> None:
    site.answers["/about/"] = page("<a href=/about/deep/>Deep</a> <a href=/about/gone/>Gone</a>")
    site.answers["/about/deep/"] = site.answers["/about/gone/"] = page("More")
    with copied(tmp_path, site):
        pass
    site.answers["/about/"] = Answer(500, HTML, b"")
    del site.answers["/about/gone/"]

    with opened(tmp_path) as again:
        report = again.write(site)

    assert report.failed == ["/about/"]
    assert {"about/index.html", "about/deep/index.html"} <= names(tmp_path / "site")
    assert "about/gone/index.html" not in names(tmp_path / "site")


def test_nothing_is_changed_while_the_whole_site_fails(tmp_path, site) -> None:
    with copied(tmp_path, site):
        before = states(tmp_path / "site")
    site.answers = dict.fromkeys(site.answers, Answer(500, HTML, b""))

    with opened(tmp_path) as again, pytest.raises(MirrorError):
        again.write(site)

    assert states(tmp_path / "site") == before


def test_a_page_without_its_end_is_not_copied(tmp_path, site) -> None:
    with copied(tmp_path, site):
        before = (tmp_path / "site/about/index.html").read_bytes()
    site.answers["/about/"] = Answer(200, HTML, b"<html><header></header>Ab")

    with opened(tmp_path) as again:
        assert again.write(site).failed == ["/about/"]

    assert (tmp_path / "site/about/index.html").read_bytes() == before


@pytest.mark.parametrize(
    "header", [{"set-cookie": "a=b"}, {"cache-control": "private"}, {"cache-control": "no-store"}]
)
def test_what_may_be_for_one_visitor_is_not_copied(tmp_path, site, header) -> None:
    answer = site.answers["/about/"]
    site.answers["/about/"] = Answer(200, {**HTML, **header}, answer.body)

    with copied(tmp_path, site):
        assert "index.html" in names(tmp_path / "site")
        assert "about/index.html" not in names(tmp_path / "site")


def test_no_address_leads_out_of_the_folder(tmp_path, site) -> None:
    site.answers["/"] = page("<a href='/%2e%2e/%2e%2e/out'>Out</a> <a href='/a//b'>Twice</a>")
    site.answers["/%2e%2e/%2e%2e/out"] = site.answers["/a//b"] = page("Out")

    with copied(tmp_path / "copy", site):
        assert ("/%2e%2e/%2e%2e/out", {}) in site.asked
        assert names(tmp_path / "copy/site") == {
            *("index.html", "index.html.br", "index.html.gz"),
            *("sorry.html", "sorry.html.br", "sorry.html.gz"),
            *("busy.html", "busy.html.br", "busy.html.gz"),
        }


# --- The check ----------------------------------------------------------------------------------


def test_the_check_finds_every_kind_of_difference(tmp_path, site) -> None:
    with copied(tmp_path, site) as made:
        assert list(made.differences(site)) == []
        kept = tmp_path / "site"
        (kept / "about/index.html.gz").write_bytes(gzip.compress(b"damaged"))
        (kept / "documents/aa/document.pdf").unlink()
        (kept / "extra.html").write_bytes(b"Not ours")
        site.answers["/news/?page=2"] = page("Newer")
        site.answers["/"] = page(HOME + "<a href=/new/>New</a>")
        site.answers["/new/"] = page("New")

        found = set(made.differences(site))

    assert found == {
        "/: the copy is another",
        "/documents/aa/: not copied",
        "/new/: not copied",
        "/news/?page=2: the copy is another",
        "about/index.html.gz: not as its checksum says",
        "documents/aa/document.pdf: lost",
        "extra.html: not public now",
        "extra.html: not as its checksum says",
    }


def test_the_command_ends_with_1_if_the_copy_differs(tmp_path, site, monkeypatch) -> None:
    monkeypatch.setattr("ccgsite.management.commands.mirror.in_process", lambda: site)
    said = StringIO()
    call_command("mirror", tmp_path, stdout=said)
    call_command("mirror", tmp_path, "--check", stdout=said)
    assert "The copy is as the site is." in said.getvalue()
    site.answers["/about/"] = page("Something else")

    with pytest.raises(SystemExit) as ended:
        call_command("mirror", tmp_path, "--check", stdout=said)

    assert ended.value.code == 1
    assert "/about/: the copy is another" in said.getvalue()


def test_a_compressed_form_must_say_what_the_plain_file_does(tmp_path, site) -> None:
    with copied(tmp_path, site) as made:
        stale = tmp_path / "site/about/index.html.gz"
        stale.write_bytes(gzip.compress(b"of before"))
        made.sums["about/index.html.gz"] = mirror.digest_of(stale)

        assert list(made.differences(site)) == [
            "about/index.html.gz: other words than in about/index.html"
        ]


def test_the_list_of_checksums_is_as_sha256sum_reads_it(tmp_path, site) -> None:
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    with copied(tmp_path, site):
        good = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        (tmp_path / "site/index.html").write_text("damaged")
        bad = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)

    assert len(good.stdout.splitlines()) == len(names(tmp_path / "site")) == 16
    assert bad.returncode == 1


def test_one_run_at_a_time(tmp_path, site) -> None:
    with opened(tmp_path), pytest.raises(CommandError, match="Another run"):
        call_command("mirror", tmp_path)
