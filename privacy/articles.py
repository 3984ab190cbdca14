"""What UK GDPR Article 6(1) and Article 9(2) allow, and what rights people have, in a few words.

https://www.legislation.gov.uk/eur/2016/679/contents
"""

from collections.abc import Iterable

ARTICLE_6 = {
    "a": "consent",
    "b": "a contract",
    "c": "a legal obligation",
    "d": "vital interests",
    "e": "a task in the public interest",
    "f": "legitimate interests",
}
ARTICLE_9 = {
    "a": "explicit consent",
    "b": "employment, social security and social protection",
    "c": "vital interests",
    "d": "not-for-profit bodies",
    "e": "data made public by the person",
    "f": "legal claims",
    "g": "substantial public interest",
    "h": "health or social care",
    "i": "public health",
    "j": "archiving, research and statistics",
}
# Articles 15 to 22, and 7(3) for the last.
RIGHTS = {
    "access": "see your data and have a copy",
    "rectification": "have wrong data put right",
    "erasure": "have data erased",
    "restriction": "limit what is done with data",
    "portability": "have data in a form that you can take elsewhere",
    "objection": "object to what is done with data",
    "automated decisions": "have a person look again at what a computer decided alone",
    "consent": "withdraw your consent at any time",
}

# Fields that hold some of these, as their keys: "e, h".
TICKED = {"article_6": ARTICLE_6, "article_9": ARTICLE_9, "rights": RIGHTS}


def ticked(field: str, keys: Iterable[str]) -> str:
    """Return the keys in their own order, as the field keeps them."""
    wanted = set(keys)
    return ", ".join(key for key in TICKED[field] if key in wanted)
