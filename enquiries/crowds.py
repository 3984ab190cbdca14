"""Messages that have too much in common with others of the same day to be of as many people.

A hospital, a library or a phone network is one address for many people, and a campaign is one
wording: 200 of them in an hour are let in. Bots send thousands. The first of a crowd look the same
in both cases, so a crowd is judged when it is too big for people: then all of it that nobody has
begun to deal with is kept apart, and letters that wait are not sent. While a crowd gathers, its
letters wait an hour.

What messages have in common is kept as hashes with a key that changes each day, for a day.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from enquiries.form_numbers import FormNumber
from enquiries.links import LINK, links_elsewhere
from enquiries.models import Action, Enquiry, HistoryEntry, Letter, Mark, State
from enquiries.senders import sender

# By what messages share: how many of a day are let in, and why more are not.
CROWDS = {
    "form": (10, "One opened form was sent more than 10 times"),
    "wording": (250, "More than 250 messages of a day have the same words"),
    "links": (250, "More than 250 messages of a day, through one form, have links"),
    "address": (300, "More than 300 messages of a day, through one form, came from one address"),
}
SENDER = "sender:"  # the mark that counts whatever came from an address, suspicious or not
GATHERING = 10
LETTERS_WAIT = timedelta(hours=1)
A_DAY = timedelta(days=1)

# To save the disk: beyond so many a day, an address may send a few every few minutes.
MOST_FROM_ONE_SENDER = 6_000
A_WHILE = timedelta(minutes=10)
MOST_IN_A_WHILE = 100

WORD = re.compile(r"[^\W\d_]+")
WORDS_TOGETHER = 3
PHRASES = 12  # with 8, on an unlucky day every third spam with other words around it was let in


def marks(request: HttpRequest, number: FormNumber, text: str) -> list[str]:
    """Return what a message might share with others, as "what:hash".

    Texts that resemble one another share phrases. Of all phrases the 12 with the smallest
    hashes are taken, so that the same ones are taken from similar texts (A. Broder, "On the
    resemblance and containment of documents", 1997).
    """
    address = sender(request)
    found = [
        f"{SENDER}{_hash(address)}",
        f"address:{_hash(f'{number.kind} {address}')}",
        f"form:{_hash(number.submission.hex)}",
        *(f"wording:{phrase}" for phrase in sorted(map(_hash, _phrases(text)))[:PHRASES]),
    ]
    if links_elsewhere(text, request.get_host()):
        found.append(f"links:{_hash(str(number.kind))}")
    return found


def _phrases(text: str) -> set[str]:
    words = WORD.findall(LINK.sub("", text.casefold()))
    places = range(max(1, len(words) - WORDS_TOGETHER + 1) if words else 0)
    return {" ".join(words[place : place + WORDS_TOGETHER]) for place in places}


def _hash(text: str) -> str:
    today = timezone.now().date().isoformat()
    key = salted_hmac("enquiries.crowds", today, algorithm="sha256").digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


def is_flood(request: HttpRequest) -> bool:
    """Return whether more came from an address than we can keep."""
    now = timezone.now()
    sent = Mark.objects.filter(key=f"{SENDER}{_hash(sender(request))}")
    return (
        sent.filter(at__gt=now - A_DAY).count() >= MOST_FROM_ONE_SENDER
        and sent.filter(at__gt=now - A_WHILE).count() >= MOST_IN_A_WHILE
    )


def known_crowd(keys: Iterable[str]) -> str:
    """Return why a message with these marks belongs to a crowd that was kept apart, or nothing."""
    known = Mark.objects.filter(key__in=keys, of_crowd=True).values_list("key", flat=True)[:1]
    return _why(known[0]) if known else ""


def join_crowds(enquiry: Enquiry, keys: Iterable[str]) -> None:
    """Keep the marks of a message that has just been stored, and judge the crowds that it joins.

    It has to be in the transaction that stores the message. What is kept apart joins no crowd:
    it must not count against others with the same address.
    """
    shared = [key for key in keys if not enquiry.suspicion and not key.startswith(SENDER)]
    senders = [key for key in keys if key.startswith(SENDER)]
    Mark.objects.bulk_create(Mark(enquiry=enquiry, key=key) for key in senders + shared)
    sizes = Mark.objects.filter(key__in=shared).values_list("key").annotate(Count("pk"))
    sizes = dict(sizes) if shared else {}
    if max(sizes.values(), default=0) > GATHERING:
        enquiry.letters.update(next_attempt_at=timezone.now() + LETTERS_WAIT)
    too_big = [key for key, size in sizes.items() if size > CROWDS[_what(key)][0]]
    if too_big:
        # Of several crowds the first in the list above is the one that is held against it.
        _keep_apart(min(too_big, key=lambda key: list(CROWDS).index(_what(key))))


def _what(key: str) -> str:
    return key.partition(":")[0]


def _why(key: str) -> str:
    return CROWDS[_what(key)][1]


def _keep_apart(key: str) -> None:
    crowd = Enquiry.objects.genuine().filter(marks__key=key, state=State.RECEIVED, owner=None)
    crowd = list(crowd.exclude(history__action=Action.LET_IN).values_list("pk", flat=True))
    Enquiry.objects.filter(pk__in=crowd).update(suspicion=_why(key))
    HistoryEntry.objects.bulk_create(
        HistoryEntry(enquiry_id=pk, action=Action.KEPT_APART, text=_why(key)) for pk in crowd
    )
    Letter.objects.filter(enquiry__in=crowd, sent_at=None).delete()
    Mark.objects.filter(key=key).update(of_crowd=True)
    others = Mark.objects.filter(enquiry__in=crowd).exclude(key=key)
    others.exclude(key__startswith=SENDER).delete()


def forget() -> None:
    """Delete the marks of more than a day ago. It writes nothing if there are none."""
    old = Mark.objects.filter(at__lt=timezone.now() - A_DAY)
    if old.exists():
        old.delete()
