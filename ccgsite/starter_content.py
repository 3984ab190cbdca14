"""Starter content: the plain files under fixtures/ become pages, contacts and settings.

fixtures/README.md describes the files. Loading again adds what is missing and never touches
what exists, so nothing that an editor changed is lost.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from ccgsite.content_fields import FieldReader, tidy
from ccgsite.content_files import ContentFileError, PageFile, page_files, read_yaml
from pages.models import (
    AlertIndexPage,
    AlertPage,
    BasePage,
    ConsultationIndexPage,
    ConsultationPage,
    Contact,
    ContentPage,
    HomePage,
    MeetingIndexPage,
    NewsIndexPage,
    NewsPage,
    PeopleIndexPage,
    PublicationIndexPage,
    SectionPage,
    SiteSettings,
)
from privacy.models import CookiesPage, NoticeSection, PrivacyNoticePage, ProcessingActivity

PAGE_TYPES: dict[str, type[BasePage]] = {
    "home": HomePage,
    "section": SectionPage,
    "content": ContentPage,
    "consultation": ConsultationPage,
    "consultation_index": ConsultationIndexPage,
    "cookies": CookiesPage,
    "news_index": NewsIndexPage,
    "news": NewsPage,
    "meeting_index": MeetingIndexPage,
    "people_index": PeopleIndexPage,
    "alert_index": AlertIndexPage,
    "alert": AlertPage,
    "privacy_notice": PrivacyNoticePage,
    "publication_index": PublicationIndexPage,
}
ROWS: dict[str, type[models.Model]] = {
    "sections": NoticeSection,
    "activities": ProcessingActivity,
}
NOT_FIELDS = {"type", "children", *ROWS}

Say = Callable[[str], None]


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
        self.reader = FieldReader(self.pages, self.contacts)

    def load(self) -> int:
        """Load contacts, pages, settings and redirects.

        Settings name pages, and a page that is published may show settings, so pages are made
        before the settings and filled after.
        """
        files = list(page_files(self.folder))
        self._load_contacts()
        site = self._make_site(files[0])
        new = [file for file in files if self._find_or_make(file)]
        self._load_settings(site)
        for file in new:
            self._fill(file)
        if new:
            self.say(f"{len(new)} pages")
        self._load_redirects(site)
        return len(new)

    # --- Contacts, settings, redirects ----------------------------------------------------------

    def _load_contacts(self) -> None:
        source = self.folder / "contacts.yaml"
        for facts in read_yaml(source):
            contact = Contact.objects.filter(key=facts["key"]).first()
            if contact is None:
                contact = Contact(**{name: tidy(value) for name, value in facts.items()})
                _check(contact, source)
                contact.save()
            self.contacts[contact.key] = contact

    def _load_settings(self, site: Site) -> None:
        if SiteSettings.objects.filter(site=site).exists():
            return
        source = self.folder / "site.yaml"
        facts = read_yaml(source)
        for name, value in facts.pop("successor", {}).items():
            facts[f"successor_{name}"] = value
        values: dict[str, Any] = {}
        for name, value in facts.items():
            if name.endswith("_page"):
                values[name] = self.reader.page(value, source)
            elif name == "media_contact":
                values[name] = self.contacts[value]
            else:
                values[name] = tidy(value)
        organisation = SiteSettings(site=site, **values)
        _check(organisation, source)
        organisation.save()

    def _load_redirects(self, site: Site) -> None:
        source = self.folder / "redirects.yaml"
        for facts in read_yaml(source):
            Redirect.objects.get_or_create(
                old_path=Redirect.normalise_path(facts["from"]),
                site=site,
                defaults={"redirect_page": self.reader.page(facts["to"], source)},
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
        facts = {name: fact for name, fact in file.facts.items() if name not in NOT_FIELDS}
        self.reader.set_fields(page, facts, file.source)
        rows: list[models.Model] = []
        for name, model in ROWS.items():
            if name in file.facts:
                children = [
                    self.reader.set_fields(model(sort_order=number), facts, file.source)
                    for number, facts in enumerate(file.facts[name])
                ]
                setattr(page, name, children)
                rows += children
        for row in rows:
            _check(row, file.source, exclude={"page"})
        _check(page, file.source)
        page.save_revision(log_action=True).publish()
        self.pages[file.address] = page


def _check(target: models.Model, source: Path, exclude: set[str] | None = None) -> None:
    try:
        target.full_clean(exclude=exclude)
    except ValidationError as error:
        message = f"{source}: {target}: {error}"
        raise ContentFileError(message) from error
