"""Menu, breadcrumbs and section navigation: all of them are the page tree.

The menu is the same on every page but for the branch in which the page stands, so it is kept.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db.models import Q
from django.http import HttpRequest
from wagtail.models import Page

from pages.kept import kept_for_a_second
from pages.models.site import SiteSettings
from pages.public import PublicPage, public_pages, read_public

MENU_LEVELS = 3


@dataclass(frozen=True, eq=False)
class MenuItem:
    """A page as the navigation shows it."""

    path: str
    title: str
    url: str
    is_current: bool = False
    children: tuple["MenuItem", ...] = ()
    is_open: bool = False  # the page being read is this one or below it
    type_id: int = 0  # of its content type
    search_description: str = ""


class Menu:
    """The pages in the menu, and others that every page names, in tree order."""

    def __init__(self, root: tuple[str, str, int], rows: Iterable[PublicPage]) -> None:
        """Take where the site begins: its page's tree path, URL path and depth."""
        self.root_path, self.root_url_path, root_depth = root
        self.rows = {row.id: row for row in rows}
        self.by_path = {row.path: row for row in self.rows.values()}
        self._below: dict[str, list[PublicPage]] = {}
        for row in self.rows.values():
            if row.show_in_menus and root_depth < row.depth <= root_depth + MENU_LEVELS:
                self._below.setdefault(row.path[: -Page.steplen], []).append(row)
        self._closed = {row.path: self._entry(row, "") for row in self._below_root}

    @property
    def _below_root(self) -> list[PublicPage]:
        return self._below.get(self.root_path, [])

    def item(self, row: PublicPage, here: str, children: Iterable[MenuItem] = ()) -> MenuItem:
        """Return a page as the navigation around a page shows it, whose tree path is `here`."""
        return MenuItem(
            row.path,
            row.title,
            "/" + row.url_path.removeprefix(self.root_url_path),
            is_current=row.path == here,
            children=tuple(children),
            is_open=bool(here) and here.startswith(row.path),
            type_id=row.content_type_id,
            search_description=row.search_description,
        )

    def below(self, path: str, here: str) -> list[MenuItem]:
        """Return the pages in the menu that lie straight below one, by its tree path."""
        return [self.item(row, here) for row in self._below.get(path, [])]

    def entries(self, here: str) -> list[MenuItem]:
        """Return the menu's entries. All but the open one are the same objects for every page."""
        return [
            self._entry(row, here) if here.startswith(row.path) else self._closed[row.path]
            for row in self._below_root
        ]

    def _entry(self, top: PublicPage, here: str) -> MenuItem:
        """Return a top-level page with its groups.

        Pages that lie straight below it, beside groups, are shown as a group under its own name.
        """
        groups: list[MenuItem] = []
        loose: list[MenuItem] = []
        for child in self._below.get(top.path, []):
            pages = self.below(child.path, here)
            if pages:
                groups += self._own_group(top, here, loose)
                groups.append(self.item(child, here, pages))
                loose = []
            else:
                loose.append(self.item(child, here))
        return self.item(top, here, [*groups, *self._own_group(top, here, loose)])

    def _own_group(self, top: PublicPage, here: str, loose: list[MenuItem]) -> list[MenuItem]:
        if not loose:
            return []
        item = self.item(top, here)
        return [MenuItem(item.path, item.title, item.url, item.is_current, tuple(loose))]


# What has not changed is the menu that it was before, with what templates keep of it.
_menu_of = lru_cache(maxsize=8)(Menu)


@kept_for_a_second
def _menu(root: tuple[str, str, int], named: tuple[int, ...]) -> Menu:
    """Read the menu below a page, which is given as to Menu, and the pages with these keys."""
    path, _, depth = root
    in_menu = Q(
        path__startswith=path,
        show_in_menus=True,
        depth__gt=depth,
        depth__lte=depth + MENU_LEVELS,
    )
    return _menu_of(root, tuple(read_public(in_menu | Q(pk__in=named))))


