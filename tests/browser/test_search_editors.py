"""From a search that finds nothing to one that does: the visitor's part, and the editors'."""

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.sample_pages import PASSWORD, PUBLISHER
from tests.running import SECONDS_UNTIL_SEEN

pytestmark = pytest.mark.browser

EDITOR = "editor"
ADD_EDITOR = f"""
from django.contrib.auth.models import Group, User
user, _ = User.objects.get_or_create(username="{EDITOR}")
user.set_password("{PASSWORD}")
user.save()
user.groups.set(Group.objects.filter(name="Editors"))
"""
TELL = "Tell us that you could not find this"
SHOW = "Show what this would do"


@pytest.fixture(scope="module")
def states(browser, running_site) -> dict[str, dict]:
    """Return the cookies of a publisher and of an editor who have signed in."""
    running_site.run("shell", "-c", ADD_EDITOR)
    found = {}
    for name in (PUBLISHER, EDITOR):
        context = browser.new_context(base_url=running_site.url)
        page = context.new_page()
        page.goto("/cms/login/")
        page.get_by_placeholder("Enter your username").fill(name)
        page.get_by_placeholder("Enter password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/cms/")
        found[name] = context.storage_state()
        context.close()
    return found


def cms(new_context, state: dict, **options: bool) -> Page:
    size = {"width": 1280, "height": 1000}
    return new_context(storage_state=state, viewport=size, **options).new_page()


