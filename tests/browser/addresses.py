"""One address of every kind of page that a visitor can meet on the starter site."""

NOTICE = "/contact-us/using-your-information/fair-processing-notice-privacy-notice/"
KINDS = {
    "home": "/",
    "section": "/about-us/",
    "section with one child": "/your-health/flu/",
    "content": "/your-health/which-health-service-should-you-use/",
    "content with a table": "/publications/key-information/spending-over-25000/",
    "content with contacts": "/contact-us/freedom-of-information/",
    "former cookies": "/cookies/",
    "every block": "/sample-of-every-block/",
    "news index": "/news/",
    "news": "/news/sample-news/",
    "privacy notice": NOTICE,
    "notice versions": f"{NOTICE}versions/",
    "notice version": f"{NOTICE}versions/1/",
    "notice versions compared": f"{NOTICE}versions/1-to-2/",
    "search results": "/search/?q=health",
    "search without results": "/search/?q=xyzzy",
    "search without words": "/search/",
    "not found": "/nothing-here/",
    "bad request": "/%0d/",
}
