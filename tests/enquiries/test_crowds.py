"""People are let in, also many from one place; what is too much for people is kept apart."""

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from enquiries import crowds
from enquiries.crowds import CROWDS, LETTERS_WAIT, forget, is_flood, marks
from enquiries.form_numbers import issue, read
from enquiries.models import Action, Enquiry, Letter, Mark, State
from enquiries.receiving import Message, receive
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.long]

ONE_ADDRESS = "203.0.113.7"
PEOPLE = 200
WORDS = [f"{a}{b}{c}" for a in "bdfglmnprst" for b in "aeiou" for c in ("ck", "nd", "ll", "rt")]


@pytest.fixture
def kind(site_home):
    return builders.enquiry_kind(team_email="team@example.org")


@pytest.fixture
def send(kind, rf):
    """Return what sends a message, from one address with a form of its own unless it is said."""

    def send(
        text: str, address: str = ONE_ADDRESS, token: str = "", suspicion: str = ""
    ) -> Enquiry:
        number = read(token or issue(kind))
        found = marks(rf.post("/", REMOTE_ADDR=address), number, text)
        facts = {"message": text, "email": "ann@example.org"}
        return receive(Message(kind.pk, kind.code, uuid4(), facts, suspicion, found))

    return send


def own_words(chance: random.Random, count: int = 25) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def an_address(number: int) -> str:
    return f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"


def genuine() -> int:
    return Enquiry.objects.genuine().count()


def letters_of_now() -> int:
    return Letter.objects.filter(next_attempt_at__lte=timezone.now()).count()


# --- People -----------------------------------------------------------------------------------


@pytest.mark.parametrize("same_words", [False, True])
def test_200_people_at_one_address_are_all_let_in(send, same_words):
    chance = random.Random(1)
    for _ in range(PEOPLE):
        send("Please keep our surgery open." if same_words else own_words(chance))

    assert genuine() == PEOPLE
    assert Letter.objects.count() == PEOPLE * 2


def test_bots_that_were_noticed_do_not_take_peoples_places(send):
    chance = random.Random(2)
    for _ in range(400):
        send(own_words(chance), suspicion="A field that people do not see was filled in")
    for _ in range(PEOPLE):
        send(own_words(chance))

    assert genuine() == PEOPLE


def test_a_crowd_with_the_same_words_does_not_count_against_its_address(send):
    chance = random.Random(3)
    for _ in range(300):
        send("Cheap watches for you and your friends")
    assert genuine() == 0

    for _ in range(PEOPLE):
        send(own_words(chance))

    assert genuine() == PEOPLE


def test_a_new_day_begins_with_nothing(send, monkeypatch):
    chance = random.Random(4)
    for _ in range(301):
        send(own_words(chance))
    assert genuine() == 0

    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)

    assert not send(own_words(chance)).suspicion


# --- Bots that wait, leave the trap alone and have few links ------------------------------------


def same_words(chance, number):
    return "Buy cheap watches now, the best in town", an_address(number)


def similar_words(chance, number):
    extra = own_words(chance, 12)
    text = f"Dear sir, {extra}. Our team offers first places in all search engines to you {number}"
    return text, an_address(number)


def links_in_other_words(chance, number):
    return f"{own_words(chance)} https://{chance.choice(WORDS)}{number}.example/", an_address(
        number
    )


def other_words_from_one_address(chance, number):
    return own_words(chance), ONE_ADDRESS


@pytest.mark.parametrize(
    "bot", [same_words, similar_words, links_in_other_words, other_words_from_one_address]
)
def test_bots_that_behave_like_people_are_kept_apart(send, bot):
    chance = random.Random(5)
    posts = 320  # what comes after the crowd is known is kept apart as well
    for number in range(posts):
        send(*bot(chance, number))

    assert genuine() <= posts // 100
    assert Enquiry.objects.count() == posts
    assert letters_of_now() <= 2 * crowds.GATHERING


def test_one_form_that_is_sent_over_and_over_is_a_bots(send, kind):
    token, chance = issue(kind), random.Random(6)
    for number in range(30):
        send(own_words(chance), an_address(number), token)

    assert genuine() == 0


def test_words_are_similar_in_any_case_and_with_other_signs_and_links(rf, kind):
    number, request = read(issue(kind)), rf.post("/")

    def wording(text: str) -> list[str]:
        return [key for key in marks(request, number, text) if key.startswith("wording:")]

    assert wording("Buy it, NOW! 17 https://a.example/x") == wording(
        "buy it now 2,345 www.b.example"
    )
    assert wording("Something else of another kind") != wording("buy it now")
    assert wording("") == wording("12 https://a.example/") == []
    assert len(wording("Two words")) == 1


# --- What is done with a crowd ------------------------------------------------------------------


