"""Starter content: the plain files under fixtures/ become pages, contacts and settings.

fixtures/README.md describes the files. Loading again adds what is missing and never touches
what exists, so nothing that an editor changed is lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from markdown_it import MarkdownIt
from wagtail import blocks
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, Site
from wagtail.snippets.blocks import SnippetChooserBlock

from pages.models import (
    BasePage,
    Contact,
    ContentPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    SectionPage,
    SiteSettings,
)
from privacy.models import NoticeSection, PrivacyNoticePage, ProcessingActivity

PAGE_TYPES: dict[str, type[BasePage]] = {
    "home": HomePage,
    "section": SectionPage,
    "content": ContentPage,
    "news_index": NewsIndexPage,
    "news": NewsPage,
    "privacy_notice": PrivacyNoticePage,
}
# The files' words for fields whose own names are Wagtail's.
FIELD_NAMES = {
    "heading": "seo_title",
    "summary": "search_description",
    "owner": "content_owner",
}
ROWS: dict[str, type[models.Model]] = {
    "sections": NoticeSection,
    "activities": ProcessingActivity,
}
NOT_FIELDS = {"type", "children", *ROWS}
MARKDOWN = MarkdownIt("commonmark").disable(["html_block", "html_inline", "image", "heading"])

Say = Callable[[str], None]
Model = TypeVar("Model", bound=models.Model)


class ContentFileError(Exception):
    """A file of the starter content cannot be loaded; says which, and why."""


@dataclass(frozen=True)
class PageFile:
    """One page's file: its address, its facts, and the address of the page above it."""

    source: Path
    address: str
    facts: dict[str, Any]

    @property
    def parent(self) -> str:
        return self.address.rstrip("/").rpartition("/")[0] + "/"

    @property
    def slug(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2]


def page_files(folder: Path) -> Iterator[PageFile]:
    """Yield every page's file, parents first, children in the order their parent gives."""

    def below(address: str, children: list[str]) -> Iterator[PageFile]:
        for slug in children:
            child_address = f"{address}{slug}/"
            source = folder / "pages" / f"{child_address.strip('/')}.yaml"
            facts = _read(source)
            yield PageFile(source, child_address, facts)
            yield from below(child_address, facts.get("children", []))

    source = folder / "pages" / "home.yaml"
    home = _read(source)
    home["search_description"] = home.pop("introduction")
    yield PageFile(source, "/", home)
    yield from below("/", home["children"])


def load(folder: Path, say: Say) -> int:
    """Load what is missing from the folder, all of it or nothing. Returns how many pages came.

    Raises ContentFileError for a file that cannot be read or does not fit.
    """
    with transaction.atomic():
        return Loader(folder, say).load()


