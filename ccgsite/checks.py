"""System checks: what must be true before the site starts.

Three of them leave third parties no way in. Google Analytics and YouTube come after a visitor's
yes, through privacy/gates.py and static/js/consent.js; nothing else may come at all.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db.models import Field
from wagtail.blocks import Block, RawHTMLBlock, RichTextBlock
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import features as registry

from ccgsite.apps import rooms
from ccgsite.settings.roles import ALL, EDITOR
from ccgsite.third_parties import (
    Problem,
    django_problems,
    is_ours,
    jinja_problems,
    script_problems,
    stylesheet_problems,
)
from privacy.gates import GATES

DJANGOS_TEMPLATES = "django.template.backends.django.DjangoTemplates"
DRAFTAIL = "wagtail.admin.rich_text.DraftailRichTextArea"
CONSENT_SCRIPT = Path("js/consent.js")
# What rich text may hold: none of it loads anything.
SAFE_FEATURES = {
    *("bold", "italic", "superscript", "subscript", "strikethrough", "code"),
    *("h2", "h3", "h4", "h5", "h6", "ol", "ul", "hr", "blockquote", "link", "document-link"),
}
REFUSED_BLOCKS = (RawHTMLBlock, EmbedBlock, TableBlock)  # a TableBlock's cells can be HTML
# Whose fields and blocks, beside our own, are known to show what was typed as text.
KNOWN_PACKAGES = {
    "builtins",
    "django",
    "modelcluster",
    "modelsearch",
    "taggit",
    "treebeard",
    "wagtail",
}


@register
def folders_are_writable(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start where uploads could not be kept."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error)
    else:
        if os.access(folder, os.W_OK | os.X_OK):
            return []
        reason = "permission denied"
    return [
        Error(
            f"The media folder {folder} cannot be written to: {reason}.",
            hint="Give the site's user write access to it, or set MEDIA_ROOT to another folder.",
            id="ccgsite.E001",
        )
    ]


@register
def role_has_its_address(**kwargs: Any) -> list[CheckMessage]:
    """Refuse an address for editors that their role cannot have, or has no use for."""
    public, editors = urlsplit(settings.SITE_URL), urlsplit(settings.EDITOR_URL)
    role, what, mend = settings.CCGSITE_ROLE, "", "Set EDITOR_URL, such as to https://cms.…"
    if role == EDITOR and editors.netloc == public.netloc:
        what = "CCGSITE_ROLE=editor needs an address of its own: EDITOR_URL is that of visitors."
    elif role == EDITOR and editors.scheme != public.scheme:
        what = f"EDITOR_URL is an {editors.scheme} address, and SITE_URL an {public.scheme} one."
    elif role == ALL and editors != public:
        what = "EDITOR_URL is set, but CCGSITE_ROLE=all serves editors at SITE_URL."
        mend = "Take EDITOR_URL out, or run a process for each of the roles public and editor."
    return [Error(what, hint=mend, id="ccgsite.E005")] if what else []


# --- Settings ---------------------------------------------------------------------------------


@register
def settings_let_nobody_in(**kwargs: Any) -> list[CheckMessage]:
    """Refuse settings that would show or allow another site's content."""
    problems = [*_wagtail_problems(), *_address_problems(), *_policy_problems()]
    return [Error(what, hint=mend, id="ccgsite.E002") for what, mend in problems]


def _wagtail_problems() -> Iterator[tuple[str, str]]:
    if getattr(settings, "WAGTAILEMBEDS_FINDERS", None) != []:
        yield "Wagtail would fetch embeds from other sites.", "Set WAGTAILEMBEDS_FINDERS to []."
    editors = {"default": {}, **settings.WAGTAILADMIN_RICH_TEXT_EDITORS}
    for name, editor in editors.items():
        if editor.get("WIDGET", DRAFTAIL) != DRAFTAIL:
            what = f"The editor {name!r} may keep HTML that Wagtail's own would clean away."
            yield what, f"Set its WIDGET to {DRAFTAIL}."
        for what, mend in _feature_problems(name, None):
            yield f"WAGTAILADMIN_RICH_TEXT_EDITORS, {name!r}: {what}.", mend


def _address_problems() -> Iterator[tuple[str, str]]:
    for name in ("STATIC_URL", "MEDIA_URL"):
        if not is_ours(getattr(settings, name)):
            yield f"{name} is an address of another site.", "Set it to a path of this site."


def _policy_problems() -> Iterator[tuple[str, str]]:
    policy = getattr(settings, "CONTENT_SECURITY_POLICY", {})
    directives = policy.get("DIRECTIVES", {})
    if not directives.get("default-src") or policy.get("EXCLUDE_URL_PREFIXES"):
        what = "CONTENT_SECURITY_POLICY does not cover every address and all that can be loaded."
        yield what, "Give it a default-src, and take EXCLUDE_URL_PREFIXES out."
    for directive, sources in directives.items():
        allowed = {NONE, SELF, "data:"} if directive == "img-src" else {NONE, SELF}
        for source in sorted({*map(str, sources)} - allowed):
            what = f"CONTENT_SECURITY_POLICY names {source} as {directive}."
            yield what, "Take it out: third parties' hosts stand in privacy/gates.py alone."


