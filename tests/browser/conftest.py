"""Tests in a real browser, against the site as `make run` serves it. They use no database."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import ARGUMENTS, installed_chromium
from tests.browser.consent_audit import Declared, declared_cookies


@pytest.fixture(scope="session")
def site_url(running_site):
    return running_site.url


@pytest.fixture(scope="session")
def base_url(site_url):
    """Let `page.goto("/about-us/")` mean the running site."""
    return site_url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    own = installed_chromium()
    path = {"executable_path": own} if own else {}
    return {**browser_type_launch_args, **path, "args": ARGUMENTS}


@pytest.fixture
def declared(playwright, site_url: str) -> Iterator[list[Declared]]:
    """Return what the cookies page says that this site keeps in a browser."""
    request = playwright.request.new_context(base_url=site_url)
    yield declared_cookies(request.get("/cookies/").text())
    request.dispose()


@pytest.fixture(scope="session")
def signed_in(browser, running_site):
    """Return the cookies of an administrator who has signed in."""
    context = browser.new_context(base_url=running_site.url)
    page = context.new_page()
    page.goto("/cms/login/")
    page.get_by_placeholder("Enter your username").fill("admin")
    page.get_by_placeholder("Enter password").fill(running_site.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/cms/")
    yield context.storage_state()
    context.close()


@pytest.fixture
def cms(new_context, signed_in):
    """Return a page at the CMS's dashboard, signed in as the administrator."""
    page = new_context(storage_state=signed_in).new_page()
    page.goto("/cms/")
    return page
