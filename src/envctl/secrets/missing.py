"""Why there is no value."""

from __future__ import annotations


class Missing(Exception):
    """Raised by a provider that has no value; the text completes `NAME: …` and holds nothing secret."""
