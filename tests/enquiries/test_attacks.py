"""Posts of bots, and 200 people, through the forms as they are served, all at one address.

Each kind of bot sends more than people would, and no more: what comes after is kept apart as what
came before. Some know nothing of the form; some wait, leave the trap alone and take a new address
for each post.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from enquiries import crowds, suspicion
from enquiries.form_numbers import issue
from enquiries.forms import TRAP
from enquiries.models import Enquiry, EnquiryKind, Letter, Mark
from tests.enquiries.test_crowds import an_address, own_words
from tests.enquiries.visitor import Visitor

pytestmark = pytest.mark.django_db

PEOPLE = 200
CONTACT, REPORT = "/enquiries/contact/", "/enquiries/report-an-error/"
SPAM = "Buy cheap watches now, the best in town"
FORM = "application/x-www-form-urlencoded"
FEW, MANY = 25, 310


@pytest.fixture(autouse=True)
def _teams(db):
    EnquiryKind.objects.update(team_email="team@example.org")


@pytest.fixture
def post(client):
    """Return what posts a form that was opened so many seconds ago. It returns the answer."""

    def post(message: str = SPAM, to: str = CONTACT, seconds: float = 60, headers=None, **sent):
        address = sent.pop("address", "127.0.0.1")
        sent.setdefault("number", number(to, seconds))
        sent = {"message": message, **sent}
        return client.post(f"{to}send/", sent, REMOTE_ADDR=address, headers=headers)

    return post


def number(form: str = CONTACT, seconds: float = 60) -> str:
    """Return the number of a form that was opened so many seconds ago."""
    kind = EnquiryKind.objects.get(slug=form.split("/")[2])
    with pytest.MonkeyPatch.context() as patch:
        opened = timezone.now() - timedelta(seconds=seconds)
        patch.setattr("django.utils.timezone.now", lambda: opened)
        return issue(kind)


def bots(chance: random.Random) -> Iterator[dict[str, str]]:
    """Yield what bots post, each as the arguments of `post`."""
    one_number = number()
    for i in range(FEW):
        yield {"message": f"{SPAM} {i}", "number": ""}
        yield {"message": f"{SPAM} {i}", "number": f"{i}{number()}"}
        yield {"message": own_words(chance), TRAP: "https://spam.example"}
        yield {"message": own_words(chance), "seconds": 0}
        yield {"message": f"{own_words(chance)} https://spam.example/{i} " * 4}
        yield {"message": own_words(chance), "name": "Win at www.spam.example"}
        yield {"message": own_words(chance), "number": one_number, "address": an_address(i)}
    for i in range(MANY):
        yield {"address": an_address(i)}
        yield {"message": f"{own_words(chance, 12)}. {SPAM}, {i} of them", "address": an_address(i)}
        yield {"message": f"{own_words(chance)} www.spam{i}.example", "address": an_address(i)}
        yield {"message": own_words(chance), "address": f"2001:db8::{i:x}"}


def letters_due() -> int:
    return Letter.objects.filter(next_attempt_at__lte=timezone.now()).count()


def people(chance: random.Random, client) -> Iterator[int]:
    """Yield how many messages each person sends, once they are sent."""
    for i in range(PEOPLE):
        visitor = Visitor(client)
        page = visitor.opens(CONTACT if i % 2 else REPORT)
        told = {"email": f"person{i}@example.org"}
        match i % 5:
            case 0:  # types slowly: nearly a day
                visitor.sends(message=own_words(chance), seconds=23 * 3600, **told)
            case 1:  # lets the browser fill in, and pastes: 4 seconds
                told |= {"name": "Ann Example", "phone": "07700 900123"} if i % 2 else {}
                visitor.sends(message=own_words(chance), seconds=4, **told)
            case 2:  # sends, goes back and sends again
                message = own_words(chance)
                visitor.sends(message=message, **told)
                visitor.sends(message=message, seconds=90, **told)
            case 3:  # forgets something, is told, and mends it
                visitor.sends(message="", **told)
                assert visitor.status == 422
                visitor.sends(message=own_words(chance), seconds=40, **told)
            case 4:  # has two tabs open, and sends both
                first = visitor.form
                visitor.opens(CONTACT)
                visitor.sends(message=f"{own_words(chance)} see https://www.nhs.uk/", **told)
                visitor.form = first
                visitor.sends(message=own_words(chance), seconds=200, **told)
        assert visitor.status == 200, page
        yield 2 if i % 5 == 4 else 1


@pytest.mark.long
def test_bots_are_kept_apart_and_200_people_at_the_same_address_are_let_in(client, post) -> None:
    chance = random.Random(1)
    posted = 0
    for sent in bots(chance):
        assert post(**sent).status_code in {303, 422}
        posted += 1
    assert posted > 1_400
    assert Enquiry.objects.count() == posted - 2 * FEW  # those have no good number
    assert Enquiry.objects.genuine().count() <= posted // 100
    assert letters_due() <= posted // 100

    sent = sum(people(chance, client))

    arrived = Enquiry.objects.genuine().filter(email__startswith="person")
    assert arrived.values("email").distinct().count() == PEOPLE
    assert arrived.count() == sent


# --- One by one -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({TRAP: "x"}, "A field that people do not see was filled in"),
        ({"seconds": 2}, "Sent within 3 seconds after the form was opened"),
        ({"name": "http://spam.example"}, "A link stands in place of a name"),
        ({"message": "http://a.example " * 4}, "It has 4 links to other sites"),
        ({"message": "WWW.a.example " * 6, "to": REPORT}, "It has 6 links to other sites"),
    ],
)
def test_staff_see_why_and_the_sender_sees_what_everybody_sees(client, post, sent, reason) -> None:
    answer = post(**sent)

    enquiry = Enquiry.objects.get()
    assert enquiry.suspicion == reason
    assert answer.status_code == 303
    page = client.get(answer["Location"]).content.decode()
    assert enquiry.reference in page
    assert reason not in page
    assert not enquiry.letters.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"seconds": 4},
        {"seconds": 24 * 3600 - 60},
        {"seconds": -3600},  # the clock was put back
        {"message": "http://a.example and http://b.example and http://c.example"},
        {"message": "https://www.example.org/page " * 5, "to": REPORT},
        {"message": "http://testserver/a/ https://www.nhs.uk/b/ www.gov.uk " * 5},
        {"name": "Ann O'Neill-Ünal"},
    ],
)
def test_people_are_let_in(post, sent) -> None:
    assert post(**sent).status_code == 303
    assert Enquiry.objects.get().suspicion == ""
    assert letters_due() == 1


@pytest.mark.parametrize("seconds", [24 * 3600 + 60, 30 * 24 * 3600])
def test_an_old_form_can_be_sent_again_with_all_that_was_typed(client, seconds) -> None:
    visitor = Visitor(client)
    visitor.opens(CONTACT)

    page = visitor.sends(message="Typed for long", name="Ann", seconds=seconds)

    assert visitor.status == 422
    assert "Send this again" in page.get_text()
    assert page.select_one("[name=message]").get_text(strip=True) == "Typed for long"
    assert page.select_one("[name=name]")["value"] == "Ann"
    visitor.sends()
    assert visitor.status == 200
    assert Enquiry.objects.get().message == "Typed for long"


def test_who_sends_far_too_much_is_asked_to_wait_and_keeps_all_that_was_typed(
    post, monkeypatch
) -> None:
    monkeypatch.setattr(crowds, "MOST_FROM_ONE_SENDER", 3)
    monkeypatch.setattr(crowds, "MOST_IN_A_WHILE", 1)
    assert [post(f"Message {i}").status_code for i in range(3)] == [303] * 3

    answer = post("The fourth message", name="Ann Example")

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == crowds.A_WHILE.seconds
    assert "The fourth message" in answer.content.decode()
    assert "Ann Example" in answer.content.decode()
    assert Enquiry.objects.count() == 3
    assert post("From elsewhere", address="203.0.113.9").status_code == 303
    monkeypatch.setattr(suspicion, "is_flood", lambda _: False)
    assert post("The fourth message").status_code == 303


def test_looking_at_a_form_writes_nothing(client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(40) as queries:
        answer = client.get(CONTACT)

    assert not answer.cookies
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert Mark.objects.count() == 0


# --- Text that is meant to do harm --------------------------------------------------------------


def test_no_line_of_a_name_or_an_address_gets_into_the_head_of_a_letter(post) -> None:
    assert post(email="ann@example.org\r\nBcc: all@example.org").status_code == 422
    assert post(name="Ann\r\nBcc: all@example.org").status_code == 303
    assert Enquiry.objects.get().name == "Ann Bcc: all@example.org"


def test_what_cannot_be_seen_goes_and_the_rest_is_stored(post) -> None:
    assert post("Ring\0 me\x1b[2J \u202etoday\u202c, ünïcödé 👩\u200d👧").status_code == 303
    assert Enquiry.objects.get().message == "Ring me[2J today, ünïcödé 👩\u200d👧"


@pytest.mark.parametrize(
    ("sent", "longest"),
    [({"message": "x" * 20_001}, 20_000), ({"name": "n" * 251}, 250), ({"phone": "1" * 41}, 40)],
)
def test_what_is_too_long_is_refused_with_a_clear_message_and_stays(post, sent, longest) -> None:
    answer = post(**sent)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert f"Shorten this to {longest} characters: it has {longest + 1}" in text
    assert next(iter(sent.values())) in text


def test_the_longest_message_in_the_longest_letters_is_taken(post) -> None:
    assert post("\U0001f469" * 20_000).status_code == 303


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"message=a", f"{FORM}; charset=utf-16"),
        (b"message=a", f"{FORM}; charset=hex"),
        (b"message=a", f"{FORM}; charset=nothing"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x; charset=utf-7"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"a=b&" * 10_001, FORM),
        (b"message=" + b"a" * 6_000_000, FORM),
        (b'{"message": "a"}', "application/json"),
        (b"message=a", "text/plain"),
        (b"message=a", ""),
        (b"", FORM),
        (b"\xff\xfe\x00", FORM),
        (b"message=%FF%ED%A0%80%00&number=%00%FF&origin=%FF", FORM),
        (b"message=a&number=%C3%A9&origin=" + b"x" * 5_000, FORM),
    ],
)
@pytest.mark.parametrize("address", [f"{CONTACT}send/", "/enquiries/state/"])
def test_what_no_form_of_ours_sends_gets_a_clean_refusal(client, address, body, content_type):
    answer = client.generic("POST", address, body, content_type=content_type)

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith("text/html")
    assert not Enquiry.objects.exists()


def test_bytes_that_are_no_text_lose_nothing_else(client) -> None:
    body = f"number={number()}&message=before%FFafter".encode()

    assert client.generic("POST", f"{CONTACT}send/", body, content_type=FORM).status_code == 303
    assert Enquiry.objects.get().message == "before\ufffdafter"


@pytest.mark.parametrize("size", [1, 3_000_000])
def test_a_file_is_refused_unread(post, size) -> None:
    answer = post(upload=SimpleUploadedFile("x.exe", b"M" * size))

    assert answer.status_code == 400
    assert not Enquiry.objects.exists()


def test_another_sites_form_is_refused(post) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"}):
        assert post(headers=headers).status_code == 403
    assert not Enquiry.objects.exists()
    assert post(headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_number_of_another_form_is_asked_for_again(post) -> None:
    assert post(number=number(REPORT)).status_code == 422
    assert not Enquiry.objects.exists()
