"""The one stylesheet and the one script that pages load, each made of several files.

The stylesheet is the NHS design system, cut to what we use, and our own rules after it.

The design system comes from an installed package, `wagtail-nhsuk-frontend`, which is not an
installed app: as it stands its stylesheet asks for a font from another host and names a source
map, so it is read, mended and reduced here. What a page can show decides what stays: a rule goes
if its selector needs a class that no template, script or module of ours names. A name that is
cut off by a template expression ("nhsuk-card--care--{{ value.urgency }}") keeps every class that
starts so.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path

import tinycss2
from django.conf import settings
from tinycss2.ast import Node

DISTRIBUTION = "wagtail-nhsuk-frontend"
SOURCE = "nhsuk-frontend-10.4.2.min.css"
STYLESHEET = "css/site.css"
NOTICE = "/*! Holds rules of NHS.UK frontend 10.4.2, MIT License, Copyright (c) NHS England */"

# Our own stylesheets, in the order in which they stand in the one that is served.
OUR_STYLESHEETS = [
    "tokens.css",
    "page.css",
    "header.css",
    "navigation.css",
    "notice.css",
    "alerts.css",
    "text.css",
    "lists.css",
    "choose.css",
    "table.css",
    "video.css",
    "search.css",
    "cookies.css",
    "privacy.css",
    "footer.css",
    "print.css",
]
SCRIPT = "js/site.js"
AT_ONCE = ["when_whole.js", "consent.js"]
WHEN_WHOLE = ["navigation.js", "tables.js", "search_gap.js", "suggestions.js"]
COMMENT_OR_INDENT = re.compile(r"^[ \t]*(?://.*\n)?", re.MULTILINE)
# Where a class can be named: templates, scripts, and the modules that name one to a template.
FOLDERS = ["templates", "static/js", "pages", "privacy", "enquiries"]
SUFFIXES = {".html", ".js", ".py"}

NAME = re.compile(r"[A-Za-z_][\w-]*")
CUSTOM_PROPERTY = re.compile(r"var\(\s*(--[\w-]+)")
# Selector functions that can hold although a class inside them is never used.
NOT_NEEDED_INSIDE = {"not", "is", "where"}
GROUPING = {"media", "supports", "layer", "container"}
DROPPED = {"font-face", "charset"}


class DesignSystemError(Exception):
    """The installed design system is not what this module was written for."""


@dataclass(frozen=True)
class Used:
    """The names that our code uses: whole ones, and beginnings that an expression completes."""

    names: frozenset[str]
    prefixes: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


def used_names(sources: Iterable[str]) -> Used:
    """Return every name in our code that could be a class."""
    names = {name for source in sources for name in NAME.findall(source)}
    prefixes = (name for name in names if name.startswith("nhsuk-") and name.endswith("-"))
    return Used(frozenset(names), tuple(sorted(prefixes)))


def our_code() -> Iterator[str]:
    """Yield the text of every template, script and module that can name a class."""
    for folder in FOLDERS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                yield path.read_text()


def design_system_source() -> str:
    """Return the design system's stylesheet as the installed package has it.

    Raises DesignSystemError if the package or its stylesheet is not there.
    """
    found = [path for path in files(DISTRIBUTION) or [] if path.name == SOURCE]
    if len(found) != 1:
        message = f"{DISTRIBUTION} does not hold {SOURCE}: install the locked requirements."
        raise DesignSystemError(message)
    return found[0].read_text()


def reduced(source: str, used: Used) -> str:
    """Return the stylesheet without remote fonts, source map and the rules that we do not use."""
    kept = "".join(_rules(tinycss2.parse_stylesheet(source, True, True), used))
    # The brand's font is not ours to ship; the next in each list, Arial, is the one specified.
    return kept.replace("Frutiger W01,", "")


def stylesheet() -> str:
    """Return the whole stylesheet, ready to be served.

    Raises DesignSystemError where the installed design system cannot be read.
    """
    ours = "".join(
        _compact((settings.BASE_DIR / "static" / "css" / name).read_text())
        for name in OUR_STYLESHEETS
    )
    theirs = reduced(design_system_source(), used_names(our_code()))
    theirs = _without_unused_properties(theirs, set(CUSTOM_PROPERTY.findall(theirs + ours)))
    return (
        f'@charset "UTF-8";{NOTICE}@layer design-system,base,components,print;'
        f"@layer design-system{{{theirs}}}{ours}"
    )


def script() -> str:
    """Return the whole script, ready to be served."""
    folder = settings.BASE_DIR / "static" / "js"
    parts = [(folder / name).read_text() for name in AT_ONCE]
    parts += [f"whenWhole(() => {{\n{(folder / name).read_text()}}});\n" for name in WHEN_WHOLE]
    return COMMENT_OR_INDENT.sub("", f"{{\n{''.join(parts)}}}\n")


def write(root: Path) -> bool:
    """Write the stylesheet and the script below `root`; return whether either had changed."""
    made = {STYLESHEET: stylesheet(), SCRIPT: script()}
    changed = [_write(root / name, text.encode()) for name, text in made.items()]
    return any(changed)


def _write(target: Path, content: bytes) -> bool:
    """Write a file all at once; return whether it had changed."""
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
    os.chmod(file.name, 0o644)  # noqa: PTH101, a temporary file is for its owner alone
    os.replace(file.name, target)  # noqa: PTH105
    return True


def _rules(rules: Iterable[Node], used: Used) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [
                tinycss2.serialize(selector).strip()
                for selector in _split_at_commas(rule.prelude)
                if all(name in used for name in _needed_classes(selector))
            ]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPING:
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            kept = "".join(_rules(inner, used))
            if kept:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword not in DROPPED:
            yield rule.serialize()
        elif rule.type == "error":
            raise DesignSystemError(f"{SOURCE} cannot be read: {rule.message}")


def _split_at_commas(tokens: Iterable[Node]) -> list[list[Node]]:
    selectors: list[list[Node]] = [[]]
    for part in tokens:
        if part == ",":
            selectors.append([])
        else:
            selectors[-1].append(part)
    return selectors


def _needed_classes(tokens: Iterable[Node]) -> Iterator[str]:
    """Yield the classes that an element, or one it relates to, must have to match."""
    after_dot = False
    for part in tokens:
        if after_dot and part.type == "ident":
            yield part.value
        elif part.type == "function" and part.lower_name not in NOT_NEEDED_INSIDE:
            yield from _needed_classes(part.arguments)
        after_dot = part == "."


def _without_unused_properties(css: str, read: set[str]) -> str:
    """Drop the custom properties that nothing reads from the `:root` rules."""

    def kept(match: re.Match[str]) -> str:
        declarations = tinycss2.parse_declaration_list(match[1], True, True)
        body = ";".join(
            f"{item.name}:{tinycss2.serialize(item.value)}"
            for item in declarations
            if not item.name.startswith("--") or item.name in read
        )
        return f":root{{{body}}}" if body else ""

    return re.sub(r":root\{([^{}]*)\}", kept, css)


def _compact(css: str) -> str:
    """Drop comments and line breaks."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css).replace(": ", ":")
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").strip()
