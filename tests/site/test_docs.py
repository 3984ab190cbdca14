"""The documents say what the code does."""

import re

from django.conf import settings
from django.core.management import get_commands

from ccgsite.bootstrap import NEXT

ROOT = settings.BASE_DIR
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUSE_PATH = re.compile(
    r"`((?:ccgsite|pages|privacy|templates|static|tests|fixtures|docs|requirements)/[\w./]*)`"
)
READERS = "env|env_list|number|one_of|secret_token|environ\\.get|environment\\.get"
READS = re.compile(rf"(?:{READERS})\(\s*\"([A-Z_]+)\"")


def variables_read() -> set[str]:
    files = [*(ROOT / "ccgsite").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    return {name for path in files for name in READS.findall(path.read_text(encoding="utf-8"))}


def variables_listed() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", README, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[A-Z_]+", row)}


def test_the_readme_lists_every_variable_that_is_read_and_no_other() -> None:
    assert len(variables_read()) > 10
    assert variables_listed() == variables_read()


def test_every_path_that_the_documents_name_exists() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = document.read_text(encoding="utf-8")
        for path in HOUSE_PATH.findall(text):
            assert (ROOT / path).exists(), f"{document.name}: {path}"
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_that_the_documents_name_exists() -> None:
    known = get_commands()
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for name in re.findall(r"manage\.py ([a-z_]+)", document.read_text(encoding="utf-8")):
            assert name in known, f"{document.name}: {name}"


def test_every_make_target_that_the_documents_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+): ## ", makefile, re.MULTILINE))
    assert known == {"help", *NEXT}
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = document.read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= known, document.name
