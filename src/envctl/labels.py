"""Every label that envctl writes. One file, so that none is spelled twice."""

from __future__ import annotations

PREFIX = "dev.envctl."

PROJECT = f"{PREFIX}project"  # the stack's name
ENVIRONMENT = f"{PREFIX}environment"  # the environment's name within its project
BRANCH = f"{PREFIX}branch"  # the full ref the name was derived from; absent when it was named by hand
SERVICE = f"{PREFIX}service"  # the service's name in the stack file
KIND = f"{PREFIX}kind"  # of the service, and of the one whose data a volume holds
VERSION = f"{PREFIX}version"  # on volumes: of the server that the data was made with, as far as its format goes
USER = f"{PREFIX}user"  # on volumes: the database's owner, who cannot be another one later
CHECKOUT = f"{PREFIX}checkout"  # the folder of the stack file that it was made from
ROLE = f"{PREFIX}role"  # service | before | network | further-network | data | record
DIGEST = f"{PREFIX}digest"  # what the container was made from
PORT = f"{PREFIX}port"  # the published port, kept over restarts; `.PORT` follows for a further one of the container
ENDS = f"{PREFIX}ends"  # the service may come to its end: once | always
HIDDEN = f"{PREFIX}hidden"  # the file in the container that holds the variables nobody may see
FACT = f"{PREFIX}fact."  # on a record: what has been done to a service's data
PUBLIC = f"{PREFIX}public"  # the service gets a URL
STANDIN = f"{PREFIX}standin"  # on images made from images/: the hash of what they were made from
CREATED = f"{PREFIX}created"  # RFC 3339, on networks and records


def port(which: str) -> str:
    """The label of a published port; `which` is empty for the container's first."""
    return f"{PORT}.{which}" if which else PORT
