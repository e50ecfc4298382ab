"""The error of this room: a dump that is not restored."""

from __future__ import annotations

from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.seeds.failures import Failure

AGAIN = "Make or copy the dump again, and compare the sizes."
KEPT = "The database keeps what it holds."
ROOM = "Make room where Docker keeps its data: docker system df"
_EXTENSION = "Give the service an `image` of Postgres that has this extension."
_OWN_WORDS = "`envctl logs` shows the server's own words, with the values that are left out here."
_BROKEN = ("violat", "could not create unique index", "could not create exclusion", "not present in table")


def refused(path: Path, why: str, *, hint: str = "", code: Exit = Exit.DATA_REFUSED) -> EnvctlError:
    """`why` continues “The dump PATH …”."""
    return EnvctlError(code, f"The dump {path} {why}.", hint=hint, unchanged=KEPT)


def unreadable(path: Path, error: OSError) -> EnvctlError:
    """The operating system does not let us read it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refused(path, "does not exist", hint="Check `path` in the stack file; it is relative to that file.")
    if isinstance(error, PermissionError):
        return refused(path, "cannot be read: permission denied", hint=f"Let your user read it: chmod u+r {path}")
    return refused(path, f"cannot be read: {error.strerror}")


def not_restored(path: Path, failure: Failure, *, source: str | None, server: str) -> EnvctlError:
    """psql or pg_restore gave up. `source` and `server` are the versions it comes from and goes to."""
    where = f" at {failure.where}" if failure.where else ""
    why = f"could not be restored{where}: {failure.text}"
    if failure.disk_full:
        return refused(path, why, hint=ROOM, code=Exit.NO_CAPACITY)
    if failure.lost:
        hint = "Look at `envctl status` and `envctl logs`: perhaps the service needs more memory in [limits]."
        return refused(path, "could not be restored: the server went away", hint=hint, code=Exit.UNHEALTHY)
    if "unsupported version" in failure.text:
        why = f"was made by a newer pg_dump than the pg_restore of Postgres {server} can read ({failure.text})"
        return refused(path, why, hint=f"Set the service's version to the dump's, or use the pg_dump of {server}.")
    if newer := _newer(source, server):
        return refused(path, f"{why}. {newer[0]}", hint=newer[1])
    if _lacks_extension(failure):
        return refused(path, why, hint=_EXTENSION)
    return refused(path, why, hint=AGAIN if failure.own else _OWN_WORDS)


def not_loaded(what: str, failure: Failure, *, source: str | None, server: str) -> EnvctlError:
    """psql gave up at masked data: `what` says so, and what it was. The server's own words are gone with it."""
    if failure.disk_full:
        return EnvctlError(Exit.NO_CAPACITY, f"{what}: {failure.text}", hint=ROOM, unchanged=KEPT)
    if failure.lost:
        hint = "Run the same command again; perhaps its server needs more memory in [limits]."
        return EnvctlError(Exit.UNHEALTHY, f"{what}: the server went away", hint=hint, unchanged=KEPT)
    said, hint = f"{what}: {failure.text}", ""
    if newer := _newer(source, server):
        said, hint = f"{said}. {newer[0]}", newer[1]
    elif _lacks_extension(failure):
        hint = _EXTENSION
    elif any(word in failure.text for word in _BROKEN):
        hint = "Where its columns are masked, choose another way of masking for them; see `envctl mask check`."
    return EnvctlError(Exit.DATA_REFUSED, said, hint=hint, unchanged=KEPT)


def _newer(source: str | None, server: str) -> tuple[str, str] | None:
    """Why a dump of a newer server may not fit, and what to do; None where it is not newer."""
    if not source or _major(source) <= _major(server):
        return None
    said = f"It comes from Postgres {source}, and the service runs Postgres {server}"
    return said, f'Set `version = "{_major(source)}"` for the service in the stack file.'


def _lacks_extension(failure: Failure) -> bool:
    return failure.text.startswith("extension ") and "not available" in failure.text


def _major(version: str) -> int:
    digits = version.partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
