"""Our templates against the design system's macros: the same elements, classes and attributes.

Each deliberate difference stands beside its reason. `shape` compares the rest exactly.
"""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from pages.blocks import BodyBlock
from pages.models import Contact, SiteSettings
from pages.navigation import MenuItem
from tests.site.macros import (
    macro,
    removed,
    renamed,
    shape,
    unwrapped,
    without_attributes,
    without_classes,
)

BODY = BodyBlock()
TEXT = "<p>Your pharmacist can advise you.</p>"

# The macros' script is not loaded: nothing that we use of them needs it.
NO_SCRIPT = without_attributes("[data-module]", "data-module")
# An attribute for Internet Explorer, which the HTML standard does not know.
NO_FOCUSABLE = without_attributes("svg", "focusable")
# The elements have these roles by themselves; the HTML checker warns of saying it twice.
NO_NATIVE_ROLES = without_attributes("nav, header, footer", "role")
# role="text" is in no standard; the HTML checker calls it an error.
NO_TEXT_ROLE = unwrapped("[role=text]")


def block(kind: str, value, **context) -> str:
    """Render one block of a page's text."""
    child = BODY.to_python([{"type": kind, "value": value}])[0]
    return child.render(context={"component_level": 3, **context})


def test_inset_text() -> None:
    assert shape(block("inset", TEXT)) == shape(macro("inset-text", "insetText", html=TEXT))


@pytest.mark.parametrize("heading", ["School, nursery or work", "Important", "An important date"])
def test_warning_callout(heading: str) -> None:
    ours = block("warning", {"heading": heading, "text": TEXT})
    theirs = macro("warning-callout", "warningCallout", heading=heading, html=TEXT)

    assert shape(ours) == shape(theirs, NO_TEXT_ROLE)


@pytest.mark.parametrize("urgency", ["non-urgent", "urgent", "emergency"])
def test_care_card(urgency: str) -> None:
    heading = "Call 999 if:"
    ours = block("care_card", {"urgency": urgency, "heading": heading, "text": TEXT})
    theirs = macro(
        "card", "card", variant=urgency, heading=heading, headingLevel=3, descriptionHtml=TEXT
    )

    assert shape(ours) == shape(theirs, NO_TEXT_ROLE)


@pytest.mark.parametrize(
    ("kind", "icon", "heading"), [("do_list", "tick", "Do"), ("dont_list", "cross", "Don't")]
)
def test_do_and_dont_lists(kind: str, icon: str, heading: str) -> None:
    item = "<p>rest and <b>drink</b> water</p>"
    ours = block(kind, {"heading": heading, "items": [item]})
    # Editors write "do not" themselves, so that what they see is what is shown.
    theirs = macro(
        "do-dont-list",
        "list",
        title=heading,
        icon=icon,
        hidePrefix=True,
        items=[{"html": item}],
    )

    assert shape(ours) == shape(theirs, NO_FOCUSABLE)


def test_details() -> None:
    ours = block("details", {"summary": "What this means", "text": TEXT})
    theirs = macro("details", "details", summaryText="What this means", html=TEXT)

    assert shape(ours) == shape(theirs)


def test_expander() -> None:
    ours = block("expander", {"summary": "Opening times", "text": TEXT})
    theirs = macro(
        "details", "details", classes="nhsuk-expander", summaryText="Opening times", html=TEXT
    )

    assert shape(ours) == shape(theirs)


def test_action_link() -> None:
    ours = block("action_link", {"text": "Find a pharmacy", "url": "https://www.nhs.uk/"})
    theirs = macro("action-link", "actionLink", text="Find a pharmacy", href="https://www.nhs.uk/")

    # A paragraph around it keeps two of them in a row from standing side by side.
    assert shape(ours, unwrapped("p")) == shape(theirs, NO_FOCUSABLE)


