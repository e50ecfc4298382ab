"""generated: random for each environment, found again in its containers.

The last characters are a checksum of the others, so that a value which came from elsewhere under the same name, such as
a real key that was replaced by a generated one, is never taken for one of ours.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from secrets import choice

from envctl.secret import Secret, Source

ALPHABET = string.ascii_letters + string.digits  # needs quoting nowhere: URLs, SQL, configuration files
_CHECKED = 6


def find(source: Source, environ: Mapping[str, str]) -> str:
    """A new value."""
    body = random(source.length - _CHECKED).reveal()
    return body + _checksum(body)


def random(length: int) -> Secret:
    """Letters and digits by chance."""
    return Secret("".join(choice(ALPHABET) for _ in range(length)))


def is_generated(source: Source, value: str) -> bool:
    """Whether a value was made here, and as it is wanted now."""
    body, end = value[:-_CHECKED], value[-_CHECKED:]
    return len(value) == source.length and _checksum(body) == end


def _checksum(body: str) -> str:
    number = int.from_bytes(hashlib.sha256(b"envctl generated " + body.encode("utf-8", "surrogateescape")).digest())
    digits = ""
    for _ in range(_CHECKED):
        number, digit = divmod(number, len(ALPHABET))
        digits += ALPHABET[digit]
    return digits
