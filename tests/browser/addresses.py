"""Where the site is that the tests open, and one address of every kind of page that it has."""

MEASUREMENT_ID = "G-TEST12345"
NAMED_HOST = "www.ccg.test"  # besides 127.0.0.1, for cookies of the domain above it

NOTICE = "/contact-us/using-your-information/fair-processing-notice-privacy-notice/"
KINDS = {
    "home": "/",
    "section": "/about-us/",
    "section with one child": "/your-health/flu/",
    "content": "/your-health/which-health-service-should-you-use/",
    "content with a table": "/publications/key-information/spending-over-25000/",
    "content with contacts": "/contact-us/freedom-of-information/",
    "cookies": "/cookies/",
    "cookie choices": "/cookie-consent/",
    "every block": "/sample-of-every-block/",
    "news index": "/news/",
    "news": "/news/sample-news/",
    "media releases": "/contact-us/media-enquiries/media-releases/",
    "alerts": "/service-alerts/",
    "privacy notice": NOTICE,
    "notice versions": f"{NOTICE}versions/",
    "notice version": f"{NOTICE}versions/1/",
    "notice versions compared": f"{NOTICE}versions/1-to-2/",
    "search results": "/search/?q=health",
    "search results chosen from": "/search/?q=nhs&section=your-health&page=2",
    "search results none of which are chosen": "/search/?q=nhs&type=other-website",
    "search for what is misspelt": "/search/?q=vacine",
    "search for what is recommended": "/search/?q=sample+page",
    "search in a document": "/search/?q=zebra",
    "search in an emergency": "/search/?q=chest+pain",
    "search in a mental health crisis": "/search/?q=suicide",
    "search without results": "/search/?q=xyzzy",
    "search without words": "/search/",
    "thanks for a search": "/search/without-results/",
    "not found": "/nothing-here/",
    "bad request": "/%0d/",
}