def test_start_button() -> None:
    ours = block("start_button", {"text": "Start now", "url": "https://www.nhs.uk/"})
    theirs = macro("button", "button", text="Start now", href="https://www.nhs.uk/")

    # It leads to another page, so it is a link; as a button it would have to obey the space
    # bar, for which the macro's script is needed.
    differences = (NO_SCRIPT, without_attributes("a", "role"))
    assert shape(ours, unwrapped("p")) == shape(theirs, *differences)


def test_summary_list() -> None:
    ours = block("summary_list", {"rows": [{"key": "Date", "value": "<p>1 April 2013</p>"}]})
    theirs = macro(
        "summary-list",
        "summaryList",
        rows=[{"key": {"text": "Date"}, "value": {"html": "<p>1 April 2013</p>"}}],
    )

    assert shape(ours) == shape(theirs)


@pytest.mark.parametrize("row_headers", [True, False])
def test_table(row_headers: bool) -> None:
    ours = block(
        "table",
        {
            "row_headers": row_headers,
            "table": {
                "caption": "Files by month",
                "columns": [
                    {"type": "text", "heading": "Month"},
                    {"type": "rich_text", "heading": "Contents"},
                    {"type": "number", "heading": "Rows"},
                ],
                "rows": [{"values": ["April", "<p>Payments</p>", 25000]}],
            },
        },
    )
    theirs = macro(
        "tables",
        "table",
        responsive=True,
        caption="Files by month",
        firstCellIsHeader=row_headers,
        head=[{"text": "Month"}, {"text": "Contents"}, {"text": "Rows", "format": "numeric"}],
        rows=[
            [
                {"header": "Month", "html": "April"},
                {"header": "Contents", "html": "<p>Payments</p>"},
                {"header": "Rows", "html": "25,000", "format": "numeric"},
            ]
        ],
    )

    # A paragraph may not stand in a span.
    cells = renamed("td > span:last-child, th > span:last-child", "div")
    # The HTML standard does not allow the parts of a table these roles; static/js/tables.js
    # sets them in the browser, where rows that stack would otherwise lose them.
    roles = without_attributes("table, table *", "role")
    assert shape(ours, removed("script")) == shape(theirs, cells, roles)


def test_contact_card(db) -> None:
    contact = Contact(key="x", name="Complaints team", email="a@example.org", phone="01632 960001")
    ours = render_to_string(
        "blocks/contact.html",
        {"value": contact, "component_level": 3, "request": RequestFactory().get("/")},
    )
    link = '<a href="{0}">{1}</a>'
    rows = [
        ("Phone", link.format("tel:01632960001", "01632 960001")),
        ("Email", link.format("mailto:a@example.org", "a@example.org")),
    ]
    theirs = macro(
        "summary-list",
        "summaryList",
        card={"heading": "Complaints team", "headingLevel": 3, "headingSize": "s"},
        border=False,
        rows=[{"key": {"text": key}, "value": {"html": value}} for key, value in rows],
    )

    assert shape(ours) == shape(theirs)


def test_page_with_its_summary_as_a_card() -> None:
    page = SimpleNamespace(title="Your Health", url="/your-health/", search_description="Advice.")
    ours = render_to_string("components/summarised_page.html", {"page": page, "level": 3})
    theirs = macro(
        "card",
        "card",
        clickable=True,
        heading="Your Health",
        headingLevel=3,
        headingSize="s",
        href="/your-health/",
        description="Advice.",
    )

    assert shape(ours) == shape(theirs)


def test_a_listed_page_without_pages_below_it_is_the_same_card() -> None:
    page = SimpleNamespace(
        title="Your Health", url="/your-health/", search_description="Advice.", children=[]
    )
    listed = render_to_string("components/listed_pages.html", {"pages": [page], "level": 3})
    ours = str(BeautifulSoup(listed, "html.parser").select_one(".nhsuk-card"))
    theirs = render_to_string("components/summarised_page.html", {"page": page, "level": 3})

    assert shape(ours) == shape(theirs)


