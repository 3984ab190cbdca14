"""A large site for measuring: pages and documents of made-up text, the same every time.

Words are as frequent as in any text: the second half as often as the first, the third a third as
often, and so on (Zipf's law). Half of the words are those of the starter site, so that real
queries find something everywhere.
"""

from datetime import timedelta
from itertools import accumulate
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.blocks import StreamValue
from wagtail.models import Collection, Page
from wagtail.rich_text import RichText

from ccgsite.samples.entries import add_entries
from pages.document_text import Outcome
from pages.models import (
    ContentPage,
    DocumentReading,
    HomePage,
    IndexedWord,
    NewsIndexPage,
    NewsPage,
    SectionPage,
    SiteDocument,
)
from pages.public import public_pages

PAGES_OF_A_SECTION = 500  # at most
NEWS_EVERY = 5  # sections
PAGES_FOR_AN_ENTRY = 200  # there are so many pages for each sample entry of a kind
PARTS_OF_A_PAGE = 4
WORDS_IN_A_PART = 70
PAGES_OF_A_DOCUMENT = 5
WORDS_ON_A_PAGE = 250
MADE_UP_WORDS = 12_000
SYLLABLES = "ba co di fen gor hul ja kem lo mid nar op pel qui ras sto tun ved wex yor"


class Text:
    """Words by their frequency, and titles and texts made of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        known = IndexedWord.objects.order_by("-passages", "word").values_list("word", flat=True)
        made_up = {
            "".join(self.random.choices(SYLLABLES.split(), k=self.random.randint(2, 5)))
            for _ in range(MADE_UP_WORDS)
        }
        self.words = [*known, *sorted(made_up)]
        self.frequencies = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def of(self, length: int) -> str:
        chosen = self.random.choices(self.words, cum_weights=self.frequencies, k=length)
        return " ".join(chosen).capitalize()

    def title(self) -> str:
        return " ".join(self.random.choices(self.words, k=self.random.randint(2, 5))).capitalize()


def fill(pages: int, documents: int) -> None:
    """Add pages and documents that they offer until the site has so many; most are not indexed yet.

    Some are the sample entries of every kind of list, which are published one by one; of the
    sections of the others, one in five is of news.
    """
    add_entries(HomePage.objects.get(), pages // PAGES_FOR_AN_ENTRY, timezone.localdate())
    text = Text(seed=pages)
    stored = _documents(documents - SiteDocument.objects.count(), text)
    missing = pages - public_pages().exclude(depth=Page.get_first_root_node().depth).count()
    sections = -(-missing // PAGES_OF_A_SECTION)
    home = HomePage.objects.get()
    for number in range(sections):
        above = home.add_child(
            instance=SectionPage(title=text.title(), search_description=text.of(12))
        )
        model = ContentPage
        here = missing * (number + 1) // sections - missing * number // sections - 1
        if number % NEWS_EVERY == NEWS_EVERY - 1:
            model = NewsPage
            above = above.add_child(instance=NewsIndexPage(title="News", search_description="News"))
            here -= 1
        _add_below(above, model, here, text, stored[number::sections])


def _documents(number: int, text: Text) -> list[SiteDocument]:
    """Add so many documents that have been read; there is no file of any."""
    collection = Collection.get_first_root_node()
    stored = SiteDocument.objects.bulk_create(
        SiteDocument(
            title=text.title(),
            collection=collection,
            file=f"documents/large-site-{place}-of-{number}.pdf",
            file_size=1000,
        )
        for place in range(number)
    )
    DocumentReading.objects.bulk_create(
        DocumentReading(
            document=document,
            file=document.file.name,
            read_at=timezone.now(),
            outcome=Outcome.READ,
            pages=[text.of(WORDS_ON_A_PAGE) for _ in range(PAGES_OF_A_DOCUMENT)],
        )
        for document in stored
    )
    return stored


def _add_below(
    above: Page, model: type[Page], number: int, text: Text, documents: list[SiteDocument]
) -> None:
    """Add so many pages below one, with the documents shared among the first of them.

    Wagtail adds pages one by one; here the rows that all types share go in together.
    """
    content_type = ContentType.objects.get_for_model(model)
    rows = Page.objects.bulk_create(
        Page(
            path=Page._get_path(above.path, above.depth + 1, place),
            depth=above.depth + 1,
            slug=f"page-{place}",
            url_path=f"{above.url_path}page-{place}/",
            content_type=content_type,
            locale_id=above.locale_id,
            title=(title := text.title()),
            draft_title=title,
            search_description=text.of(15),
        )
        for place in range(1, number + 1)
    )
    Page.objects.filter(pk=above.pk).update(numchild=number)
    for place, row in enumerate(rows):
        page = model(page_ptr=row, body=_body(model, text, documents[place::number]))
        page.__dict__.update({k: v for k, v in row.__dict__.items() if k != "_state"})
        if isinstance(page, NewsPage):
            page.published_on = timezone.localdate() - timedelta(days=text.random.randrange(3000))
        page.save_base(raw=True)


def _body(model: type[Page], text: Text, documents: list[SiteDocument]) -> StreamValue:
    blocks: list[tuple[str, object]] = []
    for part in range(PARTS_OF_A_PAGE):
        blocks.append(("heading", {"text": text.title(), "anchor": f"part-{part}"}))
        blocks.append(("text", RichText(f"<p>{text.of(WORDS_IN_A_PART)}</p>")))
    blocks += [("document", {"document": document, "text": ""}) for document in documents]
    return StreamValue(model.body.field.stream_block, blocks)
