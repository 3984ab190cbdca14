"""Whether what was drawn moves while a page loads."""

from playwright.sync_api import Page


def shifts(page: Page) -> float:
    """Return by how much what was drawn has moved since: https://web.dev/articles/cls"""
    return page.evaluate(
        """() => new Promise(done => {
            let total = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) total += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(total), 300);
        })"""
    )
