"""What can go wrong, and the exit status that says so. Imports nothing of ours."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses of every command."""

    DONE = 0
    OUR_FAULT = 1
    USAGE = 2
    STACK_FILE = 3
    DOCKER = 4
    NOT_FOUND = 5
    LOCKED = 6
    NO_CAPACITY = 7
    UNHEALTHY = 8
    DATA_REFUSED = 9
    PARTLY_DONE = 10
    NOT_OURS = 11
    EXEC_FAILED = 125
    EXEC_NOT_EXECUTABLE = 126
    EXEC_NOT_FOUND = 127
    INTERRUPTED = 130


class EnvctlError(Exception):
    """A failure the user can act on.

    `message` says what happened and where, `hint` what to do next, `unchanged` what was (not) changed.
    `data` is the part of the result that is known all the same (`--json` carries it). Never holds a secret.
    """

    def __init__(
        self,
        code: Exit,
        message: str,
        *,
        hint: str = "",
        unchanged: str = "",
        details: tuple[str, ...] = (),
        data: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.unchanged = unchanged
        self.details = details
        self.data = data
