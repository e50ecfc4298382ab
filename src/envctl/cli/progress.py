"""Progress as lines on stderr: live on a terminal, plain on a pipe, none with `--quiet` or `--json`."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TextIO

from envctl.cli.columns import printable
from envctl.cli.forgiving import Forgiving
from envctl.cli.output import is_terminal
from envctl.events import Event, Tell, nobody

_NUMBER = re.compile(r"\d+([.,]\d+)?")
_NO = {"", "0", "false", "no"}


@contextmanager
def listener(
    *,
    silent: bool,
    stream: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Tell]:
    """A `Tell` that shows events until the block is left, however it is left; what comes later is dropped."""
    stream = sys.stderr if stream is None else stream
    if silent or stream is None:
        yield nobody
    elif lively(stream, os.environ if environ is None else environ):
        with _from_the_first_event(Forgiving(stream), clock) as tell:
            yield tell
    else:
        plain = PlainLines(Forgiving(stream))
        try:
            yield plain.tell
        finally:
            plain.close()


@contextmanager
def _from_the_first_event(stream: Forgiving, clock: Callable[[], float]) -> Iterator[Tell]:
    """Live lines; a command that has nothing to say meanwhile draws nothing and does not load rich."""
    lock = Lock()
    begun: list[Tell] = []
    with ExitStack() as display:

        def tell(event: Event) -> None:
            with lock:
                if not begun:
                    from envctl.cli.live import live

                    begun.append(display.enter_context(live(stream, clock)))
            begun[0](event)

        try:
            yield tell
        finally:
            with lock:
                begun += [] if begun else [nobody]


def lively(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines may be rewritten: on a terminal that can, and not on a CI runner's."""
    return is_terminal(stream) and environ.get("TERM") != "dumb" and environ.get("CI", "").lower() in _NO


class PlainLines:
    """One line an event, for pipes and files. What differs in numbers only, as a percentage, is a repeat."""

    def __init__(self, stream: Forgiving) -> None:
        self._stream = stream
        self._said: dict[str, str] = {}
        self._lock = Lock()
        self._closed = False

    def tell(self, event: Event) -> None:
        """Print the event unless it repeats the last one of its subject."""
        moving = event.phase in {"waiting", "working"}
        gist = _NUMBER.sub("#", event.what) if moving else f"{event.phase} {event.what}"
        with self._lock:
            if self._closed or self._said.get(event.subject) == gist:
                return
            self._said[event.subject] = gist
            self._stream.write(f"{printable(event.subject)}  {printable(event.what)}\n")
            self._stream.flush()

    def close(self) -> None:
        """Print nothing any more."""
        with self._lock:
            self._closed = True