def test_task_card() -> None:
    page = SimpleNamespace(title="Self-care", url="/self-care/")
    ours = render_to_string(
        "components/task.html", {"task": {"page": page, "text": "Look after yourself"}, "level": 3}
    )
    theirs = macro(
        "card",
        "card",
        clickable=True,
        variant="primary",
        heading="Look after yourself",
        headingLevel=3,
        headingSize="xs",
        href="/self-care/",
    )

    assert shape(ours) == shape(theirs, NO_FOCUSABLE)


def test_breadcrumb() -> None:
    steps = [("Home", "/"), ("Your Health", "/your-health/")]
    trail = [MenuItem(path="", title=title, url=url) for title, url in steps]
    ours = render_to_string("navigation/breadcrumbs.html", {"trail": trail})
    theirs = macro(
        "breadcrumb", "breadcrumb", items=[{"text": title, "href": url} for title, url in steps]
    )

    assert shape(ours) == shape(theirs)


def test_contents_list() -> None:
    entries = [SimpleNamespace(text="Cost", anchor="cost")]
    ours = render_to_string("navigation/contents_list.html", {"entries": entries})
    theirs = macro("contents-list", "contentsList", items=[{"text": "Cost", "href": "#cost"}])

    # It lists the parts of this page, not the pages of a guide, so its heading says so to
    # everyone and is its name.
    assert shape(ours, removed("h2"), without_attributes("nav", "aria-labelledby")) == shape(
        theirs, removed("h2"), NO_NATIVE_ROLES, without_attributes("nav", "aria-label")
    )


def test_skip_links() -> None:
    ours = render_to_string("layout/skip_links.html")
    theirs = macro("skip-link", "skipLink", href="#site-main")
    theirs += macro("skip-link", "skipLink", href="#site-navigation", text="Skip to navigation")

    # What they lead to can take focus, so they need no script.
    assert shape(ours) == shape(theirs, NO_SCRIPT)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_pagination(number: int) -> None:
    results = Paginator(range(30), 10).page(number)
    ours = render_to_string("components/pagination.html", {"results": results, "address": "?page="})
    links = {}
    if number > 1:
        links["previous"] = {"href": f"?page={number - 1}", "labelText": f"{number - 1} of 3"}
    if number < 3:
        links["next"] = {"href": f"?page={number + 1}", "labelText": f"{number + 1} of 3"}
    theirs = macro("pagination", "pagination", **links)

    assert shape(ours) == shape(theirs, NO_FOCUSABLE, NO_NATIVE_ROLES)


def test_image_caption() -> None:
    ours = render_to_string("blocks/image.html", {"value": {"image": None, "caption": "A field"}})
    theirs = macro("images", "image", src="/a.jpg", alt="", caption="A field")

    # Wagtail writes the <img>: its text, its sizes and its width and height.
    assert shape(ours, removed("img")) == shape(theirs, removed("img"))


def test_search_in_the_header() -> None:
    ours = render_to_string("components/search_form.html", {"id": "site-search", "header": True})
    theirs = macro(
        "header",
        "header",
        search={"action": "/search/", "visuallyHiddenLabel": "Search this website"},
    )
    start, end = theirs.index("<form"), theirs.index("</form>") + len("</form>")
    # Another form of the page may be called "search" too; the field's name is free for us.
    ids = without_attributes("form, input, label", "id", "for")
    # The search cuts what is longer.
    length = without_attributes("input", "maxlength")

    # Where static/js/suggestions.js asks what to suggest.
    suggestions = without_attributes("form", "data-suggestions")

    assert shape(ours, ids, length, suggestions) == shape(
        theirs[start:end], ids, NO_SCRIPT, NO_FOCUSABLE
    )