# --- Templates, stylesheets and scripts -------------------------------------------------------


@register
def files_load_nothing_from_elsewhere(**kwargs: Any) -> list[CheckMessage]:
    """Refuse templates, stylesheets and scripts of ours that could load from another site."""
    return [
        Error(f"{path}, line {problem.line}: {problem.what}.", problem.mend, id="ccgsite.E003")
        for path, problem in _file_problems()
    ]


def _file_problems() -> Iterator[tuple[Path, Problem]]:
    for path, problems in _templates():
        yield from ((path, problem) for problem in problems(_text(path)))
    ours = [Path(room.path) for room in rooms()]
    # The stylesheet in DESIGN_SYSTEM_ROOT is made at set-up, without what loads from elsewhere.
    static = [Path(x) for x in settings.STATICFILES_DIRS if x != settings.DESIGN_SYSTEM_ROOT]
    for folder in [*static, *(room / "static" for room in ours)]:
        for path in _files(folder):
            hosts = gate_hosts() if path == folder / CONSENT_SCRIPT else set()
            yield from ((path, problem) for problem in _static_problems(path, hosts))


def _templates() -> Iterator[tuple[Path, Callable[[str], Iterator[Problem]]]]:
    """Yield our templates, each with what reads its language."""
    jinjas, djangos = (
        [
            Path(folder)
            for engine in settings.TEMPLATES
            if (engine["BACKEND"] == DJANGOS_TEMPLATES) is is_djangos
            for folder in engine["DIRS"]
        ]
        for is_djangos in (False, True)
    )
    djangos += [Path(room.path) / "templates" for room in rooms()]
    for folder in djangos:
        yield from ((path, django_problems) for path in _files(folder))
    for folder in jinjas:
        for path in _files(folder):
            if not any(map(path.is_relative_to, djangos)):
                yield path, jinja_problems


def _static_problems(path: Path, hosts: set[str]) -> Iterator[Problem]:
    match path.suffix.lower():
        case ".css":
            yield from stylesheet_problems(_text(path))
        case ".js" | ".mjs":
            yield from script_problems(_text(path), hosts)
        case ".svg" | ".html":
            yield from django_problems(_text(path))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def gate_hosts() -> set[str]:
    """Return the third-party hosts that a visitor's yes can let in."""
    return {host for gate in GATES.values() for found in gate.hosts.values() for host in found}


# --- Fields and blocks ------------------------------------------------------------------------


@register
def editors_can_embed_nothing(**kwargs: Any) -> list[CheckMessage]:
    """Refuse fields and blocks through which an editor could show another site's content."""
    return [
        Error(f"{place}: {what}.", hint=mend, id="ccgsite.E004")
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, Field)
        for place, what, mend in field_problems(field)
    ]


def field_problems(field: Field) -> Iterator[tuple[str, str, str]]:
    """Yield what a model's field could let in: where, what, and how to mend it."""
    place = f"{field.model._meta.label}.{field.name}"
    yield from ((place, *problem) for problem in _origin_problems(field))
    if isinstance(field, RichTextField):
        yield from ((place, *found) for found in _feature_problems(field.editor, field.features))
    elif isinstance(field, StreamField):
        for block_place, block in _blocks(field.stream_block, place):
            yield from ((block_place, *problem) for problem in _block_problems(block))


def _blocks(block: Block, place: str) -> Iterator[tuple[str, Block]]:
    """Yield a block and all blocks inside it, each with the names that lead to it."""
    yield place, block
    if hasattr(block, "child_block"):  # a list's
        yield from _blocks(block.child_block, f"{place}.item")
    for name, child in getattr(block, "child_blocks", {}).items():
        yield from _blocks(child, f"{place}.{name}")


def _block_problems(block: Block) -> Iterator[tuple[str, str]]:
    yield from _origin_problems(block)
    if isinstance(block, REFUSED_BLOCKS):
        yield f"{type(block).__name__} shows HTML or embeds", "Use the blocks of pages/blocks.py."
    if isinstance(block, RichTextBlock):
        yield from _feature_problems(block.editor, block.features)


def _origin_problems(part: Field | Block) -> Iterator[tuple[str, str]]:
    known = KNOWN_PACKAGES | {room.name for room in rooms()}
    packages = {parent.__module__.partition(".")[0] for parent in type(part).__mro__}
    for package in sorted(packages - known):
        what = f"{type(part).__name__} comes from the package {package}"
        yield what, "Use a field or block of Django's, of Wagtail's or of ours."


def _feature_problems(editor: str, features: list[str] | None) -> Iterator[tuple[str, str]]:
    """Yield what rich text offers that could load something: its own features, or its editor's."""
    if features is None:
        editors = settings.WAGTAILADMIN_RICH_TEXT_EDITORS
        features = editors.get(editor, {}).get("OPTIONS", {}).get("features")
    if features is None:
        features = registry.get_default_features()
    for feature in sorted({*features} - SAFE_FEATURES):
        what = f"rich text offers {feature!r}"
        yield what, f"Offer only features that load nothing: {', '.join(sorted(SAFE_FEATURES))}."
