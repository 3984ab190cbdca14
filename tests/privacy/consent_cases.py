"""What a visitor's browser sends, and what may then load: one table for all who decide it.

privacy/consent.py, deploy/nginx and static/js/consent.js are each tested with every case.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass

ANALYTICS, VIDEO = {"analytics"}, {"video"}
BOTH = ANALYTICS | VIDEO
NOTHING = set()

YES = "analytics={analytics}|video={video}|chosen={later}"
NO = "analytics=-1|video=-1|chosen={later}"


@dataclass(frozen=True)
class Case:
    """A visitor: the Cookie header, in which {analytics} and {video} are the versions asked for.

    {older} and {later} are versions or times before and after all of them.
    """

    name: str
    cookie: str
    allowed: set[str]  # the groups that may load
    _: KW_ONLY
    asks: bool  # whether the visitor has yet to answer
    gpc: bool = False  # whether the browser sends Global Privacy Control
    in_browser: bool = True  # whether a script can set these cookies, one by one, as they are

    def cookies(self, versions: Mapping[str, str]) -> str:
        """Return the Cookie header, by the groups' versions now."""
        return self.cookie.format(
            older="2001-01-01T00:00:00.000000+00:00",
            later="2999-01-01T00:00:00.000000+00:00",
            **versions,
        )

    def headers(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return all that the browser sends of it."""
        cookies = {"Cookie": self.cookies(versions)} if self.cookie else {}
        return cookies | ({"Sec-GPC": "1"} if self.gpc else {})


CASES = [
    # --- Answers
    Case("no cookie", "", NOTHING, asks=True),
    Case("an empty cookie", "cookie_consent=", NOTHING, asks=True),
    Case("an empty cookie in quotes", 'cookie_consent=""', NOTHING, asks=True),
    Case("yes to all", f'cookie_consent="{YES}"', BOTH, asks=False),
    Case("yes to all without quotes", f"cookie_consent={YES}", BOTH, asks=False),
    Case("no to all", f'cookie_consent="{NO}"', NOTHING, asks=False),
    Case(
        "yes to analytics alone",
        'cookie_consent="analytics={analytics}|video=-1|chosen={later}"',
        ANALYTICS,
        asks=False,
    ),
    Case(
        "yes to video alone",
        'cookie_consent="analytics=-1|video={video}|chosen={later}"',
        VIDEO,
        asks=False,
    ),
    Case(
        "yes to video, nothing else answered",
        'cookie_consent="video={video}|chosen={later}"',
        VIDEO,
        asks=True,
    ),
    Case(
        "the pairs in another order",
        'cookie_consent="chosen={later}|video={video}|analytics=-1"',
        VIDEO,
        asks=False,
    ),
    # --- Versions
    Case(
        "yes to an older version",
        'cookie_consent="analytics={older}|video={older}|chosen={later}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "yes to an older version of one",
        'cookie_consent="analytics={older}|video={video}|chosen={later}"',
        VIDEO,
        asks=True,
    ),
    Case(
        "yes to a later version",
        'cookie_consent="analytics={later}|video={later}|chosen={later}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "each version under the other's name",
        'cookie_consent="analytics={video}|video={analytics}|chosen={later}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "a version with more after it",
        'cookie_consent="analytics={analytics}0|video={video}x|chosen={later}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "a no without a time",
        'cookie_consent="analytics=-1|video=-1"',
        NOTHING,
        asks=True,
    ),
    Case(
        "a no from before this version",
        'cookie_consent="analytics=-1|video=-1|chosen={older}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "a yes without a time",
        'cookie_consent="analytics={analytics}|video={video}"',
        BOTH,
        asks=False,
    ),
    # --- Nonsense
    Case("nonsense", "cookie_consent=zzzz", NOTHING, asks=True),
    Case("nothing but signs", "cookie_consent==|=|==", NOTHING, asks=True),
    Case("true instead of a version", "cookie_consent=analytics=1|video=true", NOTHING, asks=True),
    Case("percent signs", "cookie_consent=analytics%3D{analytics}", NOTHING, asks=True),
    Case(
        "names in capitals",
        "cookie_consent=ANALYTICS={analytics}|Video={video}",
        NOTHING,
        asks=True,
    ),
    Case(
        "names with more before them",
        "cookie_consent=xanalytics={analytics}|x-video={video}",
        NOTHING,
        asks=True,
    ),
    Case(
        "spaces around names",
        'cookie_consent="x| analytics={analytics}|video ={video}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "yes to a group that there is not",
        'cookie_consent="marketing={analytics}|necessary={video}|chosen={later}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "yes to all and to a group that there is not",
        f'cookie_consent="marketing={{older}}|{YES}"',
        BOTH,
        asks=False,
    ),
    Case(
        "an answer twice, the last a no",
        'cookie_consent="analytics={analytics}|video={video}|analytics=-1|chosen={later}"',
        VIDEO,
        asks=False,
    ),
    Case(
        "an answer twice, the last a yes",
        'cookie_consent="analytics=-1|video={video}|analytics={analytics}|chosen={later}"',
        BOTH,
        asks=False,
    ),
    Case(
        "a pair of three before an answer",
        'cookie_consent="analytics=-1={older}|analytics={analytics}|video=-1|chosen={later}"',
        ANALYTICS,
        asks=False,
    ),
    Case("a very long answer", f"cookie_consent={'x' * 3000}|{YES}", BOTH, asks=False),
    Case("a very long nonsense", f"cookie_consent={'analytics=|' * 300}", NOTHING, asks=True),
    Case(
        "a version of the visitor's own before the answer",
        'cookie_consent="analytics={older} analytics={older}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "versions of the visitor's own, in every place",
        "analytics={older}|video={older} cookie_consent=analytics={older}|video={older}; "
        "cookie_consent=analytics={older}|video={older} analytics={older}|video={older}",
        NOTHING,
        asks=True,
        in_browser=False,
    ),
    # --- Other cookies
    Case("other cookies alone", "_ga=1; sessionid=x; csrftoken=y", NOTHING, asks=True),
    Case(
        "other cookies around a yes",
        f'_ga=1; cookie_consent="{YES}"; sessionid=x',
        BOTH,
        asks=False,
    ),
    Case(
        "cookies with names that look alike",
        f'xcookie_consent="{YES}"; cookie_consent2="{YES}"; cookie-consent="{YES}"',
        NOTHING,
        asks=True,
    ),
    Case(
        "a no among names that look alike",
        f'xcookie_consent="{YES}"; cookie_consent="{NO}"; cookie_consent2="{YES}"',
        NOTHING,
        asks=False,
    ),
    Case("the cookie's name in capitals", f'COOKIE_CONSENT="{YES}"', NOTHING, asks=True),
    Case("the cookie inside another", f"other=a,cookie_consent={YES}", NOTHING, asks=True),
    Case(
        "no spaces between cookies",
        f"a=b;cookie_consent={YES};c=d",
        BOTH,
        asks=False,
        in_browser=False,
    ),
    # Two of one name come only from another domain or path. The server and nginx take the last,
    # the script takes the first: so nothing loads unless both say yes.
    Case(
        "two cookies, the last a no",
        f'cookie_consent="{YES}"; cookie_consent="{NO}"',
        NOTHING,
        asks=False,
        in_browser=False,
    ),
    Case(
        "two cookies, the last a yes",
        f'cookie_consent="{NO}"; cookie_consent="{YES}"',
        BOTH,
        asks=False,
        in_browser=False,
    ),
    Case(
        "two cookies, the last nonsense",
        f'cookie_consent="{YES}"; cookie_consent=zzzz',
        NOTHING,
        asks=True,
        in_browser=False,
    ),
    # --- Global Privacy Control
    Case("the control alone", "", NOTHING, asks=False, gpc=True),
    Case("the control after a yes", f'cookie_consent="{YES}"', NOTHING, asks=False, gpc=True),
    Case("the control after a no", f'cookie_consent="{NO}"', NOTHING, asks=False, gpc=True),
    Case("a yes despite the control", f'cookie_consent="{YES}|gpc=1"', BOTH, asks=False, gpc=True),
    Case("a no despite the control", f'cookie_consent="{NO}|gpc=1"', NOTHING, asks=False, gpc=True),
    Case(
        "yes to one despite the control",
        'cookie_consent="gpc=1|analytics=-1|video={video}|chosen={later}"',
        VIDEO,
        asks=False,
        gpc=True,
    ),
    Case(
        "a yes to an older version despite the control",
        'cookie_consent="analytics={older}|video={older}|chosen={later}|gpc=1"',
        NOTHING,
        asks=True,
        gpc=True,
    ),
    Case(
        "a yes despite the control, which is off now",
        f'cookie_consent="{YES}|gpc=1"',
        BOTH,
        asks=False,
    ),
    Case("gpc is not 1", f'cookie_consent="gpc=0|{YES}|gpc=11"', NOTHING, asks=False, gpc=True),
    Case(
        "gpc twice, the last is not 1",
        f"cookie_consent=gpc=1|{YES}|gpc=0",
        NOTHING,
        asks=False,
        gpc=True,
    ),
    Case(
        "gpc twice, the last is 1", f"cookie_consent=gpc=0|{YES}|gpc=1", BOTH, asks=False, gpc=True
    ),
    Case("gpc in another cookie", f'gpc=1; cookie_consent="{YES}"', NOTHING, asks=False, gpc=True),
]
