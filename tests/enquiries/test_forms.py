"""What a visitor sees and can do: every form, what it says, and what becomes of what is sent."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from enquiries.models import Enquiry, EnquiryKind, State, Subject
from pages.models import SiteDocument, SiteSettings
from tests import builders
from tests.enquiries.visitor import Visitor

pytestmark = pytest.mark.django_db

REPORT = "/enquiries/report-an-error/"
FOI = "/enquiries/freedom-of-information/"
NHS_NUMBER = "943 476 5919"  # made up for examples; its check digit is right


@pytest.fixture
def visitor(client) -> Visitor:
    return Visitor(client)


def report_file() -> SiteDocument:
    file = ContentFile(b"All that was done.", "report.txt")
    return SiteDocument.objects.create(title="The report of 2021", file=file)


def kinds() -> list[str]:
    return [f"/enquiries/{slug}/" for slug in EnquiryKind.objects.values_list("slug", flat=True)]


def test_there_is_a_form_for_everything_that_people_write_about(client) -> None:
    assert set(EnquiryKind.objects.values_list("subject", flat=True)) == set(Subject)
    listed = BeautifulSoup(client.get("/enquiries/").content, "html.parser")
    links = {link["href"] for link in listed.select("main a")}
    assert links >= set(kinds())


def test_each_form_says_what_happens_next_what_is_kept_and_other_ways(visitor) -> None:
    for address in kinds():
        page = visitor.opens(address)
        text = page.get_text(" ", strip=True)
        assert "What happens next" in text
        assert "then we delete it" in text
        assert page.select_one("main a[href^='tel:']"), address
        assert page.select_one("main address"), address
        assert page.select("main a[href*='/fair-processing-notice-privacy-notice/']"), address


def test_a_request_for_information_says_until_when_it_is_answered(visitor) -> None:
    text = visitor.opens(FOI).get_text(" ", strip=True)
    assert "within 20 working days, by" in text


def test_the_complaints_form_leads_to_its_activity_in_the_privacy_notice(visitor) -> None:
    page = visitor.opens("/enquiries/feedback/")
    notice = page.select_one("main a[href*='privacy-notice/#']")
    target = BeautifulSoup(visitor.client.get(notice["href"]).content, "html.parser")
    place = target.find(id=notice["href"].partition("#")[2])
    assert "Complaints" in place.get_text()


def test_what_is_sent_is_stored_and_its_sender_gets_a_reference(visitor) -> None:
    visitor.opens(REPORT)
    page = visitor.sends(message="The phone number is wrong.", email="sam@example.org")
    enquiry = Enquiry.objects.get()
    assert visitor.status == 200
    assert enquiry.reference in page.h1.find_parent().get_text()
    assert enquiry.message == "The phone number is wrong."
    assert enquiry.email == "sam@example.org"
    assert enquiry.state == State.RECEIVED
    assert "The phone number is wrong" not in page.get_text()


def test_every_form_can_be_sent(visitor) -> None:
    answers = {
        "message": "What I want to say.",
        "name": "Sam Example",
        "email": "sam@example.org",
        "phone": "01632 960001",
        "address": "1 Example Road",
    }
    for address in kinds():
        page = visitor.opens(address)
        choice = page.select_one("main input[type=radio]")
        chosen = {choice["name"]: choice["value"]} if choice else {}
        visitor.sends(**answers, **chosen)
        assert visitor.status == 200, address
    assert Enquiry.objects.count() == len(kinds())


def test_sending_twice_stores_once(visitor) -> None:
    visitor.opens(REPORT)
    first = visitor.sends(message="The same words.")
    again = visitor.sends(message="The same words.")
    assert Enquiry.objects.count() == 1
    assert first.find("strong").get_text() == again.find("strong").get_text()


def test_going_back_and_writing_something_else_loses_neither(visitor) -> None:
    visitor.opens(REPORT)
    visitor.sends(message="The first words.")
    visitor.sends(message="Other words.")
    assert set(Enquiry.objects.values_list("message", flat=True)) == {
        "The first words.",
        "Other words.",
    }


# --- What it is about -------------------------------------------------------------------------


def test_a_report_knows_the_page_its_version_and_the_section(visitor) -> None:
    page = builders.content_page(
        title="Pharmacies", body=[("heading", {"text": "Opening times"}), *builders.BODY]
    )
    seen = page.live_revision
    page.save_revision().publish()
    link = f"/enquiries/about/page/?page={page.pk}&version={seen.pk}&section=opening-times"
    form = visitor.opens(link)
    assert "Pharmacies" in form.find("main").get_text()
    assert "Opening times" in form.find("main").get_text()
    visitor.sends(message="They open at 9am.")
    enquiry = Enquiry.objects.get()
    assert enquiry.page_id == page.pk
    assert enquiry.page_version == seen
    assert enquiry.section == "Opening times"
    assert enquiry.page_address == page.url


def test_every_page_leads_to_the_report_about_itself(visitor) -> None:
    page = builders.content_page(title="Pharmacies")
    shown = visitor.opens(page.url)
    link = shown.find("a", string="Report an error on this page")
    assert "Pharmacies" in visitor.opens(link["href"]).find("main").get_text()


def test_on_a_page_outside_the_tree_the_report_knows_its_address_but_not_the_words(visitor) -> None:
    shown = visitor.opens("/search/?q=sore+throat")
    link = shown.find("a", string="Report an error on this page")
    visitor.opens(link["href"], came_from="http://testserver/search/?q=sore+throat")
    visitor.sends(message="It finds nothing.")
    assert Enquiry.objects.get().page_address == "/search/"


def test_another_site_is_not_taken_for_the_page_that_a_visitor_came_from(visitor) -> None:
    visitor.opens(REPORT, came_from="https://www.example.org/private/")
    visitor.sends(message="Words.")
    assert Enquiry.objects.get().page_address == ""


@pytest.mark.parametrize("state", ["draft", "private", "expired"])
def test_what_is_not_public_is_not_named_in_a_form(visitor, state) -> None:
    page = builders.content_page(title="Unannounced closure")
    link = f"/enquiries/about/page/?page={page.pk}"
    assert "Unannounced closure" in str(visitor.opens(link))
    if state == "draft":
        page.unpublish()
    elif state == "private":
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    else:
        Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert "Unannounced closure" not in str(visitor.opens(link))
    visitor.sends(message="Words.")
    assert Enquiry.objects.get().page is None


def test_a_file_can_be_asked_for_in_another_format(visitor) -> None:
    page = builders.publication(None, report_file(), title="Annual report")
    shown = visitor.opens(page.url)
    link = shown.select_one("main a[href*='/enquiries/about/format/']")
    form = visitor.opens(link["href"])
    document = page.files.get().document
    assert document.title in form.find("main").get_text()
    visitor.sends(format="Large print", email="sam@example.org")
    enquiry = Enquiry.objects.get()
    assert enquiry.document == document
    assert enquiry.answers[0] == ["Which format do you need?", "Large print"]


def test_a_file_that_no_page_offers_is_not_named(visitor) -> None:
    page = builders.publication(None, report_file(), title="Annual report")
    document = page.files.get().document
    page.unpublish()
    form = visitor.opens(f"/enquiries/about/format/?document={document.pk}")
    assert document.title not in form.find("main").get_text()


def test_a_page_that_was_deleted_meanwhile_loses_no_report(visitor) -> None:
    page = builders.content_page(title="Pharmacies")
    visitor.opens(f"/enquiries/about/page/?page={page.pk}")
    page.delete()
    visitor.sends(message="Words.")
    enquiry = Enquiry.objects.get()
    assert (enquiry.page, enquiry.page_title) == (None, "Pharmacies")


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x&version=y&section=z&document=",
        "page=99999999999999999999",
        "version=1&section=%00",
        "document=' or 1=1--",
        "page=1&page=2&section=%F0%9F%98%80",
    ],
)
def test_nonsense_about_the_page_is_left_out(visitor, query) -> None:
    visitor.opens(f"{REPORT}?{query}")
    assert visitor.status == 200


# --- What is wrong with what was sent ---------------------------------------------------------


def test_what_is_missing_is_said_and_nothing_typed_is_lost(visitor) -> None:
    visitor.opens(FOI)
    page = visitor.sends(message="The minutes of May.", name="", email="not an address")
    assert visitor.status == 422
    assert page.title.get_text().startswith("Error: ")
    problems = page.select(".nhsuk-error-summary a")
    assert [link.get_text() for link in problems] == [
        "Enter your name",
        "Enter an email address in the correct format, like name@example.com",
    ]
    for link in problems:
        assert page.find(id=link["href"][1:]).name in {"input", "textarea"}
    assert page.find("textarea", id="id_message").get_text().strip() == "The minutes of May."
    assert page.find(id="id_email")["value"] == "not an address"
    assert not Enquiry.objects.exists()


def test_a_complaint_needs_a_way_to_answer_and_a_thank_you_does_not(visitor) -> None:
    visitor.opens("/enquiries/feedback/")
    page = visitor.sends(about="A complaint", message="Nobody called back.")
    assert visitor.status == 422
    assert "so that we can answer" in page.select_one(".nhsuk-error-summary").get_text()
    visitor.sends(about="A thank you", message="The nurse was kind.")
    assert Enquiry.objects.get().message == "The nurse was kind."


def test_an_nhs_number_is_pointed_out_before_it_is_sent(visitor) -> None:
    visitor.opens("/enquiries/contact/")
    page = visitor.sends(message=f"My number is {NHS_NUMBER}.")
    assert visitor.status == 422
    assert not Enquiry.objects.exists()
    assert page.find("input", {"name": "send_anyway"})
    visitor.sends(message=f"My number is {NHS_NUMBER}.", send_anyway="yes")
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize("number", ["", "forged", "1:2:3:4:5:6"])
def test_a_form_without_its_number_is_to_be_sent_again_with_everything_in_it(
    visitor, number
) -> None:
    visitor.opens(REPORT)
    page = visitor.sends(message="Long thought about.", number=number)
    assert visitor.status == 422
    assert "Send this again" in page.select_one(".nhsuk-error-summary").get_text()
    assert "Long thought about." in page.find("textarea").get_text()
    visitor.sends(message="Long thought about.")
    assert Enquiry.objects.count() == 1


def test_a_form_that_was_open_for_a_day_is_to_be_sent_again(visitor, monkeypatch) -> None:
    visitor.opens(REPORT)
    tomorrow = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    visitor.sends(message="Slowly typed.")
    assert visitor.status == 422
    visitor.sends(message="Slowly typed.")
    assert Enquiry.objects.count() == 1


def test_the_number_of_one_form_does_not_open_another(visitor) -> None:
    visitor.opens(REPORT)
    visitor.sends(to=f"{FOI}send/", message="Words.", name="Sam", email="sam@example.org")
    assert visitor.status == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://www.example.org"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_send_a_form(visitor, headers) -> None:
    visitor.opens(REPORT)
    visitor.sends(message="Words.", headers=headers)
    assert visitor.status == 403
    assert not Enquiry.objects.exists()


def test_a_closed_form_takes_nothing_in_and_gives_back_what_was_typed(visitor) -> None:
    visitor.opens(REPORT)
    EnquiryKind.objects.filter(slug="report-an-error").update(is_open=False)
    page = visitor.sends(message="Typed before it was closed.")
    assert visitor.status == 410
    assert "Typed before it was closed." in page.get_text()
    assert page.select_one("main a[href^='tel:']")
    assert "This form is closed" in visitor.opens("/enquiries/about/page/").get_text()


def test_what_was_typed_cannot_become_part_of_the_page(visitor) -> None:
    visitor.opens(FOI)
    page = visitor.sends(message="</textarea><script>alert(1)</script>", name='"><b id="x">')
    assert visitor.status == 422
    assert not page.find(id="x")
    assert "alert" not in "".join(script.get_text() for script in page.find_all("script"))


# --- How far we are ---------------------------------------------------------------------------


def test_its_sender_sees_how_far_we_are(visitor) -> None:
    visitor.opens(FOI)
    visitor.sends(message="The minutes of May.", name="Sam", email="sam@example.org")
    enquiry = Enquiry.objects.get()
    own = f"/enquiries/state/{enquiry.reference}/{enquiry.secret}/"
    assert "We answer by" in visitor.opens(own).get_text()
    Enquiry.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    assert "This is late" in visitor.opens(own).get_text()
    Enquiry.objects.update(state=State.ANSWERED, answered_at=timezone.now())
    text = visitor.opens(own).get_text()
    assert "Answered" in text
    assert "This is late" not in text
    assert "minutes of May" not in text
    assert "Sam" not in text


def test_a_reference_and_its_code_can_be_typed(visitor) -> None:
    visitor.opens(REPORT)
    visitor.sends(message="Words.")
    enquiry = Enquiry.objects.get()
    page = visitor.sends(
        to="/enquiries/state/",
        reference=enquiry.reference.lower().replace("-", " "),
        secret=enquiry.secret.lower().replace("-", ""),
    )
    assert enquiry.reference in page.h1.get_text()


@pytest.mark.parametrize("typed", ["", "///", "%s", "x" * 41])
def test_a_reference_that_cannot_be_one_is_pointed_out(visitor, typed) -> None:
    visitor.opens("/enquiries/state/")
    visitor.sends(reference=typed, secret="?")
    assert visitor.status == 422


def test_a_choice_stays_chosen_and_the_page_stays_known_while_something_is_wrong(visitor) -> None:
    page = builders.content_page(title="Pharmacies")
    visitor.opens(f"/enquiries/about/feedback/?page={page.pk}")
    shown = visitor.sends(about="A complaint", message="Nobody called back.")
    assert shown.select_one("input[type=radio][checked]")["value"] == "A complaint"
    assert "Pharmacies" in shown.find("main").get_text()
    visitor.sends(email="sam@example.org")
    enquiry = Enquiry.objects.get()
    assert enquiry.answers == [["What is this?", "A complaint"]]
    assert enquiry.page == page.page_ptr


@pytest.mark.parametrize("secret", ["0000-0000-0000-0000", "x", "%00"])
def test_nobody_sees_the_state_without_the_code(visitor, secret) -> None:
    visitor.opens(REPORT)
    visitor.sends(message="Words.")
    reference = Enquiry.objects.get().reference
    visitor.opens(f"/enquiries/state/{reference}/{secret}/")
    assert visitor.status in {400, 404}


# --- Caches and robots ------------------------------------------------------------------------


def test_no_cache_keeps_a_form_and_none_sets_a_cookie(client, visitor) -> None:
    for address in ["/enquiries/", "/enquiries/state/", *kinds()]:
        answer = client.get(address)
        assert "private" in answer.headers["Cache-Control"], address
        assert not answer.cookies
    visitor.opens(FOI)
    visitor.sends(message="")
    assert visitor.answer.headers["Cache-Control"] == "no-store"


def test_the_forms_come_once(site_home) -> None:
    EnquiryKind.objects.filter(slug="media").delete()
    call_command("load_enquiries", verbosity=0)
    assert not EnquiryKind.objects.filter(slug="media").exists()


def test_the_organisations_phone_is_given_where_a_contact_has_none(visitor) -> None:
    settings = SiteSettings.objects.get()
    page = visitor.opens("/enquiries/media/")
    assert settings.phone in page.find("main").get_text()
