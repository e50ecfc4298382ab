"""Where the data of a Postgres lies in a container of its image, whose it is, and which version reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# $1 is where the volume lies. The official image says in PGDATA where in it the data is.
LOOK = """data=${PGDATA:-$1}
id -u postgres && id -g postgres || exit
postgres --version | sed 's/^[^0-9]*\\([0-9]*\\).*/\\1/' || exit
printf '%s\\n' "$data"
"""
# As root: the folder that the unprivileged user fills.
MAKE = (
    """data=${PGDATA:-$1}
mkdir -p "$data" && chown postgres "$data" && chmod 700 "$data" || exit
"""
    + LOOK
)
_LINES = 4


@dataclass(frozen=True)
class Place:
    """The folder in the container, the numbers of its owner and group, the major version of the server there."""

    folder: str
    user: int
    group: int
    major: int


def read_place(stdout: bytes) -> Place | None:
    """What LOOK printed; None where that is not what an image of Postgres would print."""
    lines = stdout.decode("utf-8", "replace").splitlines()
    if len(lines) != _LINES or not all(line.isdecimal() for line in lines[:3]):
        return None
    return Place(lines[3], *(int(line) for line in lines[:3]))
