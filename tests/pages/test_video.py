"""A video on YouTube: what editors may give, and what readers get before they say yes."""

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.template.loader import render_to_string
from django.urls import reverse
from PIL import Image
from wagtail.blocks import StreamBlockValidationError, StreamValue, StructBlockValidationError

from pages.blocks import BodyBlock, VideoBlock
from pages.models import SiteImage
from pages.search import search_pages
from pages.video import youtube_id
from tests import builders

BODY = BodyBlock()
VIDEO = VideoBlock()
ID = "M7lc1UVf-VE"
FACTS = {
    "video_id": ID,
    "title": "Washing your hands",
    "running_time": "4:12",
    "transcript": "<p>Use plenty of lather.</p>",
}


def clean(**facts: Any) -> Any:
    return VIDEO.clean(VIDEO.to_python({**FACTS, **facts}))


def body(*videos: dict[str, Any]) -> StreamValue:
    return BODY.to_python([{"type": "video", "value": {**FACTS, **video}} for video in videos])


def shown(client, page) -> Tag:
    """Return the video as it stands on a public page."""
    answer = client.get(page.url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser").select_one(".site-video")


@pytest.fixture
def still(db) -> SiteImage:
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "#005eb8").save(picture, "PNG")
    picture.seek(0)
    return SiteImage.objects.create(title="Still", file=ImageFile(picture, name="still.png"))


# --- What editors may give ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        f"https://www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/watch?v={ID}&t=42s",
        f"https://www.youtube.com/watch?app=desktop&v={ID}&list=PL0123456789&index=2#here",
        f"http://youtube.com/watch/?v={ID}",
        f"https://m.youtube.com/watch?v={ID}",
        f"https://WWW.YouTube.com/watch?v={ID}",
        f"www.youtube.com/watch?v={ID}",
        f"youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=abcdefghijklmnop",
        f"https://www.youtube.com/embed/{ID}?autoplay=1",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://www.youtube.com/shorts/{ID}",
        f"https://www.youtube.com/live/{ID}?feature=share",
    ],
)
def test_the_address_of_a_video_becomes_its_id(typed: str) -> None:
    assert clean(video_id=f" {typed} ")["video_id"] == ID


@pytest.mark.parametrize(
    "typed",
    [
        "M7lc1UVf-V",
        "M7lc1UVf-VEE",
        "M7lc1UVf VE",
        "M7lc1UVf-V\N{CYRILLIC CAPITAL LETTER IE}",
        '"><script>x',
        "youtube.com",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/watch?v=",
        "https://www.youtube.com/watch?v=short",
        f"https://www.youtube.com/watch?list={ID}",
        "https://www.youtube.com/playlist?list=PL0123456789",
        "https://www.youtube.com/embed/videoseries?list=PL0123456789",
        "https://www.youtube.com/embed/live_stream?channel=UC0123456789",
        "videoseries",
        "https://www.youtube.com/@somebodyels",
        "https://www.youtube.com/channel/UC0123456789",
        f"https://www.youtube.com/embed/{ID}/more",
        f"https://www.youtube.com.evil.org/watch?v={ID}",
        f"https://evil.org/www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com@evil.org/watch?v={ID}",
        f"https://notyoutube.com/watch?v={ID}",
        f"https://youtu.be.evil.org/{ID}",
        f"https://evil.org/?v={ID}",
        f"https://vimeo.com/{ID}",
        f"//evil.org/watch?v={ID}",
        f"ftp://www.youtube.com/watch?v={ID}",
        f"javascript://www.youtube.com/watch?v={ID}",
        f"https://[www.youtube.com/watch?v={ID}",
    ],
)
def test_what_is_not_one_video_on_youtube_is_refused_in_plain_words(typed: str) -> None:
    with pytest.raises(ValidationError, match="Give the address of one video on YouTube"):
        youtube_id(typed)
    with pytest.raises(StructBlockValidationError) as refused:
        clean(video_id=typed)
    assert set(refused.value.block_errors) == {"video_id"}


