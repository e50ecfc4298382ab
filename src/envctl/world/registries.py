"""Asks a registry of images whether it is there."""

from __future__ import annotations

import urllib.error
import urllib.request

_PATIENCE = 3.0  # seconds
_ANSWERS = frozenset({200, 401, 403})  # it asks for a log-in: that is an answer


def answers(host: str) -> str | None:
    """None when a registry answers at this host; else why it does not. Loopback may speak without encryption."""
    local = host.partition(":")[0] in ("localhost", "127.0.0.1")
    why = ""
    for scheme in ("https", "http") if local else ("https",):
        try:
            with urllib.request.urlopen(f"{scheme}://{host}/v2/", timeout=_PATIENCE) as response:  # noqa: S310
                status = response.status
        except urllib.error.HTTPError as error:
            status = error.code
        except (OSError, ValueError) as error:
            why = str(getattr(error, "reason", error))
            continue
        if status in _ANSWERS:
            return None
        why = f"it answers with status {status}"
    return why
