"""System checks: what must be true before the site starts."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from wagtail.rich_text.feature_registry import FeatureRegistry

FORBIDDEN_RICH_TEXT = {"embed", "image"}


def folders_are_writable(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start where uploads could not be kept."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error)
    else:
        if os.access(folder, os.W_OK | os.X_OK):
            return []
        reason = "permission denied"
    return [
        Error(
            f"The media folder {folder} cannot be written to: {reason}.",
            hint="Give the site's user write access to it, or set MEDIA_ROOT to another folder.",
            id="ccgsite.E001",
        )
    ]


def no_way_in_for_third_parties(**kwargs: Any) -> list[CheckMessage]:
    """Refuse rich text features through which an editor could embed another site's content."""
    features = FeatureRegistry()
    errors: list[CheckMessage] = []
    for name, editor in settings.WAGTAILADMIN_RICH_TEXT_EDITORS.items():
        offered = set(editor["OPTIONS"].get("features") or features.get_default_features())
        errors += [
            Error(
                f"The rich text editor {name!r} offers {feature!r}.",
                hint="Remove it from WAGTAILADMIN_RICH_TEXT_EDITORS: videos and images are blocks.",
                id="ccgsite.E002",
            )
            for feature in sorted(offered & FORBIDDEN_RICH_TEXT)
        ]
    return errors
