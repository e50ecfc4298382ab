"""Refuses data of which nothing says how it is masked."""

from __future__ import annotations

from collections.abc import Collection

from envctl.errors import EnvctlError, Exit
from envctl.workload import Database, Workload

NOT_MOVED = "No data was moved, and nothing was changed."


def refuse_unmasked(workloads: Collection[Workload]) -> None:
    """Of these services, whose databases are filled with something. Raises EnvctlError(DATA_REFUSED)."""
    raw = {w.service: w.database for w in workloads if w.database is not None and _is_raw(w.database)}
    if not raw:
        return
    first, database = next(iter(raw.items()))
    if database.backup is not None or (database.live is not None and database.live.method == "physical"):
        hint = "Files of a whole server cannot be masked: take a dump of its database instead, or a live server with " \
            'method = "logical".'  # fmt: skip
    else:
        hint = f"Begin with `envctl mask suggest {first}`, and paste what it prints into the stack file."
    raise EnvctlError(
        Exit.DATA_REFUSED,
        f"nothing says how the data of {', '.join(raw)} is masked",
        details=tuple(f"{service}: there is no [data.{one.data}.mask]" for service, one in raw.items()),
        unchanged=NOT_MOVED,
        hint=hint,
    )


def _is_raw(database: Database) -> bool:
    """Whether nothing says of its rows how they are masked. Those that are made up are nobody's."""
    return database.mask is None and database.synthetic is None
