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
ROLE = f"{PREFIX}role"  # what it is to us: service, before, network, data, record, lease, bundle, snapshot, pool …
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

CLONE = f"{PREFIX}clone"  # on a data volume: the address of the snapshot that it is to be a copy of
STRATEGY = f"{PREFIX}clone.strategy"  # on such a volume: how it is copied
BENEATH = f"{PREFIX}clone.beneath"  # on such a volume: those that it lies over, which its service's container has too
SUBPATH = f"{PREFIX}subpath"  # on a volume in a pool: its folder there
SNAPSHOT = f"{PREFIX}snapshot"  # the address of the snapshot that a volume says something of, or holds bytes of
SNAPSHOT_NAME = f"{PREFIX}snapshot.name"  # on a snapshot: the name that somebody gave it
SNAPSHOT_SOURCE = f"{PREFIX}snapshot.source"  # on a snapshot: what it was made of, in words
SNAPSHOT_DIGEST = f"{PREFIX}snapshot.digest"  # on a snapshot: of the dump, or of the state of another source
SNAPSHOT_PARTS = f"{PREFIX}snapshot.parts"  # on a snapshot: the volumes with its bytes, and of which services they are
SNAPSHOT_MASK = f"{PREFIX}snapshot.mask"  # on a masked snapshot: what it was masked with: rules, key and pools
SNAPSHOT_CERTIFICATE = f"{PREFIX}snapshot.certificate"  # on a masked snapshot: what was masked, and the proof of it
SNAPSHOT_ABOUT = f"{PREFIX}snapshot.about"  # on a snapshot: libc and collation version it was made with
SNAPSHOT_SIZE = f"{PREFIX}snapshot.size"  # on a snapshot: its bytes
SNAPSHOT_PROJECT = f"{PREFIX}snapshot.project"  # on a snapshot: whose environment it was first made for
SNAPSHOT_BY = f"{PREFIX}snapshot.by"  # on a snapshot: who made it, and on which machine
SNAPSHOT_BUILDER = f"{PREFIX}snapshot.builder"  # on what a snapshot is built with: the process that does it
POOL = f"{PREFIX}pool"  # on a pool: the ID by which its device is found
MEASURED = f"{PREFIX}measured"  # on a measure: how long each way of copying data took on this daemon


def port(which: str) -> str:
    """The label of a published port; `which` is empty for the container's first."""
    return f"{PORT}.{which}" if which else PORT
