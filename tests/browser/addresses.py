"""Where the site is that the tests open, and one address of every kind of page that it has."""

MEASUREMENT_ID = "G-TEST12345"
NAMED_HOST = "www.ccg.test"  # besides 127.0.0.1, for cookies of the domain above it

NOTICE = "/contact-us/using-your-information/fair-processing-notice-privacy-notice/"
BOARD = "/about-us/governing-board/"
POLICIES = "/publications/publication-scheme/policies-and-procedures/"
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
    "media release": "/contact-us/media-enquiries/media-releases/sample-news-4/",
    "alerts": "/service-alerts/",
    "alert": "/service-alerts/sample-alert-1/",
    "consultations": "/hearing-from-you/current-consultations/",
    "open consultation": "/hearing-from-you/current-consultations/sample-consultation-2/",
    "answered consultation": "/hearing-from-you/current-consultations/sample-consultation-5/",
    "publications": POLICIES,
    "publication": f"{POLICIES}sample-publication-5/",
    "people": f"{BOARD}whos-who/",
    "person": f"{BOARD}whos-who/sample-person-a/",
    "committee": f"{BOARD}sample-committee-a/",
    "meetings": f"{BOARD}meetings-and-past-papers/",
    "meeting to come": f"{BOARD}meetings-and-past-papers/sample-meeting-1/",
    "past meeting": f"{BOARD}meetings-and-past-papers/sample-meeting-3/",
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
