"""A failure, whatever it is, as an `EnvctlError`; and that as lines for people. Pure."""

from __future__ import annotations

import errno
import re
import shlex
from collections.abc import Collection, Sequence
from typing import Any

from envctl.cli.columns import printable
from envctl.errors import EnvctlError, Exit

DEBUG = "ENVCTL_DEBUG"
RED, PLAIN = "\x1b[31m", "\x1b[0m"


def interrupted() -> EnvctlError:
    """Ctrl-C, or the signal that asks to stop."""
    return EnvctlError(
        Exit.INTERRUPTED,
        "interrupted",
        hint="Nothing is lost: the same command, run again, goes on from here.",
    )


def our_fault(fault: BaseException) -> EnvctlError:
    """A failure that nobody foresaw. Its message may hold a secret, so only its kind and place are shown."""
    import traceback

    frames = traceback.extract_tb(fault.__traceback__)
    place = f" in {frames[-1].name} ({_module(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return EnvctlError(
        Exit.OUR_FAULT,
        f"envctl itself failed: {type(fault).__name__}{place}",
        hint=f"With {DEBUG}=1 the same command shows the traceback. Please report it, with `envctl version`.",
    )


def no_room(fault: BaseException) -> EnvctlError | None:
    """A disk or memory file system that is full; None when the fault is another one."""
    if not isinstance(fault, OSError) or fault.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    where = f"{fault.filename}: " if fault.filename else ""
    return EnvctlError(
        Exit.NO_CAPACITY,
        f"a file could not be written: {where}{fault.strerror}",
        unchanged="What was done so far is kept, and a file that is not whole is not taken for one.",
        hint="Make room: passwords lie in $XDG_RUNTIME_DIR or /dev/shm, other files in $TMPDIR or /tmp.\n"
        "Then run the same command again: it goes on from here.",
    )


def _module(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-2:])


def usage(error: Any, hint: str) -> EnvctlError:
    """What Typer says about arguments it cannot use."""
    lines = error.ctx.get_usage().splitlines() if error.ctx else []
    return EnvctlError(
        Exit.USAGE,
        error.format_message().rstrip("."),
        hint=hint,
        unchanged="Nothing was done.",
        details=tuple(line.strip() for line in lines),
    )


def for_the_same(error: EnvctlError, chosen: Sequence[str], commands: Collection[str]) -> EnvctlError:
    """The error with the options that choose the environment in each command line of its hint, ready to paste."""
    words = shlex.join(chosen)
    if words:
        named = "|".join(sorted(commands))
        error.hint = re.sub(rf"`envctl ({named})\b(?! --env)", lambda found: f"{found[0]} {words}", error.hint)
    return error


def failure_lines(error: EnvctlError, *, colour: bool) -> list[str]:
    """What happened, the details, what was not changed, what to do next."""
    label = f"{RED}error:{PLAIN}" if colour else "error:"
    first, *more = error.message.splitlines() or [""]
    lines = [f"{label} {printable(first)}", *(f"  {printable(line)}" for line in more)]
    lines += [f"  {printable(line)}" for detail in error.details for line in detail.splitlines() or [""]]
    return lines + [printable(line) for text in (error.unchanged, error.hint) for line in text.splitlines()]
