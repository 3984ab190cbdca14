"""The house rules, kept true by reading the code. No rule has a list of exceptions."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("ccgsite", "pages", "privacy", "enquiries")
MAY_IMPORT = {
    "ccgsite": {"pages", "privacy", "enquiries"},
    "privacy": {"pages"},
    "enquiries": set(),
    "pages": set(),
}
VAGUE_NAMES = {"core", "common", "base", "utils", "helpers", "misc", "lib", "util", "helper"}
LONGEST_FILE = 300


def python_files(*rooms: str) -> list[Path]:
    return [
        path
        for room in rooms
        for path in sorted((HOUSE / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


HOUSE_FILES = python_files(*ROOMS)
TEMPLATES = sorted((HOUSE / "templates").rglob("*.html"))


def test_the_house_has_something_to_check() -> None:
    assert len(HOUSE_FILES) > 30
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    others = {module.split(".")[0] for module in imported_modules(parsed(path))} & set(ROOMS)
    assert others - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    inside = [
        node.lineno
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_consent_is_privacys_business(path: Path) -> None:
    if path.relative_to(HOUSE).parts[0] not in {"privacy", "ccgsite"}:
        assert not any(m.startswith("cookie_consent") for m in imported_modules(parsed(path)))


def test_no_room_or_module_has_a_vague_name() -> None:
    modules = {path for path in HOUSE_FILES if path.stem in VAGUE_NAMES}
    # design: pages/models/base.py is what every page has; "base" is forbidden as a room.
    assert modules <= {HOUSE / "pages" / "models" / "base.py"}
    assert not VAGUE_NAMES & {path.parent.name for path in HOUSE_FILES}


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_a_long_file_says_why_it_is_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > LONGEST_FILE:
        docstring = ast.get_docstring(parsed(path)) or ""
        assert re.search(r"\b(because|one file)\b", docstring)


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_public_means_live_and_public_from_one_place(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    both = len(re.findall(r"\.live\(\)\s*\.public\(\)", code))
    assert code.count(".live()") == both, "`.live()` without `.public()`"
    assert code.count(".public()") == both, "`.public()` without `.live()`"


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name)
def test_no_bare_except(path: Path) -> None:
    handlers = [n for n in ast.walk(parsed(path)) if isinstance(n, ast.ExceptHandler)]
    assert all(handler.type is not None for handler in handlers)


def test_nothing_names_the_first_tenant() -> None:
    for path in [*HOUSE_FILES, *TEMPLATES]:
        assert "portsmouth" not in path.read_text(encoding="utf-8").lower(), name(path)


# --- Packages ---------------------------------------------------------------------------------


def test_the_locks_agree() -> None:
    """A machine may install several, one after the other: none takes back what another brought."""
    locks = {path.stem: locked(path) for path in sorted((HOUSE / "requirements").glob("*.txt"))}
    for lock in locks.values():
        assert locks["run"] <= lock
    of_all = set().union(*locks.values())
    without_version = {re.sub(r"==\S+", "", line) for line in of_all}
    assert len(without_version) == len(of_all)


def test_what_is_named_is_locked() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}
    run = HOUSE / "requirements" / "run.txt"
    assert named <= {line.split("==")[0].split("[")[0] for line in locked(run)}
    for lock in run.parent.iterdir():
        assert "://" not in lock.read_text(encoding="utf-8"), f"{lock.name} names an address"


def locked(lock: Path) -> set[str]:
    """Return what a lock holds: for each package a line with its version and where it is meant."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {line.removesuffix("\\").strip() for line in lines if re.match(r"\w", line)}


# --- Templates --------------------------------------------------------------------------------


def test_one_document() -> None:
    """One <html>; the 500 page is a document of its own, since it may need nothing at all."""
    documents = [name(path) for path in TEMPLATES if "<html" in path.read_text(encoding="utf-8")]
    assert documents == ["templates/500.html", "templates/base.html"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_part_of_a_page_is_told_its_inputs(path: Path) -> None:
    """By `component`, in the site's templates; by `only`, in those of the CMS."""
    html = path.read_text(encoding="utf-8")
    for tag in re.findall(r"{%-?\s*(?:include|import|from) [^%]*%}", html):
        assert "cms" in path.parts, tag
        assert " with " not in tag or " only" in tag, tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_ask_no_queries(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    assert not re.search(
        r"get_children|get_ancestors|get_siblings|get_descendants|\.objects\b", html
    )
