"""What UK GDPR Article 6(1) and Article 9(2) allow, each condition in a few words.

https://www.legislation.gov.uk/eur/2016/679/contents
"""

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
