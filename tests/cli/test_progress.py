"""Progress on a pipe, on a terminal, and for nobody."""

from __future__ import annotations

import io
import threading
from typing import IO, cast

import pytest
from rich.console import Console

from envctl.cli.live import LiveLines
from envctl.cli.progress import listener, lively
from envctl.events import Event, Phase


class Terminal(io.StringIO):
    """A stream that is a terminal, in UTF-8."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Always."""
        return True


class Closed(io.StringIO):
    """A stream whose reader has left."""

    def write(self, _text: str) -> int:
        """Fail as a pipe without a reader does."""
        raise BrokenPipeError


def plain(*events: Event) -> str:
    """What a pipe gets."""
    stream = io.StringIO()
    with listener(silent=False, stream=stream, environ={}) as tell:
        for event in events:
            tell(event)
    return stream.getvalue()


def test_a_pipe_gets_lines_without_repeats() -> None:
    """One line an event; the same again, or only another percentage, is not worth one."""
    assert "image postgres:17  pulling 1 %\ndb  starting\nimage postgres:17  pulled\n" == plain(
        Event("image postgres:17", "pulling 1 %"),
        Event("image postgres:17", "pulling 2 %"),
        Event("db", "starting"),
        Event("db", "starting"),
        Event("image postgres:17", "pulling 99.5 %"),
        Event("image postgres:17", "pulled", "done"),
    )


def test_a_result_is_told_with_its_numbers() -> None:
    """Two ends that differ in a number only are both told."""
    assert "a  loaded 3 rows\na  loaded 4 rows\n" == plain(
        Event("a", "loaded 3 rows", "done"), Event("a", "loaded 4 rows", "done")
    )


def test_what_others_call_their_things_moves_no_cursor() -> None:
    """A table of another server may be called anything."""
    odd = Event("data of db", "copying \x1b]0;title\x07\x1b[2Jorders")
    assert "data of db  copying �]0;title�orders\n" == plain(odd)
    lines = LiveLines(Clock(), fancy=True)
    lines.tell(odd)
    assert "\x1b" not in "".join(drawn(lines))


def test_silence_is_silent() -> None:
    """For --quiet and --json nothing is printed, on a terminal neither."""
    stream = Terminal()
    with listener(silent=True, stream=stream, environ={}) as tell:
        tell(Event("db", "starting"))
    assert "" == stream.getvalue()


@pytest.mark.parametrize("terminal", [io.StringIO, Terminal])
def test_what_comes_too_late_is_dropped(terminal: type[io.StringIO]) -> None:
    """A thread that still talks after the end prints nothing into the result."""
    stream = terminal()
    with listener(silent=False, stream=stream, environ={}) as tell:
        tell(Event("db", "starting"))
    before = stream.getvalue()
    tell(Event("db", "too late"))
    assert before == stream.getvalue()
    assert "too late" not in before


def test_a_reader_who_left_does_not_stop_the_work() -> None:
    """When nobody reads stderr any more, events go nowhere and raise nothing."""
    with listener(silent=False, stream=Closed(), environ={}) as tell:
        tell(Event("db", "starting"))
        tell(Event("db", "healthy", "done"))


@pytest.mark.parametrize(
    ("environ", "live"),
    [({}, True), ({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"CI": "true"}, False), ({"CI": "0"}, True)],
)
def test_a_terminal_is_live_unless_it_cannot_be(environ: dict[str, str], live: bool) -> None:
    """CI runners and dumb terminals get plain lines; a pipe always does."""
    assert live == lively(Terminal(), environ)
    assert not lively(io.StringIO(), environ)


@pytest.mark.parametrize("terminal", [io.StringIO, Terminal])
def test_nothing_said_is_nothing_drawn(terminal: type[io.StringIO]) -> None:
    """A command without events leaves no trace on stderr, not even an empty line, and late ones none either."""
    stream = terminal()
    with listener(silent=False, stream=stream, environ={"TERM": "xterm"}) as tell:
        pass
    tell(Event("db", "too late"))
    assert "" == stream.getvalue()