@pytest.mark.parametrize(
    ("running_time", "words", "duration"),
    [
        ("4:12", "4 minutes 12 seconds", "PT4M12S"),
        ("04:00", "4 minutes", "PT4M"),
        ("0:01", "1 second", "PT1S"),
        ("1:01", "1 minute 1 second", "PT1M1S"),
        ("1:02:03", "1 hour 2 minutes 3 seconds", "PT1H2M3S"),
        ("2:00:00", "2 hours", "PT2H"),
        ("10:00:30", "10 hours 30 seconds", "PT10H30S"),
    ],
)
def test_a_running_time_is_said_in_words(running_time: str, words: str, duration: str) -> None:
    video = clean(running_time=running_time)

    assert (video.running_time_in_words, video.duration) == (words, duration)


@pytest.mark.parametrize(
    "running_time",
    ["0:00", "00:00:00", "4", "4.12", "4:1", "4:60", "75:00", "1:60:00", "4 min", "-4:12", "٤:١٢"],
)
def test_what_is_no_running_time_is_refused_in_plain_words(running_time: str) -> None:
    with pytest.raises(StructBlockValidationError) as refused:
        clean(running_time=running_time)

    assert "such as 4:12" in refused.value.block_errors["running_time"].messages[0]


@pytest.mark.parametrize("name", FACTS)
def test_a_video_needs_all_its_facts_to_be_published(name: str) -> None:
    with pytest.raises(StructBlockValidationError) as refused:
        clean(**{name: ""})

    assert set(refused.value.block_errors) == {name}


@pytest.mark.parametrize(
    "empty", ["<p></p>", "<p> </p>", "<p>&nbsp;<br/></p>", "<ul><li></li></ul>"]
)
def test_a_transcript_has_words(empty: str) -> None:
    with pytest.raises(StructBlockValidationError) as refused:
        clean(transcript=empty)

    assert set(refused.value.block_errors) == {"transcript"}


@pytest.mark.django_db
def test_a_still_image_says_what_it_shows_or_that_it_only_decorates(still: SiteImage) -> None:
    with pytest.raises(StructBlockValidationError):
        clean(image={"image": still.pk, "alt_text": ""})

    clean(image={"image": still.pk, "alt_text": "Hands"})
    clean(image={"image": still.pk, "alt_text": "", "decorative": True})


@pytest.mark.django_db
@pytest.mark.parametrize("left_out", [*FACTS, "all"])
def test_a_half_filled_draft_can_be_saved_and_seen(left_out: str) -> None:
    facts = {name: "" for name in FACTS if left_out in {name, "all"}}

    draft = BODY.clean_deferred(body(facts))

    html = draft[0].render({"component_level": 2})
    assert ("data-consent-before" in html) == (left_out not in {"video_id", "all"})


def test_the_same_video_is_once_on_a_page() -> None:
    twice = body({}, {"video_id": f"https://youtu.be/{ID}", "title": "Again"})

    with pytest.raises(StreamBlockValidationError) as refused:
        BODY.clean(twice)

    assert set(refused.value.block_errors) == {1}
    BODY.clean_deferred(twice)
    BODY.clean(body({}, {"video_id": "aaaaaaaaaaa"}))


# --- What readers get ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_before_a_yes_there_is_a_link_a_transcript_and_a_button(client, site_home) -> None:
    page = builders.content_page(body=[("video", VIDEO.to_python(FACTS))])

    video = shown(client, page)

    assert video.h2.get_text(strip=True) == "Washing your hands"
    assert (video["id"], video["data-video"]) == (f"video-{ID}", ID)
    assert video["data-title"] == "Washing your hands"
    before = video.select_one('[data-consent-before="video"]')
    link = video.find("a", href=f"https://www.youtube.com/watch?v={ID}")
    assert link.get_text() == "Watch on YouTube: Washing your hands"
    assert before not in link.parents
    assert video.time["datetime"] == "PT4M12S"
    assert video.time.get_text() == "4 minutes 12 seconds"
    assert before.form.button.get_text(strip=True) == "Allow YouTube videos on this site"
    assert before.find("a", href=reverse("cookie_choices"))
    transcript = video.details
    assert before not in transcript.parents
    assert "Use plenty of lather." in transcript.get_text()


