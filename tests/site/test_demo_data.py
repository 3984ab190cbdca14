"""`make demo-data`: a sample page that nobody takes for a real one, where it is asked for alone."""

import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Revision

from ccgsite.bootstrap import NOT_SET_UP
from ccgsite.content_files import page_files
from ccgsite.management.commands import demo_data
from ccgsite.samples.labels import LABEL
from pages.models import (
    AlertPage,
    CommitteePage,
    ConsultationPage,
    Contact,
    ContentPage,
    HomePage,
    MeetingPage,
    NewsPage,
    PaperPage,
    PersonPage,
    PublicationPage,
    SiteSettings,
)
from tests.running import ROOT, free_port, starting

ADDRESS = "/sample-video/"
KINDS_OF_ENTRIES = {
    AlertPage,
    CommitteePage,
    ConsultationPage,
    MeetingPage,
    NewsPage,
    PaperPage,
    PersonPage,
    PublicationPage,
}

pytestmark = pytest.mark.long
served = pytest.mark.server


def add() -> str:
    """Run the command. Returns what it says."""
    said = io.StringIO()
    call_command("demo_data", stdout=said)
    return said.getvalue()


def everything() -> list[object]:
    """Return all that content files can bring, as it is stored."""
    models = (Page, Revision, Contact, SiteSettings, Redirect)
    return [row for model in models for row in model.objects.order_by("pk").values_list()]


# --- The page -----------------------------------------------------------------------------------


def test_a_site_has_no_sample_unless_it_is_asked_for(client, site_home) -> None:
    assert client.get(ADDRESS).status_code == 404


def test_it_says_where_the_sample_is(client, site_home) -> None:
    said = add()

    page, entries, *lists = said.splitlines()
    assert page == f"Sample page added: {site_home.get_site().root_url}{ADDRESS}"
    assert client.get(ADDRESS).status_code == 200
    assert re.fullmatch(r"[0-9]+ sample entries added. They are listed on:", entries)
    root = site_home.get_site().root_url
    for address in lists:
        assert client.get(address.strip().removeprefix(root)).status_code == 200


def test_every_kind_of_list_has_sample_entries_that_say_what_they_are(client, site_home) -> None:
    add()

    entries = list(Page.objects.filter(title__startswith=LABEL).specific())
    assert {type(entry) for entry in entries} >= KINDS_OF_ENTRIES
    for entry in entries:
        assert entry.title.startswith(LABEL)
        main = BeautifulSoup(client.get(entry.url).content, "html.parser").main
        assert LABEL in main.h1.get_text()
        assert re.search("made[ -]up", main.get_text())
        assert not entry.show_in_menus


def test_the_sample_says_that_it_is_one_before_anything_else(client, site_home) -> None:
    add()

    main = BeautifulSoup(client.get(ADDRESS).content, "html.parser").main

    assert main.h1.get_text(strip=True).startswith("Sample: ")
    warning = main.select_one(".nhsuk-card--warning")
    assert "This is a sample page" in warning.get_text()
    assert "Nothing here is advice" in warning.get_text()
    assert warning not in main.select_one("[data-video]").find_all_next()
    assert main.select_one("[data-video] h3").get_text(strip=True).startswith("Sample")


def test_the_sample_has_a_video_that_waits_for_a_yes(client, site_home) -> None:
    add()

    main = BeautifulSoup(client.get(ADDRESS).content, "html.parser").main

    assert main.select_one("[data-video] [data-consent-before=video] form button")
    assert not main("iframe")


def test_the_sample_is_in_no_menu(client, site_home) -> None:
    add()

    assert not ContentPage.objects.get(slug="sample-video").show_in_menus
    assert ADDRESS not in client.get("/").content.decode()
    assert ADDRESS not in client.get("/contact-us/").content.decode()


def test_nothing_else_of_the_site_changes(site_home) -> None:
    before = everything()

    add()

    after = everything()
    # Pages have more children, and that is all.
    changed = {row[0] for row in before if row not in after}
    new = Page.objects.filter(slug__startswith="sample-")
    assert changed == {page.get_parent().pk for page in new} - {page.pk for page in new}
    facts = Page.objects.filter(pk__in=changed).values_list("title", "latest_revision", "live")
    assert all(live and "Sample" not in title for title, _, live in facts)
    assert Page.objects.get(slug="sample-video").get_parent().pk == site_home.pk


def test_a_second_time_adds_nothing_and_keeps_what_an_editor_changed(site_home) -> None:
    add()
    sample = ContentPage.objects.get(slug="sample-video")
    sample.title = "Edited"
    sample.save_revision().publish()
    before = everything()

    said = add()

    assert said.startswith("The sample page is there already: ")
    assert everything() == before


def test_a_sample_that_was_deleted_comes_back_when_asked_for(client, site_home) -> None:
    add()
    ContentPage.objects.get(slug="sample-video").delete()

    add()

    assert client.get(ADDRESS).status_code == 200


# --- Where there is no site -----------------------------------------------------------------------


def test_a_site_that_has_no_home_page_yet_has_to_be_set_up_first(site_home: HomePage) -> None:
    site_home.get_site().delete()
    Page.objects.get(pk=site_home.pk).delete()

    with pytest.raises(CommandError) as refused:
        add()

    assert str(refused.value) == NOT_SET_UP
    assert Page.objects.count() == 1, "the root alone"


def test_a_site_whose_tables_are_of_before_has_to_be_set_up_first(site_home, monkeypatch) -> None:
    steps = [("a migration", False)]
    monkeypatch.setattr(demo_data.MigrationExecutor, "migration_plan", lambda *_: steps)

    with pytest.raises(CommandError, match="make run"):
        add()


def test_make_says_so_before_it_installs_anything(tmp_path: Path) -> None:
    (tmp_path / "ccgsite").mkdir()
    shutil.copy(ROOT / "ccgsite" / "bootstrap.py", tmp_path / "ccgsite")

    result = subprocess.run(
        [sys.executable, "ccgsite/bootstrap.py", "demo-data"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"{NOT_SET_UP}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["ccgsite"]


@served
@pytest.mark.parametrize("database", ["missing/db.sqlite3", "db.sqlite3"])
def test_a_database_without_tables_is_told_apart(tmp_path: Path, database: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "demo_data"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "x" * 60,
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path / database}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr == f"CommandError: {NOT_SET_UP}\n"


# --- While the site runs --------------------------------------------------------------------------


@served
def test_the_sample_comes_while_the_site_runs(running_site, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    with starting(folder, PORT=str(free_port())) as site:
        site.wait_to_serve()

        site.run("demo_data")
        site.run("demo_data")

        with urllib.request.urlopen(site.url + ADDRESS) as answer:
            assert b"This is a sample page" in answer.read()


# --- Its files ------------------------------------------------------------------------------------


def test_every_sample_is_labelled() -> None:
    _home, *samples = page_files(demo_data.FOLDER)

    assert samples
    for sample in samples:
        assert sample.facts["title"].startswith("Sample: ")
        assert sample.facts["show_in_menus"] is False
        assert "sample" in sample.facts["body"][0]["warning"]["heading"]