@dataclass
class Navigation:
    """The navigation around one page; `page` is None on pages outside the tree, such as search.

    `to_name` has the keys of pages that are wanted by name, and `named` those that are public.
    Those with `keys`, which the page's own text leads to, are looked up with what lies above it.
    """

    root: Page
    page: Page | None
    to_name: dict[str, int] = field(default_factory=dict)
    keys: Collection[int] = ()

    @classmethod
    def of(
        cls, request: HttpRequest, page: Page | None = None, keys: Collection[int] = ()
    ) -> "Navigation":
        """Return the navigation around a page of the request's site."""
        settings = SiteSettings.for_request(request)
        return cls(settings.site.root_page, page, settings.named_pages, keys)

    @cached_property
    def _menu(self) -> Menu:
        root = self.root.path, self.root.url_path, self.root.depth
        return _menu(root, tuple(sorted(self.to_name.values())))

    @property
    def _here(self) -> str:
        return self.page.path if self.page else ""

    @cached_property
    def _others(self) -> list[PublicPage]:
        """The public pages beside the menu's that are needed, in tree order."""
        here = self._here
        first = len(self.root.path) + Page.steplen
        above = {here[:end] for end in range(first, len(here), Page.steplen)}
        above -= self._menu.by_path.keys()
        keys = set(self.keys) - self._menu.rows.keys()
        return read_public(Q(path__in=above) | Q(pk__in=keys)) if above or keys else []

    @cached_property
    def _trail(self) -> list[PublicPage]:
        """The public pages above the one being read, without the home page."""
        here = self._here
        found = self._menu.by_path | {row.path: row for row in self._others}
        first = len(self.root.path) + Page.steplen
        ends = range(first, len(here), Page.steplen)
        return [row for end in ends if (row := found.get(here[:end]))]

    @cached_property
    def named(self) -> dict[str, MenuItem]:
        """The pages to name that are public, by those names."""
        menu = self._menu
        return {
            name: menu.item(menu.rows[key], self._here)
            for name, key in self.to_name.items()
            if key in menu.rows
        }

    def pages_by_key(self) -> dict[int, PublicPage | None]:
        """Return the pages with `keys`, as far as links and lists need them; None if not public."""
        found = self._menu.rows | {row.id: row for row in self._others}
        return {key: found.get(key) for key in self.keys}

    @cached_property
    def menu(self) -> list[MenuItem]:
        """The primary navigation, three levels deep, without the home page."""
        return self._menu.entries(self._here)

    @cached_property
    def home_is_current(self) -> bool:
        return bool(self.page and self.page.path == self.root.path)

    @cached_property
    def breadcrumbs(self) -> list[MenuItem]:
        """The public pages above the one being read, from the home page down."""
        if self.page is None or self.home_is_current:
            return []
        home = MenuItem(self.root.path, self.root.title, "/")
        return [home, *(self._menu.item(row, self._here) for row in self._trail)]

    def titles_above(self, page: Page) -> list[str]:
        """Return where in the menu a page stands: the titles above it, the outermost first."""
        return [
            self._menu.by_path[path].title
            for end in range(len(self.root.path) + Page.steplen, len(page.path), Page.steplen)
            if (path := page.path[:end]) in self._menu.by_path
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
        here = self._here
        parent = self._trail[-1] if self._trail else None
        if parent is None or parent.path != here[: -Page.steplen]:
            return None
        siblings = self._menu.below(parent.path, here)
        if not any(item.is_current for item in siblings):
            siblings.append(MenuItem(here, self.page.title, self.page.url or "", is_current=True))
        return self._menu.item(parent, here, siblings)


@dataclass
class ListedPage:
    """A page on a landing page's list, with those below it."""

    title: str
    url: str
    search_description: str
    children: list["ListedPage"] = field(default_factory=list)


def listed_children(parent: Page, besides: type[Page] | None = None) -> list[ListedPage]:
    """Return the public pages below a landing page, two levels deep, in the tree's order.

    The first level lists every page, the second those in the menu. `besides` is a type of page
    that is listed elsewhere.
    """
    shown = public_pages().not_type(besides) if besides else public_pages()
    last = "Z" * Page.steplen  # a range of paths has an index on SQLite, where LIKE has none
    rows = (
        shown.filter(path__gt=parent.path, path__lt=f"{parent.path}{last}")
        .filter(Q(depth=parent.depth + 1) | Q(depth=parent.depth + 2, show_in_menus=True))
        .order_by("path")
        .values_list("path", "title", "url_path", "search_description")
    )
    address = parent.url
    listed: dict[str, ListedPage] = {}
    for path, title, url_path, summary in rows:
        page = ListedPage(title, f"{address}{url_path.removeprefix(parent.url_path)}", summary)
        above = listed.get(path[: -Page.steplen])
        if len(path) == len(parent.path) + Page.steplen:
            listed[path] = page
        elif above:
            above.children.append(page)
    return list(listed.values())
