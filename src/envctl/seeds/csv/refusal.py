"""The error of this room: files that do not get into a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.masking.policies.rules import Fault
from envctl.seeds.refusal import KEPT

CORRECT = "Correct the file, then run the same command again."
_SHOWN = 20  # faults at once


def refused(message: str, hint: str = "", details: tuple[str, ...] = ()) -> EnvctlError:
    """What is wrong, in a sentence that names the file; no value of it."""
    return EnvctlError(Exit.DATA_REFUSED, message, hint=hint or CORRECT, details=details, unchanged=KEPT)


def unreadable(path: Path, error: OSError) -> EnvctlError:
    """The operating system does not let us read it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refused(f"{path} does not exist.", "Check `path` in the stack file; it is relative to that file.")
    if isinstance(error, PermissionError):
        return refused(f"{path} cannot be read: permission denied.", f"Let your user read it: chmod u+r {path}")
    return refused(f"{path} cannot be read: {error.strerror}.")


def unfitting(faults: Sequence[Fault]) -> EnvctlError:
    """Files and a schema that do not fit each other: all that is wrong at once."""
    first, *others = faults
    hint = first.hint[:1].upper() + first.hint[1:]
    return refused(f"{first.at}: {first.what}.", hint, tuple(str(fault) for fault in others[:_SHOWN]))
