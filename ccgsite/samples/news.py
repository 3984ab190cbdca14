"""Sample news: stories and media releases on a few topics, over the last years."""

from datetime import date, timedelta

from ccgsite.samples.labels import body, labelled, publish, text
from pages.models import HomePage, Listed, NewsIndexPage, NewsKind, NewsPage, Topic

TOPICS = ("Sample topic A", "Sample topic B", "Sample topic C")
SUBJECTS = (
    "a clinic that moved",
    "a day for volunteers",
    "a new page on this website",
    "an event in a library",
    "a survey that ended",
)
RELEASE_EVERY = 4  # entries
WITHOUT_TOPIC_EVERY = 5
LONGEST_AGO = timedelta(days=5 * 365)


def add(home: HomePage, number: int, today: date) -> list[NewsPage]:
    """Add so many entries, the newest of today; the first of all is featured.

    Media releases go below a list of their own, if the site has one. Returns those that were
    missing.
    """
    topics = [
        Topic.objects.get_or_create(slug=name.lower().replace(" ", "-"), defaults={"name": name})[0]
        for name in TOPICS
    ]
    indexes = NewsIndexPage.objects.descendant_of(home)
    news = indexes.exclude(lists=Listed.RELEASES).first()
    releases = indexes.filter(lists=Listed.RELEASES).first() or news
    made = []
    for place in range(number):
        is_release = place % RELEASE_EVERY == RELEASE_EVERY - 1
        day = today - LONGEST_AGO * place / number
        page = NewsPage(
            title=labelled(f"{SUBJECTS[place % len(SUBJECTS)]}, number {place + 1}"),
            slug=f"sample-news-{place + 1}",
            kind=NewsKind.RELEASE if is_release else NewsKind.NEWS,
            published_on=day,
            updated_on=day,
            topic=topics[place % len(topics)] if place % WITHOUT_TOPIC_EVERY else None,
            is_featured=place == 0,
            body=body(text("What happened, where and when would stand here.", "And what is next.")),
        )
        made.append(publish(releases if is_release else news, page))
    return [page for page in made if page]
