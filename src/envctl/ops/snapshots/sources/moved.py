"""Files of another server become the data of ours: before ours starts on them, and once it runs."""

from __future__ import annotations

from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.sources.reader import UNCHANGED
from envctl.seeds.moved import SINGLE_USER, our_user, settle_in
from envctl.workload import Database
from envctl.world import helper


def move_in(site: Site, database: Database, words: str) -> None:
    """Give it our configuration and our superuser. Raises EnvctlError."""
    freezing = site.workload.freezing
    assert freezing is not None  # noqa: S101 – only data that can be frozen is built
    helper.must(
        site.run(freezing.adopt, user=freezing.user),
        f"The data of {words} cannot be taken over",
        unchanged=UNCHANGED,
        hint="A dump of its database may do: pg_dump --format=custom",
    )
    site.tell("replaying its log")
    helper.must(
        site.run(SINGLE_USER, our_user(database.user), user=freezing.user),
        f"The server of {words} does not start here",
        unchanged=UNCHANGED,
        hint="Make the backup again; its log has to come with it: --wal-method=stream.",
    )


def settle(site: Site, database: Database, named: str | None = None) -> None:
    """Make its database the stack's, and take away what leads elsewhere. Raises EnvctlError."""
    site.tell(f"settling {database.data}")
    settle_in(site.client, database, named)