@pytest.fixture
def small_crowds(monkeypatch):
    monkeypatch.setattr(crowds, "CROWDS", {what: (3, why) for what, (_, why) in CROWDS.items()})
    monkeypatch.setattr(crowds, "GATHERING", 1)


@pytest.mark.usefixtures("small_crowds")
def test_staff_see_why_a_crowd_is_kept_apart_and_its_letters_are_not_sent(send):
    first = send("the same words")
    Letter.objects.filter(enquiry=first, kind="notice").update(sent_at=timezone.now())
    for _ in range(3):
        send("the same words")
    first.refresh_from_db()
    late = send("the same words")

    reason = CROWDS["wording"][1]
    assert first.suspicion == late.suspicion == reason
    for enquiry in (first, late):
        assert [x.text for x in enquiry.history.filter(action=Action.KEPT_APART)] == [reason]
    assert list(Letter.objects.values_list("enquiry", "kind")) == [(first.pk, "notice")]


@pytest.mark.usefixtures("small_crowds")
def test_what_staff_have_begun_with_or_let_in_stays_where_it_is(send, django_user_model):
    owned, begun, let_in = (send("the same words") for _ in range(3))
    owner = django_user_model.objects.create_user("ann")
    Enquiry.objects.filter(pk=owned.pk).update(owner=owner)
    Enquiry.objects.filter(pk=begun.pk).update(state=State.IN_PROGRESS)
    let_in.history.create(action=Action.LET_IN)

    for _ in range(3):
        send("the same words")

    assert set(Enquiry.objects.genuine()) == {owned, begun, let_in}


@pytest.mark.usefixtures("small_crowds")
def test_letters_wait_while_a_crowd_gathers(send):
    first, second = send("the same words"), send("the same words")

    assert all(letter.next_attempt_at <= timezone.now() for letter in first.letters.all())
    in_an_hour = timezone.now() + LETTERS_WAIT
    assert all(
        timedelta() <= in_an_hour - letter.next_attempt_at < timedelta(minutes=1)
        for letter in second.letters.all()
    )


def test_what_is_sent_twice_is_counted_once(kind, rf):
    number = read(issue(kind))
    found = marks(rf.post("/"), number, "Some words")
    message = Message(kind.pk, kind.code, number.submission, {"message": "Some words"}, "", found)
    for _ in range(20):
        receive(message)

    assert Mark.objects.count() == len(found)


# --- What is kept of it -------------------------------------------------------------------------


def test_no_address_and_no_word_is_stored(send):
    send("Something secret that was written")

    for key in Mark.objects.values_list("key", flat=True):
        assert ONE_ADDRESS not in key
        assert "secret" not in key


def test_hashes_have_another_key_each_day(rf, kind, monkeypatch):
    number, request = read(issue(kind)), rf.post("/", REMOTE_ADDR=ONE_ADDRESS)

    def on(day: int) -> set[str]:
        moment = datetime(2026, 3, day, 12, tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return set(marks(request, number, "some words"))

    assert on(1) == on(1)
    assert not on(1) & on(2)


def test_marks_are_forgotten_after_a_day(send, django_assert_num_queries):
    send("Yesterday's")
    Mark.objects.update(at=timezone.now() - timedelta(hours=24, minutes=1))
    kept = send("Today's")

    forget()

    assert set(Mark.objects.values_list("enquiry", flat=True)) == {kept.pk}
    with django_assert_num_queries(1) as queries:
        forget()
    assert queries[0]["sql"].startswith("SELECT")


# --- A flood ------------------------------------------------------------------------------------


def test_an_address_that_sends_far_too_much_has_to_wait(send, rf, monkeypatch):
    monkeypatch.setattr(crowds, "MOST_FROM_ONE_SENDER", 10)
    monkeypatch.setattr(crowds, "MOST_IN_A_WHILE", 2)
    ours = rf.post("/", REMOTE_ADDR=ONE_ADDRESS)
    for number in range(10):
        assert not is_flood(ours)
        send(str(number), suspicion="A bot's")

    assert is_flood(ours)
    assert not is_flood(rf.post("/", REMOTE_ADDR="203.0.113.8"))
    Mark.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert not is_flood(ours), "after a while it may send again"


def test_it_costs_few_queries(send, kind, rf, django_assert_max_num_queries):
    text = own_words(random.Random(7))
    number = read(issue(kind))
    with django_assert_max_num_queries(2):
        is_flood(rf.post("/"))
    message = Message(kind.pk, kind.code, uuid4(), {"message": text})
    with django_assert_max_num_queries(17) as alone:  # with a letter and its task
        receive(message)
    with django_assert_max_num_queries(len(alone) + 3):
        found = marks(rf.post("/"), number, text)
        receive(Message(kind.pk, kind.code, uuid4(), {"message": text}, marks=found))