def posts(page: Page) -> list[Request]:
    """Return a list that every form and message that the page sends is added to."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


def row(report: Page, words: str):
    """Return the row of the report about these words."""
    report.goto("/cms/searches-without-results/")
    return report.get_by_role("row").filter(has_text=words)


# --- Visitors ---------------------------------------------------------------------------------


def test_a_search_without_results_is_told_once_and_by_itself(
    page: Page, context: BrowserContext
) -> None:
    sent = posts(page)

    with page.expect_response("**/search/without-results/") as told:
        page.goto("/search/?q=kwyjibo")

    assert told.value.status == 302
    expect(page.get_by_role("button", name=TELL)).to_be_hidden()
    page.wait_for_timeout(300)
    assert [request.post_data for request in sent] == ["q=kwyjibo"]
    assert page.url.endswith("/search/?q=kwyjibo")
    assert context.cookies() == []


def test_a_search_with_results_tells_nothing(page: Page) -> None:
    sent = posts(page)

    page.goto("/search/?q=flu", wait_until="networkidle")

    assert sent == []


def test_without_script_there_is_a_button(new_context) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 320, "height": 900}).new_page()
    page.goto("/search/?q=kwyjibo")

    page.get_by_role("button", name=TELL).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert page.url.endswith("/search/without-results/")


def test_the_button_comes_back_if_it_could_not_be_told(page: Page) -> None:
    page.route("**/search/without-results/", lambda route: route.abort())

    page.goto("/search/?q=kwyjibo")

    expect(page.get_by_role("button", name=TELL)).to_be_visible()


# --- Editors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "words"), [(PUBLISHER, "blorptex"), (EDITOR, "snazzleworth")])
def test_from_the_report_to_a_synonym(
    new_context, page: Page, states: dict[str, dict], name: str, words: str
) -> None:
    with page.expect_response("**/search/without-results/"):
        page.goto(f"/search/?q={words}")
    colleague = cms(new_context, states[name])

    row(colleague, words).get_by_role("link", name="Add synonym").click()
    expect(colleague.get_by_role("textbox", name="What people type")).to_have_value(words)
    means = colleague.get_by_role("textbox", name="What to look for as well")
    means.fill("winter flu vaccine")
    colleague.get_by_role("button", name=SHOW).click()

    expect(colleague.get_by_role("heading", name="What this would do")).to_be_focused()
    expect(colleague.get_by_role("columnheader", name="Now: 0 results")).to_be_visible()
    new = colleague.get_by_role("cell", name="1. Winter flu vaccine (flu jab) (New)")
    expect(new).to_be_visible()
    expect(means).to_have_value("winter flu vaccine")
    page.reload()
    expect(page.get_by_role("status").filter(has_text="No results")).to_be_visible()

    colleague.get_by_role("button", name="Save").click()
    expect(colleague.get_by_text(f"Synonym '{words}' created.")).to_be_visible()
    page.wait_for_timeout(1000 * SECONDS_UNTIL_SEEN)
    page.reload()
    expect(page.locator("main ol li").first).to_contain_text("Winter flu vaccine")

    row(colleague, words).get_by_role("button", name="Dismiss").click()
    expect(colleague.get_by_text("The search is off the list.")).to_be_visible()
    expect(colleague.get_by_role("row").filter(has_text=words)).to_have_count(0)


def test_a_wrong_synonym_is_refused_instead_of_shown(new_context, states: dict[str, dict]) -> None:
    editor = cms(new_context, states[EDITOR])
    editor.goto("/cms/snippets/pages/synonym/add/?typed=vaccines")
    editor.get_by_role("textbox", name="What to look for as well").fill("vaccination")

    editor.get_by_role("button", name=SHOW).click()

    message = "“vaccines” and “vaccination” are the same to search: take one out."
    expect(editor.get_by_text(message).first).to_be_visible()
    expect(editor.get_by_role("heading", name="What this would do")).to_have_count(0)


def test_a_change_is_shown_without_script_too(new_context, states: dict[str, dict]) -> None:
    editor = cms(new_context, states[EDITOR], java_script_enabled=False)
    editor.goto("/cms/snippets/pages/synonym/add/?typed=quomplex")
    editor.locator("[name=means]").fill("winter flu vaccine")

    editor.get_by_role("button", name=SHOW).click()

    expect(editor.get_by_text("1. Winter flu vaccine (flu jab) (New)")).to_be_visible()
    expect(editor.locator("[name=means]")).to_have_value("winter flu vaccine")


def test_the_enter_key_saves(new_context, states: dict[str, dict]) -> None:
    editor = cms(new_context, states[EDITOR])
    editor.goto("/cms/snippets/pages/synonym/add/?typed=frobnitz")
    means = editor.get_by_role("textbox", name="What to look for as well")
    means.fill("accessibility statement")

    means.press("Enter")

    expect(editor.get_by_text("Synonym 'frobnitz' created.")).to_be_visible()


@pytest.mark.parametrize(("name", "words"), [(PUBLISHER, "dweezil"), (EDITOR, "yoicks")])
def test_from_the_report_to_a_pinned_page(
    new_context, page: Page, states: dict[str, dict], name: str, words: str
) -> None:
    with page.expect_response("**/search/without-results/"):
        page.goto(f"/search/?q={words}")
    colleague = cms(new_context, states[name])

    row(colleague, words).get_by_role("link", name="Pin a page").click()
    expect(colleague.get_by_role("textbox", name="What people type")).to_have_value(words)
    colleague.get_by_role("button", name="Choose a page").click()
    chooser = colleague.get_by_role("dialog")
    chooser.get_by_role("textbox", name="Search term").fill("Self-care")
    chooser.get_by_role("link", name="Self-care", exact=True).click()
    colleague.get_by_role("button", name="Create").click()
    expect(colleague.get_by_text(f"Pages for “{words}” pinned.")).to_be_visible()

    page.reload()
    expect(page.locator("main").get_by_role("link", name="Self-care").first).to_be_visible()
    expect(page.get_by_text("No results")).to_have_count(0)


def test_a_publisher_says_what_is_an_emergency(
    new_context, page: Page, states: dict[str, dict]
) -> None:
    publisher = cms(new_context, states[PUBLISHER])
    publisher.goto("/cms/")
    publisher.get_by_role("button", name="Website search").click()
    publisher.get_by_role("link", name="Emergency phrases").click()
    publisher.get_by_role("link", name="Call 999").click()
    phrases = publisher.get_by_role("textbox", name="Phrases")
    phrases.fill(f"{phrases.input_value()}\nmy glimmet is purple")
    publisher.get_by_role("button", name="Save").click()
    expect(publisher.get_by_text("updated.").first).to_be_visible()

    page.goto("/search/?q=help+my+glimmet+is+purple")

    expect(page.locator("main").get_by_text("999").first).to_be_visible()


def test_an_editor_does_not(new_context, states: dict[str, dict]) -> None:
    editor = cms(new_context, states[EDITOR])
    editor.goto("/cms/")
    editor.get_by_role("button", name="Website search").click()

    expect(editor.get_by_role("link", name="Synonyms")).to_be_visible()
    expect(editor.get_by_role("link", name="Pinned pages")).to_be_visible()
    expect(editor.get_by_role("link", name="Searches without results")).to_be_visible()
    expect(editor.get_by_role("link", name="Emergency phrases")).to_have_count(0)
