"""What a command found out or did: one value, rendered for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from envctl.identity import Identity
from envctl.lease import Lease


class Report:
    """A frozen dataclass whose `data()` is the `data` of the JSON envelope."""

    def data(self) -> Any:
        """A JSON value. Field names are the keys."""
        return asdict(self)  # type: ignore[call-overload]  # every report is a dataclass


@dataclass(frozen=True)
class ServiceStatus:
    """A service as the daemon shows it. `address` and `url` are for the host; None when it publishes nothing."""

    name: str
    kind: str
    state: str  # running | finished (a one-shot that is done) | exited | created | restarting | paused | absent …
    health: str | None  # healthy | unhealthy | starting | None = has no health check
    address: str | None = None
    url: str | None = None
    image: str | None = None
    exit_code: int | None = None
    started_at: str | None = None  # RFC 3339


@dataclass(frozen=True)
class Status(Report):
    """One environment. `state`: running | partial | paused | stopped | absent."""

    name: str
    project: str
    branch: str | None
    state: str
    services: tuple[ServiceStatus, ...] = ()


@dataclass(frozen=True)
class EnvironmentRow:
    """One line of `ls`."""

    name: str
    project: str
    branch: str | None
    state: str
    services: int
    running: int
    created: str | None  # RFC 3339
    expires: str | None = None  # RFC 3339; None: it has no lease that can be read
    used: str | None = None  # RFC 3339
    pinned: str | None = None  # by whom


@dataclass(frozen=True)
class Listing(Report):
    """Every environment the daemon holds."""

    environments: tuple[EnvironmentRow, ...]


@dataclass(frozen=True)
class RemovedRow:
    """One line of `ls --removed`: what is kept of an environment, how many bytes, and in which volume."""

    name: str
    project: str
    branch: str | None
    removed: str | None  # RFC 3339, as `until`
    because: str
    until: str | None
    size: int
    bundle: str


@dataclass(frozen=True)
class RemovedListing(Report):
    """Every bundle the daemon holds."""

    removed: tuple[RemovedRow, ...]


@dataclass(frozen=True)
class PlannedStep:
    """One step of a plan, with its cause."""

    step: str
    because: str


@dataclass(frozen=True)
class Planned(Report):
    """What `up` would do."""

    name: str
    project: str
    branch: str | None
    steps: tuple[PlannedStep, ...]
    other_folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class CameUp(Report):
    """What `up` did. `steps` is empty when nothing was to do; `other_folders` had brought it up before."""

    status: Status
    steps: tuple[PlannedStep, ...]
    seconds: float
    other_folders: tuple[str, ...] = ()

    def data(self) -> Any:
        """The environment's status with the steps beside it."""
        return {
            **asdict(self.status),
            "steps": [asdict(s) for s in self.steps],
            "seconds": self.seconds,
            "other_folders": list(self.other_folders),
        }


@dataclass(frozen=True)
class Changed(Report):
    """An environment after `pause`, `resume` or `restart`; `changed` are the services that it was done to."""

    status: Status
    changed: tuple[str, ...]
    seconds: float

    def data(self) -> Any:
        """The environment's status with what was done beside it."""
        return {**asdict(self.status), "changed": list(self.changed), "seconds": self.seconds}


@dataclass(frozen=True)
class LeftAlone:
    """Something that looks like the environment's and is not proven to be: nobody touched it."""

    what: str  # container | network | volume
    name: str
    why: str


@dataclass(frozen=True)
class WentDown(Report):
    """What `down` removed, or would with `dry_run`, by name; nothing when the environment was absent.

    `bundle` is the volume that keeps its logs and state until then; `complaint` why there is none where one should be.
    """

    name: str
    project: str
    existed: bool
    removed: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    dry_run: bool = False
    bundle: str | None = None
    until: str | None = None  # RFC 3339
    complaint: str | None = None


@dataclass(frozen=True)
class Commented(Report):
    """What `ci comment` wrote. `action`: created | updated | unchanged | planned."""

    name: str
    project: str
    action: str
    pull: int | None  # not known to a dry run outside of CI
    url: str | None
    text: str


@dataclass(frozen=True)
class Seeding:
    """One database filled: from which data, how many bytes were read, seconds it took."""

    service: str
    data: str
    source: str
    seconds: float


@dataclass(frozen=True)
class Seeded(Report):
    """What `seed` did."""

    name: str
    seedings: tuple[Seeding, ...]


@dataclass(frozen=True)
class Url:
    """A service that people open."""

    service: str
    url: str


@dataclass(frozen=True)
class Urls(Report):
    """The environment's URLs."""

    urls: tuple[Url, ...]

    def data(self) -> Any:
        """A list of {service, url}."""
        return [asdict(u) for u in self.urls]


@dataclass(frozen=True)
class Settings(Report):
    """The variables by which a program on the host reaches the environment. Holds passwords: print on request only."""

    variables: Mapping[str, str] = field(repr=False)

    def data(self) -> Any:
        """The flat object."""
        return dict(self.variables)


