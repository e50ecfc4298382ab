"""Replaces a few bytes of a long stream. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Bytes of a dump, from `start` to `end`, that are replaced by `put`.

    `if_role`: only where that role exists already; `unless_parameter`: only where the server does not know it.
    """

    start: int
    end: int
    put: bytes = b""
    if_role: bytes | None = None
    unless_parameter: str | None = None

    def applies(self, roles: frozenset[bytes], parameters: frozenset[str]) -> bool:
        """Whether it is needed on a server with these roles and parameters."""
        if self.if_role is not None:
            return self.if_role in roles
        return self.unless_parameter is None or self.unless_parameter not in parameters


def edited(blocks: Iterable[bytes], edits: Iterable[Edit]) -> Iterator[bytes]:
    """The stream with the edits made, which are sorted and do not overlap."""
    waiting, offset = iter(edits), 0
    edit = next(waiting, None)
    for block in blocks:
        at, end = 0, offset + len(block)
        while edit and edit.start < end:
            if edit.start >= offset:
                yield block[at : edit.start - offset]
                yield edit.put
            at = max(at, min(edit.end - offset, len(block)))
            if edit.end > end:
                break  # the rest of it lies in the next block
            edit = next(waiting, None)
        yield block[at:] if at else block
        offset = end
