"""`make demo-data`: a sample page that nobody takes for a real one, where it is asked for alone."""

import io
import os
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
from pages.models import Contact, ContentPage, HomePage, SiteSettings
from tests.running import ROOT, free_port, starting

ADDRESS = "/sample-video/"

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

    assert said == f"Sample page added: {site_home.get_site().root_url}{ADDRESS}\n"
    assert client.get(ADDRESS).status_code == 200


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
    (parent,) = [row for row in before if row not in after]  # it has one child more
    assert parent[0] == site_home.pk
    (sample,) = Page.objects.filter(slug="sample-video")
    added = [row for row in after if row not in before]
    assert len(added) == 3  # the page, its revision, and the home page with its child
    assert sample.get_parent().pk == site_home.pk


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