@dataclass(frozen=True)
class ConfigValue:
    """One resolved value and where it comes from: `envctl.toml:12`, `default`, `ENVCTL_REGISTRY` …"""

    key: str
    value: Any
    origin: str


@dataclass(frozen=True)
class Config(Report):
    """The resolved stack, secrets hidden."""

    path: str
    project: str
    values: tuple[ConfigValue, ...]


@dataclass(frozen=True)
class Copied(Report):
    """What `cp` copied, as it was asked for."""

    name: str
    service: str
    source: str
    target: str


@dataclass(frozen=True)
class Opened(Report):
    """What `open` showed; `opened` is False where there is no browser."""

    service: str
    url: str
    opened: bool


@dataclass(frozen=True)
class ServiceUsage:
    """What a service uses: percent of one processor, bytes, processes and threads. No limit is None."""

    service: str
    state: str  # running | paused
    cpu: float
    memory: int
    memory_limit: int | None
    pids: int


@dataclass(frozen=True)
class Usage(Report):
    """What an environment's services use."""

    name: str
    project: str
    services: tuple[ServiceUsage, ...]

    @property
    def total(self) -> ServiceUsage:
        """All of them together; they have a limit if each has one."""
        limits = [s.memory_limit for s in self.services]
        return ServiceUsage(
            "total",
            "",
            round(sum(s.cpu for s in self.services), 2),
            sum(s.memory for s in self.services),
            sum(limit for limit in limits if limit is not None) if limits and None not in limits else None,
            sum(s.pids for s in self.services),
        )

    def data(self) -> Any:
        """The services, and what they use together."""
        total = asdict(self.total)
        return {**asdict(self), "total": {key: total[key] for key in ("cpu", "memory", "memory_limit", "pids")}}


@dataclass(frozen=True)
class DaemonEvent:
    """One thing that happened on the daemon. `time` is RFC 3339; networks and volumes belong to no one service."""

    time: str
    service: str | None
    what: (
        str  # created | started | signalled | paused | resumed | healthy | unhealthy | out of memory | exited | removed
    )
    kind: str  # container | network | volume
    name: str
    detail: str | None = None  # with which status it exited, which signal it got


@dataclass(frozen=True)
class Begun(Report):
    """What `init` wrote: paths below the folder. `template` is None where it began with something else."""

    folder: str
    project: str
    files: tuple[str, ...]
    template: str | None
    in_git: bool


@dataclass(frozen=True)
class LogLine:
    """One line a service printed. `time` is RFC 3339."""

    service: str
    time: str
    stream: str  # stdout | stderr
    text: str


@dataclass(frozen=True)
class Finding:
    """What a check of `doctor` found. `exit` is the status of what would fail because of it."""

    check: str
    verdict: str  # ok | warning | failed | unknown
    found: str
    remedy: str = ""
    exit: int = 0


