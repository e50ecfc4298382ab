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
ROLE = f"{PREFIX}role"  # service | before | network | further-network | data | record | lease | project | bundle | box
DIGEST = f"{PREFIX}digest"  # what the container was made from
PORT = f"{PREFIX}port"  # the published port, kept over restarts; `.PORT` follows for a further one of the container
ENDS = f"{PREFIX}ends"  # the service may come to its end: once | always
HIDDEN = f"{PREFIX}hidden"  # the file in the container that holds the variables nobody may see
FACT = f"{PREFIX}fact."  # on a record: what has been done to a service's data
PUBLIC = f"{PREFIX}public"  # the service gets a URL
STANDIN = f"{PREFIX}standin"  # on images made from images/: the hash of what they were made from
CREATED = f"{PREFIX}created"  # RFC 3339, on networks and records
EXPIRES = f"{PREFIX}lease.expires"  # on a lease: until when the environment lives, RFC 3339
TTL = f"{PREFIX}lease.ttl"  # on a lease: seconds by which a use of the environment renews it
ASKED = f"{PREFIX}lease.asked"  # on a lease: `true` where `up --ttl` said how long, not the stack file
IDLE = f"{PREFIX}lease.idle"  # on a lease: seconds without a use after which it may go; absent where it may not
LOGS = f"{PREFIX}lease.logs"  # on a lease: seconds that its bundle is kept once it is removed
PINNED = f"{PREFIX}lease.pinned"  # on a lease: who pinned it, so that it does not go by itself
BEGUN = f"{PREFIX}lease.begun"  # on a lease and a bundle: when `up` first began to make the environment, RFC 3339
MADE = f"{PREFIX}lease.made"  # on a lease: when it first was whole, RFC 3339; absent until then
FAILED = f"{PREFIX}lease.failed"  # on a lease: when a run that made it failed and said so, RFC 3339
GOING = f"{PREFIX}lease.going"  # on a lease: why the environment goes, once its removal has begun
USED = f"{PREFIX}lease.used"  # on a lease: the last use of the environment, RFC 3339
COMMIT = f"{PREFIX}lease.commit"  # on a lease: the commit it was last brought up from; `-dirty` where files differed
BY = f"{PREFIX}lease.by"  # on a lease: who brought it up, and on which machine
REMOTE = f"{PREFIX}lease.remote"  # on a lease: the URL of the git remote of its branch, without credentials
REF = f"{PREFIX}lease.ref"  # on a lease: the full ref of the branch on that remote
PUBLISHED = f"{PREFIX}lease.published"  # on a lease: `true` once the branch was seen on the remote
RENDERED = f"{PREFIX}project.rendered"  # on a project: what Compose was given, packed; without secrets
PLAN = f"{PREFIX}project.plan"  # on a project: the steps of the `up` that last changed something
REMOVED = f"{PREFIX}bundle.removed"  # on a bundle: when its environment was removed, RFC 3339
BECAUSE = f"{PREFIX}bundle.because"  # on a bundle: why it was
UNTIL = f"{PREFIX}bundle.until"  # on a bundle: how long it is kept, RFC 3339
SIZE = f"{PREFIX}bundle.size"  # on a bundle: its bytes
CHECK = f"{PREFIX}bundle.sha256"  # on a bundle: of its bytes, by which a truncated one is told


def port(which: str) -> str:
    """The label of a published port; `which` is empty for the container's first."""
    return f"{PORT}.{which}" if which else PORT
