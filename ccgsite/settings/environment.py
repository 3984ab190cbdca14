"""What may be set from outside, read in one way. The README's table lists every name."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]


def env(name: str, default: str = "") -> str:
    """Return the environment variable, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_list(name: str) -> list[str]:
    """Return a comma-separated environment variable as a list."""
    return [item.strip() for item in env(name).split(",") if item.strip()]


def folder(path: str | Path) -> Path:
    """Return a folder that exists. Raises ImproperlyConfigured where it cannot be made."""
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder {path} cannot be made ({error.strerror}). Set VAR_DIR to another."
        raise ImproperlyConfigured(message) from None
    return path


def secret_key(var_dir: Path) -> str:
    """Return the key that signs sessions and tokens: SECRET_KEY, or the file that set-up wrote.

    Raises ImproperlyConfigured where there is none or it is too short to be safe.
    """
    key = env("SECRET_KEY")
    key_file = var_dir / "secret_key"
    if not key and key_file.is_file():
        key = key_file.read_text().strip()
    if len(key) < 50:  # noqa: PLR2004, the length Django's own deployment check asks for
        message = (
            "SECRET_KEY is missing or shorter than 50 characters. Set it in the environment, "
            f"or run `make run` once, which writes one to {key_file}."
        )
        raise ImproperlyConfigured(message)
    return key


def site_address(url: str) -> tuple[str, str, int]:
    """Split SITE_URL into scheme, host and port.

    Raises ImproperlyConfigured unless it is http(s)://host[:port] and no more.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError(url)  # noqa: TRY301, one message for all that is wrong
    except (KeyError, ValueError):
        message = f"SITE_URL must look like https://www.example.nhs.uk, not {url!r}."
        raise ImproperlyConfigured(message) from None
    return parts.scheme, parts.hostname, port