@dataclass(frozen=True)
class Diagnosis(Report):
    """What `doctor` found, in the order of its checks."""

    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What keeps envctl from working."""
        return tuple(finding for finding in self.findings if finding.verdict == "failed")


@dataclass(frozen=True)
class Lifetime(Report):
    """Until when an environment lives. Times are RFC 3339."""

    name: str
    project: str
    branch: str | None
    expires: str
    used: str
    pinned: str | None  # by whom


def lifetime_of(identity: Identity, lease: Lease) -> Lifetime:
    """A lease as a report."""
    expires, used = lease.expires.isoformat(), lease.used.isoformat()
    return Lifetime(identity.name, identity.project, identity.branch, expires, used, lease.pinned or None)


@dataclass(frozen=True)
class Fate:
    """What becomes of one environment, and why. `verdict`: remove (it would be) | removed | keep | failed."""

    name: str
    project: str
    branch: str | None
    verdict: str
    reason: str  # a stable word: see envctl.decision.Reason
    because: str
    bundle: str | None = None  # the volume that keeps what is left of it
    error: str | None = None  # why it could not be removed, or nothing be kept of it


@dataclass(frozen=True)
class ExpiredBundle:
    """What was kept of a removed environment, and is not any more. `bundle` is its volume, `size` its bytes."""

    name: str
    project: str
    bundle: str
    size: int
    because: str


@dataclass(frozen=True)
class SnapshotFate:
    """What becomes of one snapshot, and why; of what a dead builder left only the address is known.

    `verdict` as of an environment; `size` in bytes; `made` is RFC 3339.
    """

    name: str | None  # that somebody gave it
    address: str
    project: str  # whose environment it was first made for; empty where nothing says so
    source: str | None
    size: int | None
    made: str | None
    verdict: str
    reason: str  # a stable word: see envctl.planning.snapshots.Why
    because: str
    error: str | None = None  # why it could not be removed

    @property
    def short(self) -> str:
        """What people call it."""
        return self.name or self.address[:12]


@dataclass(frozen=True)
class Reclaimed(Report):
    """What `gc` decided and did, or would with `dry_run`. `project` is None where it looked at all of them."""

    project: str | None
    dry_run: bool
    environments: tuple[Fate, ...]
    bundles: tuple[ExpiredBundle, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    remark: str | None = None  # where nothing on the daemon is of the project that was named
    snapshots: tuple[SnapshotFate, ...] = ()

    def having(self, *verdicts: str) -> tuple[Fate, ...]:
        """The environments with one of these verdicts."""
        return tuple(fate for fate in self.environments if fate.verdict in verdicts)

    def snapshots_having(self, *verdicts: str) -> tuple[SnapshotFate, ...]:
        """The snapshots with one of these verdicts."""
        return tuple(fate for fate in self.snapshots if fate.verdict in verdicts)


@dataclass(frozen=True)
class SnapshotCreated(Report):
    """What `snapshot create` kept of an environment, which did not answer for `away` seconds. `size` is in bytes."""

    name: str  # of the environment
    project: str
    address: str
    snapshot: str | None  # the name that it was given
    services: tuple[str, ...]
    left_out: tuple[str, ...]  # services with volumes that it has nothing of
    size: int
    away: float
    seconds: float


@dataclass(frozen=True)
class Forked(Report):
    """What `fork` did: `source` did not answer for `away` seconds, None where its snapshot was there already."""

    source: str
    address: str
    away: float | None
    status: Status
    steps: tuple[PlannedStep, ...]
    seconds: float
    other_folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Put:
    """The data of a service, and where it stands now: `snapshot` is its address, None where it began empty."""

    service: str
    source: str
    snapshot: str | None


@dataclass(frozen=True)
class Reset(Report):
    """What `reset` put back, and which services it started anew because they need that."""

    status: Status
    put: tuple[Put, ...]
    restarted: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class OffsetMove:
    """One partition: the offset that a consumer group had committed there (None: none), and the one it has now.

    `again` are the messages that it will read again, `skipped` those that it passes over; None where nobody knows.
    """

    topic: str
    partition: int
    before: int | None
    after: int
    again: int | None
    skipped: int | None
    note: str | None = None  # why `after` is not what was asked for
    error: str | None = None  # why it stands where it stood


@dataclass(frozen=True)
class OffsetsReset(Report):
    """What `kafka offsets` did to a consumer group, or would with `dry_run`. `to` is as asked, a time in RFC 3339."""

    name: str
    project: str
    service: str
    group: str
    to: str
    dry_run: bool
    partitions: tuple[OffsetMove, ...]


@dataclass(frozen=True)
class PoolStatus(Report):
    """A pool. Sizes are bytes, None where it cannot be mounted, and `problem` says why.

    `taken` is what its file takes of the daemon's disk now, of which `disk_free` is left.
    """

    id: str
    volume: str
    snapshots: int
    clones: int
    attached: bool = False
    size: int | None = None
    used: int | None = None
    free: int | None = None
    taken: int | None = None
    disk_free: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class PoolListing(Report):
    """The daemon's pool, if it has one."""

    pool: PoolStatus | None


@dataclass(frozen=True)
class PoolGrown(Report):
    """What `pool grow` made of it, and how many bytes it had before."""

    pool: PoolStatus
    before: int | None


@dataclass(frozen=True)
class PoolRemoved(Report):
    """What `pool rm` removed. `id` is None where there was no pool, `left` what lay in it and is not known to be ours.

    `freed` are the bytes it took of the daemon's disk.
    """

    id: str | None
    snapshots: tuple[str, ...] = ()
    freed: int | None = None
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnapshotRow:
    """One line of `snapshot ls`. `size` is in bytes, `made` RFC 3339; `clones` are the environments that live on it."""

    name: str | None  # that somebody gave it
    address: str
    source: str
    project: str  # whose environment it was first made for
    services: tuple[str, ...]
    size: int
    made: str
    by: str
    clones: tuple[str, ...] = ()  # PROJECT/NAME

    @property
    def short(self) -> str:
        """What people call it."""
        return self.name or self.address[:12]


@dataclass(frozen=True)
class SnapshotListing(Report):
    """Every snapshot that the daemon holds; `unreadable` are addresses of those that a later version may have made."""

    snapshots: tuple[SnapshotRow, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnapshotPart:
    """The data of one volume of a service. `held` is the daemon's volume, `pool` the ID of the pool that it lies in."""

    service: str
    kind: str
    version: str
    image: str
    image_id: str
    image_there: bool  # whether the daemon has that very image: without it no environment starts on this data
    user: str | None
    volume: str  # as the stack calls it
    held: str
    pool: str | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SnapshotClone:
    """A volume of an environment that is a copy of the snapshot, and how it was copied."""

    environment: str  # PROJECT/NAME
    volume: str
    strategy: str | None


@dataclass(frozen=True)
class SnapshotDetails(Report):
    """Everything about a snapshot. `digest` is of what it was made of."""

    snapshot: SnapshotRow
    digest: str | None
    about: Mapping[str, str]
    parts: tuple[SnapshotPart, ...]
    copies: tuple[SnapshotClone, ...] = ()

    def data(self) -> Any:
        """The line of `snapshot ls` with the rest beside it."""
        rest = asdict(self)
        return {**rest.pop("snapshot"), **rest}


@dataclass(frozen=True)
class SnapshotsRemoved(Report):
    """What `snapshot rm` removed."""

    removed: tuple[SnapshotRow, ...]
