"""Menu, breadcrumbs and section navigation: all of them are the page tree, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from wagtail.models import Page

from pages.public import public_pages

MENU_LEVELS = 3


@dataclass
class MenuItem:
    """A page as the navigation shows it."""

    path: str
    title: str
    url: str
    is_current: bool = False
    children: list["MenuItem"] = field(default_factory=list)
    is_open: bool = False  # the page being read is this one or below it
    in_menu: bool = False  # the others are shown only in the trail to the page being read


@dataclass
class Navigation:
    """The navigation around one page; `page` is None on pages outside the tree, such as search."""

    root: Page
    page: Page | None

    @cached_property
    def _rows(self) -> dict[str, MenuItem]:
        """Every page in the menu, and those above the page being read, by tree path."""
        here = self.page.path if self.page else ""
        shown = Q(
            path__startswith=self.root.path,
            show_in_menus=True,
            depth__gt=self.root.depth,
            depth__lte=self.root.depth + MENU_LEVELS,
        )
        above = Q(
            path__in=[here[:end] for end in range(len(self.root.path), len(here), Page.steplen)]
        )
        rows = (
            public_pages()
            .filter(shown | above)
            .order_by("path")
            .values_list("path", "title", "url_path", "show_in_menus")
        )
        return {
            path: MenuItem(
                path,
                title,
                "/" + url_path.removeprefix(self.root.url_path),
                is_current=path == here,
                is_open=bool(here) and here.startswith(path),
                in_menu=in_menu,
            )
            for path, title, url_path, in_menu in rows
        }

    @cached_property
    def _below(self) -> dict[str, list[MenuItem]]:
        """The pages in the menu by the tree path of the page above them."""
        below: dict[str, list[MenuItem]] = {}
        for path, item in self._rows.items():
            if item.in_menu:
                below.setdefault(path[: -Page.steplen], []).append(item)
        return below

    @cached_property
    def menu(self) -> list[MenuItem]:
        """The primary navigation, three levels deep, without the home page.

        Pages that lie straight below a top-level page, beside groups, are shown as a group
        under the top-level page's own name.
        """
        top = self._below.get(self.root.path, [])
        for item in top:
            own_group: MenuItem | None = None
            for child in self._below.get(item.path, []):
                child.children = self._below.get(child.path, [])
                if child.children:
                    item.children.append(child)
                    own_group = None
                    continue
                if own_group is None:
                    own_group = MenuItem(item.path, item.title, item.url, item.is_current)
                    item.children.append(own_group)
                own_group.children.append(child)
        return top

    @cached_property
    def home_is_current(self) -> bool:
        return bool(self.page and self.page.path == self.root.path)

    @cached_property
    def breadcrumbs(self) -> list[MenuItem]:
        """The public pages above the one being read, from the home page down."""
        if self.page is None:
            return []
        here = self.page.path
        trail = [
            item
            for item in self._rows.values()
            if here.startswith(item.path) and item.path not in {here, self.root.path}
        ]
        home = MenuItem(self.root.path, self.root.title, "/")
        return [] if self.home_is_current else [home, *trail]

    def titles_above(self, page: Page) -> list[str]:
        """Return where in the menu a page stands: the titles above it, the outermost first."""
        return [
            self._rows[path].title
            for end in range(len(self.root.path) + Page.steplen, len(page.path), Page.steplen)
            if (path := page.path[:end]) in self._rows
        ]

    @property
    def breadcrumbs_with_page(self) -> list[MenuItem]:
        """The trail on what lies below a page without being in the tree: it ends with the page."""
        page = self.page
        if page is None:
            return []
        return [*self.breadcrumbs, MenuItem(page.path, page.title, page.url or "")]

    @cached_property
    def section(self) -> MenuItem | None:
        """The page above the one being read, with the pages beside it; None near the top."""
        if self.page is None or self.page.depth <= self.root.depth + 1:
            return None
        parent = self._rows.get(self.page.path[: -Page.steplen])
        if parent is None:
            return None
        siblings = list(self._below.get(parent.path, []))
        if not any(item.is_current for item in siblings):
            siblings.append(
                MenuItem(self.page.path, self.page.title, self.page.url or "", is_current=True)
            )
        return MenuItem(parent.path, parent.title, parent.url, children=siblings)


@dataclass
class ListedPage:
    """A page on a landing page's list, with the pages below it."""

    page: Page
    children: list[Page] = field(default_factory=list)


def listed_children(
    parent: Page, *, menu_only: bool = False, besides: type[Page] | None = None
) -> list[ListedPage]:
    """Return the public pages below a landing page, two levels deep, in the tree's order.

    The first level lists every page, or those in the menu if `menu_only`; the second always
    those in the menu. `besides` is a type of page that is listed elsewhere.
    """
    shown = public_pages().not_type(besides) if besides else public_pages()
    rows: Iterable[Page] = (
        shown.descendant_of(parent)
        .filter(Q(depth=parent.depth + 1) | Q(depth=parent.depth + 2, show_in_menus=True))
        .order_by("path")
    )
    listed: dict[str, ListedPage] = {}
    for page in rows:
        above = listed.get(page.path[: -Page.steplen])
        if page.depth == parent.depth + 1:
            if page.show_in_menus or not menu_only:
                listed[page.path] = ListedPage(page)
        elif above:
            above.children.append(page)
    return list(listed.values())