def test_header() -> None:
    site = SiteSettings(name="Example CCG", short_name="Example", lock_up_name="Example CCG")
    nav = SimpleNamespace(home_is_current=True, menu=[MenuItem("", "News", "/news/")])
    ours = render_to_string("layout/header.html", {"site": site, "nav": nav})
    theirs = macro(
        "header",
        "header",
        service={"text": "NAME", "href": "/"},
        search={"action": "/search/"},
        navigation={
            "ariaLabel": "Main",
            "items": [
                {"text": "Home", "href": "/", "current": True},
                {"text": "News", "href": "/news/"},
            ],
        },
    )

    assert shape(
        ours,
        removed("form"),
        # The skip links stand in a landmark even where the cookie banner comes before them.
        removed(".nhsuk-skip-link"),
        # The name is text, never the logo, and has the words "home page" for screen readers.
        removed(".site-lock-up > *"),
        # Ours opens with a button of its own on narrow screens, and shows the third level.
        removed(".site-navigation__menu"),
        without_attributes("nav, ul", "id", "tabindex"),
    ) == shape(
        theirs,
        removed("form"),
        NO_SCRIPT,
        NO_NATIVE_ROLES,
        # The NHS logo is not ours to ship.
        unwrapped(".nhsuk-header__service-logo"),
        removed("svg"),
        renamed_service_link,
        # The script that would fold items away behind "More" is not loaded.
        removed(".nhsuk-header__menu"),
        # aria-current and the bar below the link say which page is current.
        unwrapped("strong"),
        without_classes("nhsuk-header__navigation-item--current"),
    )


def renamed_service_link(soup) -> None:
    """Make the name itself the link, as the macro does where there is no logo beside it."""
    name = soup.select_one(".nhsuk-header__service-name")
    name.name = "a"
    name["href"] = "/"
    name.clear()


def test_footer(db) -> None:
    site = SiteSettings(name="Example CCG", credit_line="Made by us.")
    site.complaints_text = "You can complain."
    ours = render_to_string(
        "layout/footer.html",
        {"site": site, "request": RequestFactory().get("/"), "cookies": "/cookies/"},
    )
    theirs = macro(
        "footer",
        "footer",
        columns=3,
        navigation=[
            {"title": "Example CCG", "items": []},
            {"title": "Complaints", "html": "<p>You can complain.</p>", "items": []},
            {
                "title": "Using this website",
                "items": [
                    {"text": "Manage cookies", "href": "/cookies/#cookie-choices"},
                    {"text": "Report an error on this page", "href": "/enquiries/about/page/"},
                    {
                        "text": "Ask for this page in another format",
                        "href": "/enquiries/about/format/",
                    },
                ],
            },
        ],
        copyright={"text": "Made by us."},
    )
    # Small print, as the macro has it where it writes the paragraph itself.
    small = without_classes("nhsuk-body-s", "nhsuk-u-margin-bottom-2")

    assert shape(ours, small) == shape(theirs, NO_NATIVE_ROLES, small)


def test_footer_link() -> None:
    page = SimpleNamespace(title="Cookie policy", url="/cookies/", live=True, expire_at=None)
    ours = render_to_string("layout/footer_links.html", {"first": page})
    theirs = macro(
        "footer",
        "footer",
        navigation=[{"items": [{"text": "Cookie policy", "href": "/cookies/"}]}],
    )
    start, end = theirs.index("<ul"), theirs.index("</ul>") + len("</ul>")

    assert shape(ours) == shape(theirs[start:end])


@pytest.mark.parametrize(
    "changed",
    [
        '<div class="nhsuk-card"><p>Text</p></div>',
        '<div class="nhsuk-card nhsuk-card--care"><span>Text</span></div>',
        '<div class="nhsuk-card nhsuk-card--care" id="a"><p>Text</p></div>',
        '<div class="nhsuk-card nhsuk-card--care"><p>Other text</p></div>',
    ],
)
def test_the_comparison_sees_a_difference(changed: str) -> None:
    html = '<div class="nhsuk-card--care nhsuk-card"><p>  Text </p></div>'

    assert shape(html) == shape('<div class="nhsuk-card nhsuk-card--care site-x"><p>Text</p></div>')
    assert shape(html) != shape(changed)
