"""The one error boundary: whatever a command does ends here, as an exit status and a text or envelope."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import typer

from envctl.cli import failure, output
from envctl.cli.app import COMMANDS, GROUPS, PROGRAM, group, named
from envctl.cli.command import Command
from envctl.cli.options import ENV, EVERY, FILE, LONG_FILE
from envctl.errors import EnvctlError, Exit

# Some versions of Typer carry their own copy of Click, others use Click itself; this is the class in both.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

CHOOSING = (*ENV.flags, *LONG_FILE.flags)


@dataclass(frozen=True)
class Spoken:
    """What the arguments say before they are parsed: needed when they cannot be."""

    command: str | None
    json: bool
    chosen: tuple[str, ...] = ()  # the options that say which environment and stack file


def enter(argv: Sequence[str]) -> int:
    """Run one command; its exit status."""
    output.tolerate_any_text()
    spoken = listen(argv)
    try:
        with _stoppable():
            return _perform(argv, spoken)
    except KeyboardInterrupt:
        output.wipe_echo()
        error = failure.interrupted()
    except EnvctlError as known:
        error = known
    except Exception as fault:
        if _nobody_reads(fault):
            _die_quietly()
        error = failure.interrupted() if _wraps_interrupt(fault) else _own(fault)
    return _failed(failure.for_the_same(error, spoken.chosen, _chosen_by()), spoken)


def _chosen_by() -> list[str]:
    """The commands that take the options which choose an environment."""
    return [name for name, command in COMMANDS.items() if {ENV, FILE} & set(command.options)]


def listen(argv: Sequence[str]) -> Spoken:
    """The command's name and whether `--json` is among its own options."""
    name = named(argv)
    command = COMMANDS.get(name)
    if command is None:
        first = argv[0] if argv else ""
        return Spoken(None if first.startswith("-") or not first else first, "--json" in argv)
    own = _own_words(command, list(argv[len(name.split()) :]))
    return Spoken(name, "--json" in own, _chosen(own))


def _chosen(words: list[str]) -> tuple[str, ...]:
    """`--env NAME` and `--file PATH` as they were given."""
    found: list[str] = []
    for word, after in zip(words, [*words, ""][1:], strict=True):
        if word in CHOOSING and after:
            found += [word, after]
        elif word.startswith(tuple(f"{flag}=" for flag in CHOOSING if flag.startswith("--"))):
            found.append(word)
    return tuple(found)


def _own_words(command: Command, words: list[str]) -> list[str]:
    """The words that belong to the command itself, not to one it passes on."""
    valued = {flag for option in command.options if option.takes_value for flag in option.flags}
    own: list[str] = []
    for word in words:
        is_value = bool(own) and own[-1] in valued
        if word == "--" or (command.passes_on and not is_value and not word.startswith("-")):
            break
        own.append(word)
    return own


def _perform(argv: Sequence[str], spoken: Spoken) -> int:
    app = group(spoken.command if spoken.command in COMMANDS else None)
    try:
        with app.make_context(PROGRAM, list(argv)) as context:
            status = app.invoke(context)
    except typer.Exit as leave:
        return leave.exit_code
    except UsageError as error:
        raise failure.usage(error, _usage_hint(error)) from None
    return int(status or Exit.DONE)


def _usage_hint(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    option = getattr(error, "option_name", None)
    if context is None or context.parent is None:
        if any(option in common.flags for common in EVERY):
            return f"Options come after the command's name: {PROGRAM} COMMAND {option}"
        return f"{PROGRAM} --help lists the commands."
    name = " ".join(context.command_path.split()[1:])
    if name in GROUPS:
        return f"{PROGRAM} {name} --help lists the commands."
    more = f"{PROGRAM} {name} --help shows what it takes."
    if not isinstance(error, typer.BadParameter):
        return more
    line, what = COMMANDS[name].examples[0]
    return f"For example: {line}  ({what})\n{more}"


def _failed(error: EnvctlError, spoken: Spoken) -> int:
    try:
        if spoken.json and not isinstance(error, output.Unwritable):
            output.write_envelope(spoken.command or PROGRAM, error.data, error)
        else:
            output.say(failure.failure_lines(error, colour=output.colourful(sys.stderr)))
    except BrokenPipeError:
        _die_quietly()
    except output.Unwritable as unwritable:
        output.say(failure.failure_lines(unwritable, colour=output.colourful(sys.stderr)))
    return int(error.code)


def _own(fault: Exception) -> EnvctlError:
    """A fault of ours, or a disk that is full."""
    if os.environ.get(failure.DEBUG, "") not in {"", "0"}:
        import traceback

        output.say(traceback.format_exception(fault))
    return failure.no_room(fault) or failure.our_fault(fault)


def _wraps_interrupt(fault: Exception) -> bool:
    """Whether we were interrupted while a class was made: Python 3.11 raises RuntimeError for all that happens then."""
    return isinstance(fault.__cause__, KeyboardInterrupt)


def _nobody_reads(fault: Exception) -> bool:
    """Whether `fault` means that the reader of our stdout has left, as in `envctl logs | head`."""
    if not isinstance(fault, BrokenPipeError):
        return False
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError):
        return False
    return any(state & (select.POLLERR | select.POLLHUP) for _, state in poll.poll(0))


def _die_quietly() -> None:
    """Die of SIGPIPE, as other tools do."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM stop a command in the same way: nothing of it goes on, and the terminal is left clean."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    heeded = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) != signal.SIG_IGN]
    before = [(number, signal.signal(number, stop)) for number in heeded]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
