"""Live progress on a terminal: one line for each subject, rewritten in place. Loads rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import IO, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from envctl.cli.columns import printable
from envctl.cli.forgiving import Forgiving
from envctl.events import Event, Tell

STYLES = {"done": "green", "failed": "red", "waiting": "yellow", "info": "dim", "working": ""}
MARKS = {"done": "✔", "failed": "✘", "info": "·", "left": "·"}
PLAIN_MARKS = {"done": "+", "failed": "x", "info": "-", "left": "-"}
ROOMY = 40  # columns from which on there is room for the seconds


@dataclass(frozen=True)
class Line:
    """The last event of a subject, when the subject was first heard of and when it ended."""

    event: Event
    began: float
    ended: float | None = None


class LiveLines:
    """What the terminal shows, drawn anew at every refresh."""

    def __init__(self, clock: Callable[[], float], *, fancy: bool) -> None:
        self._clock = clock
        self._marks = MARKS if fancy else PLAIN_MARKS
        self._spinner = Spinner("dots" if fancy else "line")
        self._lines: dict[str, Line] = {}
        self._lock = Lock()
        self._closed = False

    def tell(self, event: Event) -> None:
        """Take the event over into its subject's line."""
        now = self._clock()
        with self._lock:
            if self._closed:
                return
            line = self._lines.get(event.subject, Line(event, began=now))
            if line.ended is not None and event.phase not in {"done", "failed"}:
                line = Line(event, began=now)
            moving = event.phase in {"waiting", "working"}
            self._lines[event.subject] = replace(line, event=event, ended=None if moving else now)

    def close(self) -> None:
        """Let nothing spin any more."""
        with self._lock:
            self._closed = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            lines, closed = dict(self._lines), self._closed
        room = None if closed else max(1, console.size.height - 2)
        timed = options.max_width >= ROOMY
        table = Table.grid(padding=(0, 1), expand=False)
        table.add_column(no_wrap=True, width=1)
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=options.max_width // 2)
        table.add_column()  # gives way first
        if timed:
            table.add_column(no_wrap=True, justify="right", style="dim")
        for line in _fitting(list(lines.values()), room):
            table.add_row(self._mark(line, closed), *_cells(line, self._clock())[: 3 if timed else 2])
        yield table

    def _mark(self, line: Line, closed: bool) -> Spinner | Text:
        phase = line.event.phase
        if line.ended is None and not closed:
            return self._spinner
        return Text(self._marks.get(phase, self._marks["left"]), STYLES[phase])


def _fitting(lines: list[Line], room: int | None) -> list[Line]:
    """As many lines as the terminal has room for: what has ended gives way, the oldest first."""
    if room is None or len(lines) <= room:
        return lines
    ended = sorted((line for line in lines if line.ended is not None), key=lambda line: line.ended or 0.0)
    gone = {line.event.subject for line in ended[: len(lines) - room]}
    return [line for line in lines if line.event.subject not in gone][:room]


def _cells(line: Line, now: float) -> tuple[Text, Text, Text]:
    event = line.event
    seconds = (now if line.ended is None else line.ended) - line.began
    took = "" if event.phase == "info" else f"{seconds:.1f} s"
    what = Text(printable(event.what), STYLES[event.phase], no_wrap=True, overflow="ellipsis")
    return Text(printable(event.subject)), what, Text(took)


@contextmanager
def live(stream: Forgiving, clock: Callable[[], float]) -> Iterator[Tell]:
    """Show events on a terminal; the cursor is back however the block is left."""
    console = Console(file=cast(IO[str], stream), force_terminal=True, highlight=False, markup=False)
    lines = LiveLines(clock, fancy=stream.encoding.lower().replace("-", "").startswith("utf8"))
    display = Live(lines, console=console, refresh_per_second=10, redirect_stdout=False, redirect_stderr=False)
    with display:
        try:
            yield lines.tell
        finally:
            lines.close()