@pytest.mark.django_db
def test_the_button_is_a_plain_form_that_leads_back_to_the_video(client, site_home) -> None:
    page = builders.content_page(body=[("video", VIDEO.to_python(FACTS))])

    form = shown(client, page).form

    assert (form["method"], form["action"]) == ("post", reverse("cookie_consent_accept"))
    fields = {field["name"]: field["value"] for field in form("input")}
    assert fields.pop("versions").startswith("video=")
    assert fields == {"cookie_groups": "video", "next": f"{page.url}#video-{ID}"}


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # Wagtail's, of the rendition
def test_nothing_of_youtubes_is_loaded(client, site_home, still: SiteImage) -> None:
    facts = {**FACTS, "image": {"image": still.pk, "alt_text": "Hands under a tap"}}
    page = builders.content_page(body=[("video", VIDEO.to_python(facts))])

    video = shown(client, page)

    assert not video(["iframe", "object", "embed", "script", "link", "video", "source"])
    (image,) = video("img")
    assert image["src"].startswith("/media/images/")
    assert (image["alt"], image["width"], image["height"]) == ("Hands under a tap", "840", "472")


@pytest.mark.django_db
@pytest.mark.parametrize("title", ['"><script>alert(1)</script>', 'Tom & Jerry\'s "day"'])
def test_what_is_typed_stays_text(client, site_home, title: str) -> None:
    page = builders.content_page(body=[("video", VIDEO.to_python({**FACTS, "title": title}))])

    video = shown(client, page)

    assert video["data-title"] == video.h2.get_text(strip=True) == title
    assert not video("script")


@pytest.mark.django_db
def test_every_visitor_gets_the_same_bytes(client, admin_client, site_home) -> None:
    page = builders.content_page(body=[("video", VIDEO.to_python(FACTS))])
    client.cookies["cookie_consent"] = "video=2026-01-01T00:00:00+00:00"

    assert client.get(page.url).content == admin_client.get(page.url).content


@pytest.mark.django_db
def test_its_heading_is_a_level_below_the_heading_before_it(client, site_home) -> None:
    before = ("heading", {"text": "Films", "anchor": "films"})
    page = builders.content_page(body=[before, ("video", VIDEO.to_python(FACTS))])

    assert shown(client, page).h3


@pytest.mark.django_db
def test_the_same_video_in_two_sections_of_the_notice_is_two_places(client, site_home) -> None:
    video = [("video", VIDEO.to_python(FACTS))]
    sections = [
        builders.notice_section(anchor=anchor, body=video, sort_order=number)
        for number, anchor in enumerate(["one", "two"])
    ]
    page = builders.privacy_notice(introduction=video, sections=sections)

    places = BeautifulSoup(client.get(page.url).content, "html.parser").select("[data-video]")

    ids = [f"video-{ID}", f"one-video-{ID}", f"two-video-{ID}"]
    assert [place["id"] for place in places] == ids
    returns = [place.find("input", attrs={"name": "next"})["value"] for place in places]
    assert returns == [f"{page.url}#{html_id}" for html_id in ids]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["lather", "washing"])
def test_search_finds_its_title_and_its_transcript(site_home, words: str) -> None:
    page = builders.content_page(body=[("video", VIDEO.to_python(FACTS))])

    assert page.pk in {hit.page.pk for hit in search_pages(words).hits}


def test_search_has_no_use_for_its_id_and_its_running_time() -> None:
    searched = " ".join(VIDEO.get_searchable_content(VIDEO.to_python(FACTS)))

    assert "Washing your hands" in searched
    assert ID not in searched
    assert "4:12" not in searched


@pytest.mark.django_db
def test_editors_see_it_before_they_choose_it(rf) -> None:
    """The preview has a request of the CMS; where there is none, it can be shown all the same."""
    block = BODY.child_blocks["video"]
    assert block.get_description()
    bound = block.bind(block.get_preview_value())
    context = {"bound_block": bound, "request": rf.get("/cms/")}

    page = render_to_string("wagtailcore/shared/block_preview.html", context)

    assert "How to order a repeat prescription" in page
    assert "How to order a repeat prescription" in bound.render()