def test_many_threads_may_talk() -> None:
    """Lines of eight threads that talk at once arrive whole."""
    stream = io.StringIO()
    gate = threading.Barrier(8)

    def work(me: int) -> None:
        gate.wait()
        for step in "abcdefghij":
            tell(Event(f"s{me}", f"step {step}"))

    with listener(silent=False, stream=stream, environ={}) as tell:
        threads = [threading.Thread(target=work, args=(me,)) for me in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected = sorted(f"s{me}  step {step}" for me in range(8) for step in "abcdefghij")
    assert expected == sorted(stream.getvalue().splitlines())


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """The time it shows."""
        return self.now


def drawn(lines: LiveLines, width: int = 60, height: int = 24) -> list[str]:
    """What the lines look like on a terminal of that size."""
    stream = io.StringIO()
    console = Console(file=cast(IO[str], stream), width=width, height=height, color_system=None)
    console.print(lines)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_terminal_shows_a_line_a_subject() -> None:
    """Each subject has one line: what it waits for with the seconds so far, and how long it took once it has ended."""
    clock = Clock()
    lines = LiveLines(clock, fancy=True)
    lines.tell(Event("db", "starting"))
    lines.tell(Event("api", "waiting for db", "waiting"))
    clock.now = 2.5
    lines.tell(Event("db", "healthy", "done"))
    clock.now = 4.0
    db, api = drawn(lines)
    assert ["✔", "db", "healthy", "2.5", "s"] == db.split()
    assert ["api", "waiting", "for", "db", "4.0", "s"] == api.split()[1:]
    assert "⠋" <= api[0] <= "⣿"


def test_nothing_spins_after_the_end() -> None:
    """What had not ended when the command did shows neither a spinner nor a check mark."""
    lines = LiveLines(Clock(), fancy=True)
    lines.tell(Event("db", "starting"))
    lines.close()
    assert ["·", "db", "starting", "0.0", "s"] == drawn(lines)[0].split()


@pytest.mark.parametrize("phase", ["working", "waiting", "done", "failed", "info"])
@pytest.mark.parametrize("fancy", [True, False])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_narrow_terminal_is_not_overrun(width: int, fancy: bool, phase: Phase) -> None:
    """However narrow the terminal and long the text, a subject takes one line that fits."""
    lines = LiveLines(Clock(), fancy=fancy)
    lines.tell(Event("a-service-with-a-name", "waiting for everything [bold]under[/] the sun to be healthy", phase))
    (line,) = drawn(lines, width)
    assert len(line) <= width
    assert not line[0].isspace()
    assert {"a-s", "wai"} <= {word[:3] for word in line.split()}
    assert (width >= 40 and phase != "info") == line.endswith(" s")


def test_without_unicode_marks_are_ascii() -> None:
    """A terminal in another encoding gets marks that it can show."""
    lines = LiveLines(Clock(), fancy=False)
    lines.tell(Event("db", "healthy", "done"))
    lines.tell(Event("api", "starting"))
    assert all(line.isascii() for line in drawn(lines))


def test_a_low_terminal_shows_what_is_going_on() -> None:
    """Where there are more subjects than lines, those that have ended give way, the oldest first."""
    clock = Clock()
    lines = LiveLines(clock, fancy=True)
    for number in range(8):
        lines.tell(Event(f"done{number}", "pulled", "done"))
        clock.now += 1
    lines.tell(Event("db", "starting"))
    shown = [line.split()[1] for line in drawn(lines, height=5)]
    assert ["done6", "done7", "db"] == shown
    lines.close()
    assert 9 == len(drawn(lines, height=5))


def test_the_cursor_comes_back_after_a_failure() -> None:
    """An exception, Ctrl-C too, leaves the cursor visible and the line complete."""
    stream = Terminal()
    with (
        pytest.raises(KeyboardInterrupt),
        listener(silent=False, stream=stream, environ={"TERM": "xterm"}) as tell,
    ):
        tell(Event("db", "starting"))
        raise KeyboardInterrupt
    said = stream.getvalue()
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")
    assert "\n" in said[said.rindex("starting") :]
