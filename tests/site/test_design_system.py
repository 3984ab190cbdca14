"""The stylesheet: the design system as installed, without what we do not use or may not ask for."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
import tinycss2
from django.conf import settings

from ccgsite import design_system
from ccgsite.design_system import Used, reduced, used_names

CLASS = re.compile(r"class=\"([^\"]*)\"")
EXPRESSION = re.compile(r"{%.*?%}|{{.*?}}")


@pytest.fixture(scope="module")
def stylesheet() -> str:
    return design_system.stylesheet()


@pytest.mark.parametrize(
    "text", ["https:", "http:", "url(", "sourceMappingURL", "@font-face", "Frutiger"]
)
def test_it_asks_for_nothing(stylesheet: str, text: str) -> None:
    assert text not in stylesheet


def test_the_installed_stylesheet_does_ask() -> None:
    """The positive control: without the reduction the test above would fail."""
    source = design_system.design_system_source()

    assert "https:" in source
    assert "@font-face" in source


def test_every_class_of_ours_that_the_design_system_knows_is_styled(stylesheet: str) -> None:
    source = design_system.design_system_source()
    named = {
        name
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for attribute in CLASS.findall(EXPRESSION.sub(" ", path.read_text()))
        for name in attribute.split()
        if name.startswith("nhsuk-") and not name.endswith("-")
    }
    known = {name for name in named if f".{name}" in source}

    assert len(known) > 50
    assert {name for name in known if f".{name}" not in stylesheet} == set()


@pytest.mark.parametrize("name", ["nhsuk-card--care--urgent", "nhsuk-card--care--emergency"])
def test_a_name_that_an_expression_completes_is_kept(stylesheet: str, name: str) -> None:
    assert f".{name}" in stylesheet


@pytest.mark.parametrize("name", ["nhsuk-tabs", "nhsuk-date-input", "nhsuk-character-count"])
def test_what_we_do_not_use_is_gone(stylesheet: str, name: str) -> None:
    assert f".{name}" in design_system.design_system_source()
    assert f".{name}" not in stylesheet


def test_it_is_a_whole_stylesheet(stylesheet: str) -> None:
    rules = tinycss2.parse_stylesheet(stylesheet, skip_comments=True, skip_whitespace=True)

    assert [rule.message for rule in rules if rule.type == "error"] == []
    assert stylesheet.count("{") == stylesheet.count("}")


def test_rules_for_paper_are_kept(stylesheet: str) -> None:
    assert stylesheet.count("@media print") > 5


def test_every_stylesheet_of_ours_is_in_it() -> None:
    folder = settings.BASE_DIR / "static" / "css"

    assert {path.name for path in folder.glob("*.css")} == set(design_system.OUR_STYLESHEETS)


def test_every_property_that_is_read_is_set(stylesheet: str) -> None:
    read = set(design_system.CUSTOM_PROPERTY.findall(stylesheet))

    assert {name for name in read if f"{name}:" not in stylesheet} == set()


def test_styles_and_macros_are_of_the_same_release() -> None:
    """nhsuk-frontend-jinja 0.8.0 holds the macros of nhsuk-frontend 10.4.x (its changelog)."""
    assert design_system.SOURCE == "nhsuk-frontend-10.4.2.min.css"
    assert '--nhsuk-frontend-version:"10.4.2"' in design_system.design_system_source()
    assert version("nhsuk-frontend-jinja") == "0.8.0"
    assert version("wagtail-nhsuk-frontend") == "2.1.0"


USED = used_names(['<p class="nhsuk-a nhsuk-b nhsuk-c--{{ x }}">'])


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("p{color:red}", "p{color:red}"),
        (".nhsuk-a{color:red}", ".nhsuk-a{color:red}"),
        (".nhsuk-z{color:red}", ""),
        (".nhsuk-a,.nhsuk-z,p{color:red}", ".nhsuk-a,p{color:red}"),
        (".nhsuk-a .nhsuk-z{color:red}", ""),
        (".nhsuk-a .nhsuk-b{color:red}", ".nhsuk-a .nhsuk-b{color:red}"),
        (".nhsuk-a:not(.nhsuk-z){color:red}", ".nhsuk-a:not(.nhsuk-z){color:red}"),
        (".nhsuk-a:has(.nhsuk-z){color:red}", ""),
        (".nhsuk-c--red{color:red}", ".nhsuk-c--red{color:red}"),
        (".nhsuk-ab{color:red}", ""),
        (".js-enabled .nhsuk-a{color:red}", ""),
        (
            "@media print{.nhsuk-a{color:red}.nhsuk-z{color:red}}",
            "@media print{.nhsuk-a{color:red}}",
        ),
        ("@media print{.nhsuk-z{color:red}}", ""),
        ("@font-face{font-family:x;src:url(https://example.org/x)}", ""),
        (".nhsuk-a{font-family:Frutiger W01,arial}", ".nhsuk-a{font-family:arial}"),
        (".nhsuk-a{color:red}/*# sourceMappingURL=x.map */", ".nhsuk-a{color:red}"),
    ],
)
def test_a_rule_stays_if_all_that_it_needs_is_used(rule: str, kept: str) -> None:
    assert reduced(rule, USED) == kept


def test_nothing_used_leaves_only_elements() -> None:
    css = reduced(design_system.design_system_source(), Used(frozenset(), ()))

    assert ".nhsuk-card" not in css
    assert "a:focus" in css


def test_writing_twice_writes_once(tmp_path: Path) -> None:
    assert design_system.write(tmp_path) is True
    written = tmp_path / design_system.STYLESHEET
    before = written.stat()

    assert design_system.write(tmp_path) is False
    assert written.stat().st_mtime_ns == before.st_mtime_ns
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {"site.css", "site.js"}


def test_the_one_script_has_all_of_ours_without_comments() -> None:
    folder = settings.BASE_DIR / "static" / "js"
    script = design_system.script()

    parts = design_system.AT_ONCE + design_system.WHEN_WHOLE
    assert sorted(path.name for path in folder.iterdir()) == sorted(parts)
    assert script.count("whenWhole(() => {") == len(design_system.WHEN_WHOLE) + 1
    assert not re.search(r"^\s*//", script, re.MULTILINE)


def test_it_is_small_enough_for_one_short_request(stylesheet: str) -> None:
    brotli = pytest.importorskip("brotli")

    # 12,600 without what a commissioner publishes: filters of lists, tags, alerts.
    # 13,000 with it, and the rest is for forms that visitors fill in.
    assert len(brotli.compress(stylesheet.encode())) < 13_300
