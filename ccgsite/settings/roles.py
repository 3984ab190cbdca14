"""What a process is for: CCGSITE_ROLE. The rooms do not know it; it decides what is put together.

all      everything in one process, at SITE_URL
public   what visitors need, at SITE_URL: no sessions, no sign-in, no CMS nor its files. It writes
         what visitors submit and renditions of images, and nothing else
editor   the CMS with its previews, at EDITOR_URL; visitors are sent on to SITE_URL
"""

ALL, PUBLIC, EDITOR = ROLES = ("all", "public", "editor")

# What the CMS alone needs.
FOR_EDITORS = {
    "ccgsite.middleware.EditorsAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.meeting_panels.PapersNotReady",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
}
BEFORE = "ccgsite.middleware.EditorsAddresses"
EDITORS_HOST = "ccgsite.roles.EditorsHost"


def in_role(role: str, parts: list[str]) -> list[str]:
    """Return which middleware or context processors a role has, of all that there are."""
    if role == PUBLIC:
        return [part for part in parts if part not in FOR_EDITORS]
    if role == EDITOR and BEFORE in parts:
        place = parts.index(BEFORE)
        return [*parts[:place], EDITORS_HOST, *parts[place:]]
    return parts