class Loader:
    """Loads one folder. Pages are made first and filled after, so that any may link to any."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self.pages: dict[str, Page] = {}
        self.contacts: dict[str, Contact] = {}

    def load(self) -> int:
        """Load contacts, pages, settings and redirects, in that order."""
        files = list(page_files(self.folder))
        self._load_contacts()
        site = self._make_site(files[0])
        new = [file for file in files if self._find_or_make(file)]
        for file in new:
            self._fill(file)
        if new:
            self.say(f"{len(new)} pages")
        self._load_settings(site)
        self._load_redirects(site)
        return len(new)

    # --- Contacts, settings, redirects ----------------------------------------------------------

    def _load_contacts(self) -> None:
        source = self.folder / "contacts.yaml"
        for facts in _read(source):
            contact = Contact.objects.filter(key=facts["key"]).first()
            if contact is None:
                contact = Contact(**{name: _tidy(value) for name, value in facts.items()})
                _check(contact, source)
                contact.save()
            self.contacts[contact.key] = contact

    def _load_settings(self, site: Site) -> None:
        if SiteSettings.objects.filter(site=site).exists():
            return
        source = self.folder / "site.yaml"
        facts = _read(source)
        for name, value in facts.pop("successor", {}).items():
            facts[f"successor_{name}"] = value
        values: dict[str, Any] = {}
        for name, value in facts.items():
            if name.endswith("_page"):
                values[name] = self._page(value, source)
            elif name == "media_contact":
                values[name] = self.contacts[value]
            else:
                values[name] = _tidy(value)
        organisation = SiteSettings(site=site, **values)
        _check(organisation, source)
        organisation.save()

    def _load_redirects(self, site: Site) -> None:
        source = self.folder / "redirects.yaml"
        for facts in _read(source):
            Redirect.objects.get_or_create(
                old_path=Redirect.normalise_path(facts["from"]),
                site=site,
                defaults={"redirect_page": self._page(facts["to"], source)},
            )

    # --- Pages ----------------------------------------------------------------------------------

    def _make_site(self, file: PageFile) -> Site:
        """Return the site with a home page; on a new database Wagtail's welcome page goes."""
        site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
        if site and isinstance(site.root_page.specific, HomePage):
            self.pages["/"] = site.root_page.specific
            return site
        root = Page.get_first_root_node()
        home = HomePage(title=file.facts["title"], slug="home", live=False)
        welcome = site.root_page if site else None
        if welcome:
            welcome.slug = "welcome"
            welcome.save()
        root.add_child(instance=home)
        if site is None:
            site = Site(is_default_site=True)
        site.root_page = home
        site.hostname, site.port = settings.SITE_HOST, settings.SITE_PORT
        site.site_name = file.facts["title"]
        site.save()
        if welcome:
            Page.objects.get(pk=welcome.pk).delete()
        self.pages["/"] = HomePage.objects.get(pk=home.pk)
        return site

    def _find_or_make(self, file: PageFile) -> bool:
        """Find the page of a file or make an empty one. Returns whether it is new."""
        if file.address == "/":
            return self.pages["/"].latest_revision_id is None
        parent = self.pages[file.parent]
        existing = parent.get_children().filter(slug=file.slug).first()
        if existing:
            self.pages[file.address] = existing.specific
            return False
        model = PAGE_TYPES.get(file.facts.get("type", ""))
        if model is None:
            message = f"{file.source}: no such type: {file.facts.get('type')!r}"
            raise ContentFileError(message)
        page = model(
            title=file.facts["title"],
            slug=file.slug,
            live=False,
            show_in_menus=file.facts.get("show_in_menus", True),
        )
        # A parent that was read before its children came does not know how many it has.
        Page.objects.get(pk=parent.pk).specific.add_child(instance=page)
        self.pages[file.address] = page
        return True

    def _fill(self, file: PageFile) -> None:
        """Give a new page its text, check it as the CMS would, and publish it."""
        page = self.pages[file.address]
        page.refresh_from_db()
        self._set_fields(page, file.facts, file.source)
        rows: list[models.Model] = []
        for name, model in ROWS.items():
            if name in file.facts:
                children = [
                    self._set_fields(model(sort_order=number), facts, file.source)
                    for number, facts in enumerate(file.facts[name])
                ]
                setattr(page, name, children)
                rows += children
        for row in rows:
            _check(row, file.source, exclude={"page"})
        _check(page, file.source)
        page.save_revision(log_action=True).publish()
        self.pages[file.address] = page

    def _set_fields(self, target: Model, facts: dict[str, Any], source: Path) -> Model:
        """Set a model's fields from a file's facts, converting text, blocks and references."""
        for key, value in facts.items():
            if key in NOT_FIELDS:
                continue
            name = FIELD_NAMES.get(key, key)
            try:
                setattr(target, name, self._field_value(target, name, value, source))
            except (FieldDoesNotExist, LookupError, TypeError, ValueError) as error:
                message = f"{source}: {key}: {error!r}"
                raise ContentFileError(message) from error
        return target

    def _field_value(self, target: models.Model, name: str, value: Any, source: Path) -> Any:
        field = target._meta.get_field(name)
        if isinstance(field, StreamField):
            children = field.stream_block.child_blocks
            return field.stream_block.to_python(
                [
                    {"type": kind, "value": self._stored(children[kind], item, source)}
                    for kind, item in (_kind_and_value(children, item) for item in value)
                ]
            )
        if isinstance(field, RichTextField):
            return self._rich_text(value, source)
        if isinstance(value, list):
            return ", ".join(str(item) for item in value)
        return _tidy(value)

    # --- Blocks ---------------------------------------------------------------------------------

    def _stored(self, block: blocks.Block, value: Any, source: Path) -> Any:
        """Return what the database stores for a block, from what a file says."""
        match block:
            case blocks.RichTextBlock():
                return self._rich_text(value, source)
            case blocks.PageChooserBlock():
                return self._page(value, source).pk if value else None
            case SnippetChooserBlock():
                return self.contacts[value].pk
            case TypedTableBlock():
                return self._stored_table(block, value, source)
            case blocks.ListBlock():
                return [self._stored(block.child_block, item, source) for item in value]
            case blocks.StructBlock():
                return self._stored_struct(block, value, source)
            case blocks.DateBlock():
                return value.isoformat()
        return value

    def _stored_struct(self, block: blocks.StructBlock, value: Any, source: Path) -> dict[str, Any]:
        facts = dict(value) if isinstance(value, dict) else {"text": value}
        if "table" in block.child_blocks:
            facts = {"row_headers": facts.pop("row_headers", True), "table": facts}
        return {
            name: self._stored(block.child_blocks[name], fact, source)
            for name, fact in facts.items()
        }

    def _stored_table(
        self, block: TypedTableBlock, value: dict[str, Any], source: Path
    ) -> dict[str, Any]:
        kinds = [column.get("type", "text") for column in value["columns"]]
        return {
            "caption": value["caption"],
            "columns": [
                {"type": kind, "heading": column["heading"]}
                for kind, column in zip(kinds, value["columns"], strict=True)
            ],
            "rows": [
                {
                    "values": [
                        self._stored(block.child_blocks[kind], cell, source)
                        for kind, cell in zip(kinds, row, strict=True)
                    ]
                }
                for row in value["rows"]
            ],
        }

    def _rich_text(self, markdown: str, source: Path) -> str:
        """Return Markdown as the HTML that Wagtail stores, with links to pages by their id."""
        tokens = MARKDOWN.parse(str(markdown))
        for token in (child for block in tokens for child in block.children or []):
            if token.type == "link_open":
                href = str(token.attrs["href"])
                if href.startswith("page:"):
                    page = self._page(href.removeprefix("page:"), source)
                    token.attrs = {"linktype": "page", "id": str(page.pk)}
            elif token.type in {"strong_open", "strong_close"}:
                token.tag = "b"
        return " ".join(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}).split())

    def _page(self, address: str, source: Path) -> Page:
        try:
            return self.pages[address]
        except KeyError:
            message = f"{source}: there is no page {address}"
            raise ContentFileError(message) from None


def _kind_and_value(children: dict[str, blocks.Block], item: Any) -> tuple[str, Any]:
    """Return a stream item's type and value; a stream of one type does not name it."""
    if len(children) == 1:
        return next(iter(children)), item
    ((kind, value),) = item.items()
    return kind, value


def _read(source: Path) -> Any:
    try:
        return yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"{source}: {error}"
        raise ContentFileError(message) from error


def _tidy(value: Any) -> Any:
    """Return text without the newline that YAML's blocks end with."""
    return value.strip() if isinstance(value, str) else value


def _check(target: models.Model, source: Path, exclude: set[str] | None = None) -> None:
    try:
        target.full_clean(exclude=exclude)
    except ValidationError as error:
        message = f"{source}: {target}: {error}"
        raise ContentFileError(message) from error
