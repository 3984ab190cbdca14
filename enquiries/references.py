"""References that a person can read out, and secrets that nobody can guess.

Both follow from the number of the form that was filled in, so that a message has its reference
even before the database has stored it.
"""

from uuid import UUID

from django.utils.crypto import salted_hmac

# Crockford's base 32: no I, L, O or U, which are misread or misheard.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS_OF = 4
LENGTH = 8
SECRET_LENGTH = 16
MISREAD = str.maketrans("OIL", "011")


def reference(code: str, submission: UUID) -> str:
    """Return the reference of what was sent with a form, such as "FOI-7K3M-2Q9X"."""
    return f"{code.upper()}-{_grouped(_letters(submission.int, LENGTH))}"


def secret(submission: UUID) -> str:
    """Return what lets its sender see the state of an enquiry: 80 bits, as "4X2M-…" in 4 groups."""
    digest = salted_hmac("enquiries.references", str(submission), algorithm="sha256").digest()
    return _grouped(_letters(int.from_bytes(digest), SECRET_LENGTH))


def as_typed(text: str) -> str:
    """Return a reference or a secret in its own form: "foi 7k3m2q9x" as "FOI-7K3M-2Q9X"."""
    characters = "".join(filter(str.isalnum, text.upper()))
    length = SECRET_LENGTH if len(characters) >= SECRET_LENGTH else LENGTH
    code, letters = characters[:-length], characters[-length:].translate(MISREAD)
    return "-".join(filter(None, [code, _grouped(letters)]))


def _letters(number: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


def _grouped(letters: str) -> str:
    return "-".join(letters[i : i + GROUPS_OF] for i in range(0, len(letters), GROUPS_OF))
