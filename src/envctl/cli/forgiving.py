"""A stream for progress, whose reader may leave."""

from __future__ import annotations

from typing import TextIO

from envctl.cli.output import is_terminal


class Forgiving:
    """Writes, or forgets: progress that nobody reads must not stop the work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gone = False

    @property
    def encoding(self) -> str:
        """The stream's encoding."""
        return self._stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        """Write, or forget."""
        if not self._gone:
            try:
                self._stream.write(text)
            except (OSError, ValueError):
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Flush, or forget."""
        if not self._gone:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._gone = True

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return is_terminal(self._stream)

    def fileno(self) -> int:
        """The stream's descriptor: how wide the terminal is, is asked there."""
        return self._stream.fileno()
