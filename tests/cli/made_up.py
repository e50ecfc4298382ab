"""Made-up ops with their answers: the front is tested against them, without a stack, git or Docker."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from envctl.events import Event
from envctl.observed import Check
from envctl.remains import Part, Remains, Removed
from envctl.reports.begun import Begun
from envctl.reports.changed import Changed
from envctl.reports.comment import Commented
from envctl.reports.config import Config, ConfigValue
from envctl.reports.copied import Copied
from envctl.reports.doctor import Diagnosis, Finding
from envctl.reports.down import WentDown
from envctl.reports.events import DaemonEvent
from envctl.reports.gc import ExpiredBundle, Fate, Reclaimed, SnapshotFate
from envctl.reports.left import LeftAlone
from envctl.reports.lifetime import Lifetime
from envctl.reports.logs import LogLine
from envctl.reports.ls import EnvironmentRow, Listing, RemovedListing, RemovedRow
from envctl.reports.mask import (
    CheckedData,
    CheckedTable,
    MaskChecked,
    MaskedColumn,
    MaskShown,
    MaskSuggested,
    ShownColumn,
    ShownTable,
    SuggestedColumn,
)
from envctl.reports.offsets import OffsetMove, OffsetsReset
from envctl.reports.plan import Planned, PlannedStep
from envctl.reports.pools import PoolGrown, PoolListing, PoolMade, PoolRemoved, PoolStatus
from envctl.reports.reset import Put, Reset
from envctl.reports.seed import Seeded, Seeding
from envctl.reports.settings import Settings
from envctl.reports.snapshots import (
    SnapshotClone,
    SnapshotCreated,
    SnapshotDetails,
    SnapshotListing,
    SnapshotPart,
    SnapshotRow,
    SnapshotsRemoved,
)
from envctl.reports.status import ServiceStatus, Status
from envctl.reports.up import CameUp, StartedFrom
from envctl.reports.urls import Opened, Url, Urls
from envctl.reports.usage import ServiceUsage, Usage

STATUS = Status(
    name="feature-a-1a2b3c",
    project="shop",
    branch="refs/heads/feature/a",
    state="running",
    services=(
        ServiceStatus("db", "postgres", "running", "healthy", address="127.0.0.1:41001"),
        ServiceStatus("web", "app", "running", "healthy", "127.0.0.1:41002", "http://127.0.0.1:41002"),
        ServiceStatus("worker", "app", "exited", None, exit_code=3),
    ),
)
STEPS = (PlannedStep("create network", "absent"), PlannedStep("start db", "new"))
LIFETIME = Lifetime("a", "shop", None, "2026-01-02T03:04:05+00:00", "2026-01-01T03:04:05+00:00", "ann@laptop")
RECLAIMED = Reclaimed(
    "shop",
    dry_run=False,
    environments=(
        Fate("main-0a", "shop", "refs/heads/main", "keep", "alive", "expires in 2 d"),
        Fate("old-1b", "shop", None, "removed", "expired", "expired 3 h ago", "shop_old-1b__bundle-20260102T030405"),
    ),
    bundles=(ExpiredBundle("x", "shop", "shop_x__bundle-20250102T030405", 2**20, "kept until 2026-01-01"),),
    left=(LeftAlone("volume", "shop_x_data", "its name and its labels do not belong together"),),
    snapshots=(
        SnapshotFate(
            None, "1a2b" * 8, "shop", "dump catalogue", 2**30, "2026-01-02T03:04:05+00:00", "keep", "newest", "newest"
        ),
        SnapshotFate(None, "3c4d" * 8, "shop", None, None, None, "removed", "abandoned", "a run died that built it"),
    ),
)
SNAPSHOT = SnapshotRow(
    "before",
    "1a2b" * 8,
    "environment shop/a",
    "shop",
    ("db", "events"),
    2**30,
    "2026-01-02T03:04:05+00:00",
    "ann@laptop",
    ("shop/a", "shop/b", "shop/c", "shop/d"),
)
DETAILS = SnapshotDetails(
    SNAPSHOT,
    "abc",
    {"libc": "glibc 2.41"},
    (
        SnapshotPart(
            "db", "postgres", "17", "postgres:17", "sha256:1", False, "shop", "db-data", "v-0", "p1", {"data": "abc"}
        ),
    ),
    (SnapshotClone("shop/a", "shop_a_db-data", "reflink"),),
)
PART = Part(
    service="worker",
    container="shop_a_worker",
    role="service",
    kind="app",
    state="exited",
    health="unhealthy",
    exit_code=3,
    oom_killed=True,
    restarts=1,
    error="",
    started_at="2026-01-02T03:04:05Z",
    finished_at="2026-01-02T03:05:05Z",
    image="app:1",
    image_id="sha256:1",
    ports=(41003,),
    checks=(Check("2026-01-02T03:05:00Z", "2026-01-02T03:05:01Z", 1, "no answer\n\x1b[2J"),),
    log="only its last 10.0 MiB are kept",
)
REMAINS = Remains(
    name="a",
    project="shop",
    branch="refs/heads/feature/a",
    checkout="/home/me/shop",
    lease={"expires": "2026-01-05T03:04:05+00:00", "commit": "1a2b3c", "by": "me@laptop"},
    services=(PART,),
    volumes=("shop_a_db-data",),
    networks=("shop_a",),
    facts={"data.db": "sha256:1"},
    plan="start worker  # it is not there",
    removed=Removed(
        "2026-01-03T00:00:00+00:00", "expired", "ci@runner", "2026-01-10T00:00:00+00:00", "shop_a__bundle-1"
    ),
)
REMOVED = RemovedRow(
    "a", "shop", "refs/heads/feature/a", "2026-01-03T00:00:00+00:00", "expired", "2026-01-10T00:00:00+00:00", 4321, "b"
)
OFFSETS = OffsetsReset(
    "a",
    "shop",
    "events",
    "workers",
    "42",
    dry_run=False,
    partitions=(
        OffsetMove("orders", 0, 50, 42, 8, 0),
        OffsetMove("orders", 1, 2, 7, 0, 5, "offsets go from 0 to 7"),
        OffsetMove("orders", 2, None, 0, None, None, "offsets go from 0 to 0"),
    ),
)
MASK_CHECKED = MaskChecked(
    (
        CheckedData(
            "db",
            "catalogue",
            "source",
            (
                CheckedTable(
                    "public.customers",
                    (
                        MaskedColumn("email", "email", "public.customers.email"),
                        MaskedColumn("card", "card", "card", {"keep_last": 4}, "paid"),
                    ),
                    ("id",),
                ),
                CheckedTable("public.orders", (), ("id", "total")),
            ),
            ("customers.card: is read by the CHECK card_check",),
            {"orders": "created_at > now() - interval '30 days'"},
            ("public.customers", "public.orders"),
        ),
    )
)
MASK_SUGGESTED = MaskSuggested(
    "db",
    "catalogue",
    12,
    (
        SuggestedColumn("public.customers", "id", "integer", "keep", 0.9, "a key that counts rows"),
        SuggestedColumn("public.customers", "email", "text", "email", 1.0, "named email"),
        SuggestedColumn("public.customers", "spot", "circle", None, 0.1, "nothing masks it"),
    ),
    '[data.catalogue.mask]\nunlisted = "refuse"\n',
)
MASK_SHOWN = MaskShown(
    "db",
    "catalogue",
    real=False,
    tables=(
        ShownTable(
            "public.customers",
            (
                ShownColumn("email", "email", ("ann@example.org", None), ("user_1@example.com", None)),
                ShownColumn("notes", "text", ("x" * 100, ""), ("y" * 100, "")),
            ),
            ("id", "city"),
        ),
        ShownTable("public.orders", (), ("id",)),
    ),
)
LINE = LogLine("api", "2026-01-02T03:04:05Z", "stdout", "ready")

POOL = PoolStatus("0a1b", "envctl-pool__0a1b", 2, 1, True, 50 << 30, 3 << 30, 47 << 30, 2 << 30, 9 << 30)

BEGUN = CameUp(
    STATUS, STEPS, 12.34, snapshot=StartedFrom("0123456789abcdef" * 2, None, "environment shop/main-0a", 1.23)
)

# Where each op lives, and what it answers unless a test says otherwise.
ANSWERS: dict[str, Any] = {
    "pools.create.create": PoolMade(POOL, ("before", "1a2b3c4d5e6f")),
    "pools.status.ls": PoolListing(POOL),
    "pools.grow.grow": PoolGrown(POOL, 20 << 30),
    "pools.remove.remove": PoolRemoved("0a1b", ("1a2b3c4d5e6f",), 2 << 30, ("odd",)),
    "init.init": Begun("/home/me/notes", "notes", ("envctl.toml", "api/main.py"), "api", in_git=False),
    "init_from.init_from": Begun("/home/me/notes", "notes", ("envctl.toml",), None, in_git=True),
    "init_ci.init_ci": Begun("/home/me/notes", "notes", (".gitlab/envctl.yml",), None, in_git=True),
    "up.up": CameUp(STATUS, STEPS, 12.34),
    "plan.plan": Planned("feature-a-1a2b3c", "shop", None, STEPS),
    "down.down": WentDown("feature-a-1a2b3c", "shop", True, ("container shop-db", "network shop")),
    "pause.pause": Changed(STATUS, ("db", "web"), 0.12),
    "pause.resume": Changed(STATUS, ("db",), 0.12),
    "restart.restart": Changed(STATUS, ("db", "web"), 4.56),
    "seed.seed": Seeded("feature-a-1a2b3c", (Seeding("db", "catalogue", "data/shop.dump", 3.21),)),
    "seed.plan_seed": Planned("feature-a-1a2b3c", "shop", None, STEPS),
    "mask.check.check": MASK_CHECKED,
    "mask.suggest.suggest": MASK_SUGGESTED,
    "mask.preview.preview": MASK_SHOWN,
    "offsets.reset_offsets": OFFSETS,
    "snapshots.create.create": SnapshotCreated(
        "a", "shop", "0123456789abcdef" * 2, "first", ("cache", "db"), ("files",), 2**20, away=1.23, seconds=4.56
    ),
    "up_from.up_from": BEGUN,
    "fork.fork": BEGUN,
    "reset.reset": Reset(
        STATUS, (Put("db", "dump catalogue", "0123456789abcdef" * 2), Put("cache", "nothing", None)), ("web",), 0.87
    ),
    "named.here_called": "HERE",
    "named.here_with_services": ("HERE", ()),
    "revive.revive": CameUp(STATUS, STEPS, 12.34),
    "inspect.inspect": REMAINS,
    "ls.ls_removed": RemovedListing((REMOVED,)),
    "snapshots.show.ls": SnapshotListing((SNAPSHOT,), ("9e" * 16,)),
    "snapshots.show.inspect": DETAILS,
    "snapshots.rm.rm": SnapshotsRemoved((SNAPSHOT,)),
    "ls.ls": Listing((EnvironmentRow("main-0a", "shop", None, "partial", 3, 2, "2026-01-02T03:04:05Z"),)),
    "gc.reclaim.gc": RECLAIMED,
    "gc.reclaim.partly": None,
    "find.chosen": ("WORLD", "IDENTITY"),
    "find.project_here": "shop",
    "lifetime.extend": LIFETIME,
    "lifetime.pin": LIFETIME,
    "lifetime.unpin": LIFETIME,
    "status.status": STATUS,
    "urls.urls": Urls((Url("web", "http://127.0.0.1:41002"),)),
    "settings.settings": Settings({"DB_HOST": "127.0.0.1", "DB_PASSWORD": "it's $HOME"}),
    "logs.logs": [LINE, LogLine("worker", "2026-01-02T03:04:06Z", "stderr", "oops")],
    "events.events": [DaemonEvent("2026-01-02T03:04:05Z", "db", "exited", "container", "shop_a_db", "status 1")],
    "usage.usage": Usage("a", "shop", (ServiceUsage("db", "running", 12.5, 2**20, 2**30, 7),)),
    "copy.copy": Copied("a", "db", "db:/a", "b"),
    "show.show": Opened("web", "http://127.0.0.1:41002", opened=True),
    "execute.execute": 0,
    "run.run": 0,
    "ci_comment.comment": Commented("a", "shop", "created", 12, "https://example.com/pull/12#1", "### Environment\n"),
    "config.config": Config("envctl.toml", "shop", (ConfigValue("services.db.version", "17", "default"),)),
    "doctor.doctor": Diagnosis((Finding("engine", "ok", "Docker Engine 26.1.5"),)),
    "schema.schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
}
# The op behind each command; a command that needs none is not in it.
OPS = {
    "pool create": "pools.create.create",
    "pool ls": "pools.status.ls",
    "pool grow": "pools.grow.grow",
    "pool rm": "pools.remove.remove",
    "init": "init.init",
    "up": "up.up",
    "plan": "plan.plan",
    "down": "down.down",
    "seed": "seed.seed",
    "pause": "pause.pause",
    "resume": "pause.resume",
    "restart": "restart.restart",
    "mask check": "mask.check.check",
    "mask suggest": "mask.suggest.suggest",
    "mask preview": "mask.preview.preview",
    "kafka offsets": "offsets.reset_offsets",
    "snapshot create": "snapshots.create.create",
    "fork": "fork.fork",
    "reset": "reset.reset",
    "revive": "revive.revive",
    "inspect": "inspect.inspect",
    "ls": "ls.ls",
    "snapshot ls": "snapshots.show.ls",
    "snapshot inspect": "snapshots.show.inspect",
    "snapshot rm": "snapshots.rm.rm",
    "gc": "gc.reclaim.gc",
    "extend": "lifetime.extend",
    "pin": "lifetime.pin",
    "unpin": "lifetime.unpin",
    "status": "status.status",
    "urls": "urls.urls",
    "env": "settings.settings",
    "logs": "logs.logs",
    "events": "events.events",
    "top": "usage.usage",
    "cp": "copy.copy",
    "open": "show.show",
    "exec": "execute.execute",
    "run": "run.run",
    "ci comment": "ci_comment.comment",
    "config": "config.config",
    "doctor": "doctor.doctor",
    "schema": "schema.schema",
}
WORDS = {
    "fork": ["main-0a", "new"],
    "pool grow": ["--size", "80G"],
    "exec": ["db", "psql"],
    "run": ["--", "true"],
    "cp": ["db:/a", "b"],
    "snapshot inspect": ["before"],
    "snapshot rm": ["before", "1a2b"],
    "completion": ["bash"],
    "kafka offsets": ["workers", "--to", "earliest"],
}  # arguments that a command cannot do without


@dataclass
class Ops:
    """The made-up ops: `answers` may hold an exception or a function; `calls` is what was asked."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    calls: dict[str, Any] = field(default_factory=dict)
    here: tuple[Any, ...] = ()

    def behind(self, command: str) -> str:
        """The op behind a command."""
        return OPS[command]

    def answer(self, op: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What the op returns, or raises."""
        self.calls[op] = (args, named)
        answer = self.answers[op]
        if isinstance(answer, BaseException):
            raise answer
        return answer(*args, **named) if callable(answer) else answer

    def set_here(self, *given: Any) -> str:
        """`here` and `anywhere`: remember what was asked, and say something meanwhile."""
        self.here = given
        given[-1](Event("db", "waiting for healthy", "waiting"))
        return "HERE"

    def set_target(self, file: object, env: object, tell: Any, words: Sequence[str] = (), **_: object) -> Any:
        """`target`: the same, with the words that are left."""
        self.set_here(file, env, tell)
        return SimpleNamespace(words=tuple(words))


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """stdout as the one document that it must be."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document


Envctl = Callable[..., Ran]
