"""What may be set from outside, read in one way. The README's table lists every name."""

import os
from ipaddress import ip_network
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


def networks(found: list[str]) -> list[str]:
    """Return IP addresses and networks, such as 10.0.0.0/8, as they are.

    Raises ImproperlyConfigured if one is neither.
    """
    for network in found:
        try:
            ip_network(network)
        except ValueError as error:
            raise ImproperlyConfigured(f"TRUSTED_PROXIES cannot be read: {error}.") from None
    return found


def one_of(name: str, default: str, *others: str) -> str:
    """Return a variable that can be only one of some words. Raises ImproperlyConfigured."""
    value = env(name, default)
    if value not in {default, *others}:
        message = f"{name} must be one of {', '.join([default, *others])}, not {value!r}."
        raise ImproperlyConfigured(message)
    return value


def number(name: str, default: float) -> float:
    """Return a variable that is a number, 0 or more. Raises ImproperlyConfigured."""
    try:
        value = float(env(name, str(default)))
        if not 0 <= value < float("inf"):
            raise ValueError(value)  # noqa: TRY301, one message for all that is wrong
    except ValueError:
        message = f"{name} must be a number, such as 1.5, not {env(name)!r}."
        raise ImproperlyConfigured(message) from None
    return value


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


def secret_token(name: str) -> str:
    """Return a token, or nothing if none is set. Raises ImproperlyConfigured if it is too short."""
    token = env(name)
    if token and len(token) < 20:  # noqa: PLR2004, too many to be tried one after the other
        message = f"{name} must have 20 characters or more. Make one: openssl rand -hex 20"
        raise ImproperlyConfigured(message)
    return token


def site_address(url: str, name: str = "SITE_URL") -> tuple[str, str, int]:
    """Split SITE_URL, or another such variable, into scheme, host and port.

    Raises ImproperlyConfigured unless it is http(s)://host[:port] and no more.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError(url)  # noqa: TRY301, one message for all that is wrong
    except (KeyError, ValueError):
        message = f"{name} must look like https://www.example.nhs.uk, not {url!r}."
        raise ImproperlyConfigured(message) from None
    return parts.scheme, parts.hostname, port
