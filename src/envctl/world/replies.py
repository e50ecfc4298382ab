"""What HTTP answers say beside their content: when to come again, where it goes on, what went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import Response

_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_BLOCK = 65536  # bytes
_UNSAID = 60.0  # seconds: what GitHub asks for where a limit names no time


def base_of(url: str) -> str | None:
    """An API's address that may be asked: https, or http on this machine itself; None for any other."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(host))
    odd = not host or "@" in parts.netloc or parts.query or parts.fragment or not url.isprintable()
    return None if odd or not safe else url.strip().rstrip("/")


def bounded(response: Response, size: int) -> bytes | None:
    """The content, None where it is longer than that. Raises where it is shorter than it said."""
    parts, length = [], 0
    for block in response.iter_content(_BLOCK):
        parts.append(block)
        length += len(block)
        if length > size:
            return None
    return b"".join(parts)


def pause(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds after which to try again; None where that is of no use."""
    limited = status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.FORBIDDEN and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")
    )
    if not limited:
        return None
    said = _seconds(headers.get("retry-after")) if "retry-after" in headers else None
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    if said is None and reset.isdecimal():
        said = max(0.0, float(reset[:12]) - time())
    return _UNSAID if said is None else said


def _seconds(text: str | None) -> float | None:
    """What Retry-After says: seconds or a date."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text.strip()[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def following(headers: Mapping[str, str]) -> str | None:
    """The next page: its URL or its number."""
    number = headers.get("x-next-page", "").strip()
    if number.isdecimal():
        return number
    found = re.search(r'<([^<>\s]+)>\s*;[^,<]*\brel="?next\b', headers.get("link", ""))
    return found[1] if found else None


def origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        return None if "@" in parts.netloc else (parts.scheme, parts.hostname or "", port)
    except ValueError:
        return None


def phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def fault(failure: Exception) -> tuple[str, bool]:
    """What went wrong by its kind, and whether it may pass: the library's own words can hold a proxy's password."""
    from requests import exceptions

    for kind, what, passing in (
        (exceptions.ProxyError, "cannot be reached through the proxy", False),
        (exceptions.SSLError, "has a certificate that cannot be verified", False),
        (exceptions.Timeout, "does not answer", False),
        (exceptions.ChunkedEncodingError, "breaks off in the middle of its answer", True),
        (exceptions.ContentDecodingError, "answers with something that cannot be read", False),
        (exceptions.ConnectionError, "cannot be reached", True),
    ):
        if isinstance(failure, kind):
            return what, passing
    return f"cannot be asked ({type(failure).__name__})", False
