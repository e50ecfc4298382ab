"""What goes, what stays, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from envctl.decision import Decision, Reason, Rules
from envctl.forge import Pull, Unknown
from envctl.identity import Identity
from envctl.lease import Damaged, Lease, Terms
from envctl.observed import Container, Network, Volume
from envctl.planning.leases import begun, used
from envctl.planning.names import of_branch
from envctl.planning.reclaim import Known, confirmed, reclaim
from envctl.standing import Standing, Uses

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL, REF = "https://github.com/acme/shop.git", "refs/heads/feature/a"
LEASE = replace(begun(NOW - HOUR, Terms()), made=NOW - HOUR, remote=URL, ref=REF, published=True)
SHOP = of_branch("shop", REF)
NOBODY = Uses()


def an(identity: Identity = SHOP, lease: Lease | Damaged | None = LEASE, **more: object) -> Standing:
    """An environment of ours that nobody uses now."""
    parts: dict[str, object] = {
        "containers": (Container(f"id-{identity.name}", f"{identity.full}_web", {}, "web:1", "running"),),
        "networks": (Network(f"net-{identity.name}", identity.full),),
        "uses": NOBODY,
    }
    return Standing(identity, lease, **{**parts, **more})  # type: ignore[arg-type]


def decided(standing: Standing, known: Known = Known(NOW), rules: Rules = Rules()) -> Decision:  # noqa: B008
    """The decision for one environment alone."""
    (decision,) = reclaim([standing], known, rules)
    return decision


def fate(decision: Decision) -> tuple[bool, Reason]:
    """Whether it goes, and why."""
    return decision.goes, decision.reason


def test_what_is_used_lives() -> None:
    """Its lease is not over, and nothing speaks against it."""
    decision = decided(an())
    assert (False, Reason.ALIVE, "expires in 3 d") == (*fate(decision), decision.because)


def test_what_is_over_goes() -> None:
    """At the very moment at which its lease ends."""
    decision = decided(an(), Known(LEASE.expires))
    assert (True, Reason.EXPIRED) == fate(decision)
    assert (False, Reason.ALIVE) == fate(decided(an(), Known(LEASE.expires - timedelta(seconds=1))))
    assert "expired 3 h ago" == decided(an(), Known(LEASE.expires + 3 * HOUR)).because


@pytest.mark.parametrize("rules", [Rules(), Rules(older_than=0, idle=0, merged=True, most=0, disk_target=0)])
def test_what_is_pinned_stays(rules: Rules) -> None:
    """Whatever is asked for."""
    pinned = an(lease=replace(LEASE, pinned="ann@laptop"), size=1 << 40)
    decision = decided(pinned, Known(NOW + 999 * DAY, branches={URL: frozenset({"refs/heads/main"})}), rules)
    assert (False, Reason.PINNED, "pinned by ann@laptop") == (*fate(decision), decision.because)


@pytest.mark.parametrize("rules", [Rules(), Rules(older_than=0), Rules(idle=0), Rules(most=0), Rules(disk_target=0)])
def test_what_is_in_use_stays(rules: Rules) -> None:
    """Though its time is over: and it is said that else it would go."""
    busy = an(uses=Uses(("psql runs in db",)), size=5)
    late = Known(NOW + 99 * DAY) if rules == Rules() else Known(NOW)
    decision = decided(busy, late, rules)
    assert (False, Reason.IN_USE) == fate(decision)
    assert decision.because.startswith("in use now: psql runs in db; else it would go: ")


def test_what_cannot_be_looked_into_stays() -> None:
    """Unknown means alive."""
    hidden = an(uses=Uses(unknown="it has no cat"))
    assert (False, Reason.USE_UNKNOWN) == fate(decided(hidden, Known(NOW + 99 * DAY)))


def test_a_branch_that_is_gone_condemns() -> None:
    """Compared by the full ref that the lease holds."""
    decision = decided(an(), Known(NOW, branches={URL: frozenset({"refs/heads/main"})}))
    assert (True, Reason.BRANCH_GONE, f"the branch is gone from {URL}") == (*fate(decision), decision.because)


@pytest.mark.parametrize(
    "ref", ["refs/heads/feature-a", "refs/heads/Feature/A", "refs/tags/feature/a", "refs/heads/feature/a/b"]
)
def test_names_alike_are_other_branches(ref: str) -> None:
    """Nothing is folded: that another one is there says nothing of this one."""
    assert (True, Reason.BRANCH_GONE) == fate(decided(an(), Known(NOW, branches={URL: frozenset({ref})})))


def test_a_silent_remote_condemns_nobody() -> None:
    """When it does not answer, no branch counts as gone, and that is said."""
    decision = decided(an(), Known(NOW, branches={URL: Unknown("it did not answer")}))
    assert (False, Reason.BRANCH_UNKNOWN) == fate(decision)
    assert "whether its branch is still there is unknown (it did not answer); expires in 3 d" == decision.because


@pytest.mark.parametrize(
    ("lease", "branches"),
    [
        (replace(LEASE, published=False), {URL: frozenset({"refs/heads/main"})}),  # it was never pushed
        (replace(LEASE, remote="", ref="", published=False), {}),  # there is no remote
        (replace(LEASE, ref="refs/heads/caf\ufffd"), {URL: frozenset({"refs/heads/main"})}),  # a name that is no text
        (LEASE, {}),  # nobody asked
        (LEASE, {"https://elsewhere/": frozenset({"refs/heads/main"})}),
    ],
)
def test_a_branch_that_is_not_known_to_be_gone_is_there(lease: Lease, branches: Mapping[str, frozenset[str]]) -> None:
    """What was never seen on the remote cannot be gone from it."""
    assert (False, Reason.ALIVE) == fate(decided(an(lease=lease), Known(NOW, branches=branches)))


def pull(state: str, closed: datetime | None = None, number: int = 7) -> Pull:
    """A pull request of the branch."""
    return Pull(number, state, REF, "c0ffee", closed, f"{URL}/pull/{number}")  # type: ignore[arg-type]


def of_pulls(*pulls: Pull) -> Known:
    """What a forge says of the branch."""
    return Known(NOW, pulls={(URL, REF): pulls})


MERGED = Rules(merged=True)
SOON = NOW - timedelta(minutes=1)


@pytest.mark.parametrize("state", ["merged", "closed"])
def test_a_pull_request_that_is_done_condemns(state: str) -> None:
    """Only where it is asked for."""
    done = of_pulls(pull(state, SOON))
    decision = decided(an(), done, MERGED)
    assert (True, Reason.PULL_CLOSED, f"pull request 7 was {state}") == (*fate(decision), decision.because)
    assert (False, Reason.ALIVE) == fate(decided(an(), done))


def test_one_open_pull_request_is_enough_to_live() -> None:
    """A branch may have had others before."""
    assert (False, Reason.ALIVE) == fate(decided(an(), of_pulls(pull("merged", SOON), pull("open", number=8)), MERGED))


def test_a_branch_without_a_pull_request_lives() -> None:
    """It may get one."""
    assert (False, Reason.ALIVE) == fate(decided(an(), of_pulls(), MERGED))


def test_what_was_used_since_the_merge_lives() -> None:
    """Somebody still wants it."""
    decision = decided(an(), of_pulls(pull("closed", NOW - 9 * DAY), pull("merged", NOW - 2 * HOUR, 8)), MERGED)
    assert (False, Reason.USED_SINCE, "used since pull request 8 was merged") == (*fate(decision), decision.because)


def test_a_silent_forge_condemns_nobody() -> None:
    """When the forge does not answer, no pull request counts as done."""
    silent = Known(NOW, pulls={(URL, REF): Unknown("429 Too Many Requests")})
    decision = decided(an(), silent, MERGED)
    assert (False, Reason.BRANCH_UNKNOWN) == fate(decision)
    assert decision.because.startswith("its pull requests are unknown (429 Too Many Requests); expires in ")


def test_a_closed_pull_request_without_a_time_condemns_nobody() -> None:
    """It may have been used since."""
    assert (False, Reason.ALIVE) == fate(decided(an(), of_pulls(pull("closed")), MERGED))


def test_idle_as_asked_and_as_the_lease_says() -> None:
    """The shorter one counts."""
    assert (True, Reason.IDLE) == fate(decided(an(), rules=Rules(idle=3600)))
    assert (False, Reason.ALIVE) == fate(decided(an(), rules=Rules(idle=3601)))
    own = replace(LEASE, terms=Terms(idle=1800.0), expires=NOW + 99 * DAY)
    assert (True, Reason.IDLE) == fate(decided(an(lease=own)))
    assert "last used 60 min ago, idle for more than 30 min" == decided(an(lease=own), rules=Rules(idle=9e9)).because


def test_older_than_goes_by_when_it_was_begun() -> None:
    """A use makes nothing younger."""
    old = used(replace(LEASE, begun=NOW - 8 * DAY), NOW)
    decision = decided(an(lease=old), rules=Rules(older_than=7 * 86400.0))
    assert (True, Reason.OLD, "made 8 d ago, more than 7 d") == (*fate(decision), decision.because)
    assert (False, Reason.ALIVE) == fate(decided(an(lease=old), rules=Rules(older_than=9 * 86400.0)))


def test_a_run_that_died_leaves_nothing_for_ever() -> None:
    """What was never whole goes an hour after the run that made it was last heard of."""
    half = replace(LEASE, made=None)
    assert (True, Reason.HALF_MADE) == fate(decided(an(lease=half)))
    assert (False, Reason.ALIVE) == fate(decided(an(lease=used(half, NOW - HOUR / 2))))


def test_a_run_that_failed_and_said_so_is_no_run_that_died() -> None:
    """Somebody may be looking at what is left: it lives by its lease."""
    assert (False, Reason.ALIVE) == fate(decided(an(lease=replace(LEASE, made=None, failed=NOW - HOUR))))


@pytest.mark.parametrize("doubt", ["", "two clocks differ"])
def test_what_is_half_removed_goes_on_going(doubt: str) -> None:
    """Whatever else is asked for now, and whatever time it is: half of it may be gone."""
    decision = decided(an(lease=replace(LEASE, going="over 3")), Known(NOW, doubt))
    assert (True, Reason.HALF_REMOVED, "a run that removed it died: over 3") == (*fate(decision), decision.because)


def test_what_is_half_removed_and_used_again_stays() -> None:
    """`up` made it whole, or somebody extended or pinned it."""
    assert (False, Reason.ALIVE) == fate(decided(an(lease=used(replace(LEASE, going="over 3"), NOW))))


def test_what_was_whole_once_is_not_half_made() -> None:
    """A later `up` that died makes nobody's data go."""
    assert (False, Reason.ALIVE) == fate(decided(an(lease=replace(LEASE, used=NOW - 2 * DAY))))


@pytest.mark.parametrize("doubt", ["the daemon's clock and this machine's are 9 d apart"])
@pytest.mark.parametrize("rules", [Rules(), Rules(idle=0), Rules(older_than=0)])
def test_a_clock_that_is_in_doubt_condemns_nobody(doubt: str, rules: Rules) -> None:
    """Whatever goes by time stays."""
    decision = decided(an(lease=replace(LEASE, made=None)), Known(NOW + 99 * DAY, doubt), rules)
    assert (False, Reason.CLOCK_UNKNOWN, doubt) == (*fate(decision), decision.because)


def test_a_last_use_in_the_future_condemns_nobody() -> None:
    """A clock is or was wrong, and nobody knows which."""
    ahead = replace(LEASE, used=NOW + DAY, expires=NOW - DAY)
    assert (False, Reason.CLOCK_UNKNOWN) == fate(decided(an(lease=ahead)))


def test_a_damaged_lease_keeps() -> None:
    """It may have said anything."""
    decision = decided(an(lease=Damaged("it says nonsense")), Known(NOW + 999 * DAY), Rules(older_than=0, most=0))
    assert (False, Reason.LEASE_UNKNOWN) == fate(decision)
    assert "it says nonsense" in decision.because


def test_what_runs_without_a_lease_is_somebodys() -> None:
    """It was made by an older version, or somebody pruned its volumes."""
    assert (False, Reason.LEASE_UNKNOWN) == fate(
        decided(an(lease=None), Known(NOW + 999 * DAY), Rules(older_than=0, most=0))
    )


LONG_AGO = (NOW - 2 * HOUR).isoformat()
STOPPED = Container("id", "shop_main_web", {}, "web:1", "exited", created=LONG_AGO)
NET = Network("net", "shop_main", created=LONG_AGO)
DATA = Volume("shop_main_db-data", created=LONG_AGO)


@pytest.mark.parametrize(
    ("parts", "because"),
    [
        ({"networks": (NET,)}, "1 network without an environment"),
        ({"volumes": (DATA, replace(DATA, name="b"))}, "2 volumes without an environment"),
        ({"containers": (STOPPED,), "volumes": (DATA,)}, "1 container, 1 volume without an environment"),
    ],
)
def test_orphans_go(parts: dict[str, object], because: str) -> None:
    """A network, volumes or stopped containers that no environment belongs to."""
    decision = decided(Standing(SHOP, **parts))  # type: ignore[arg-type]
    assert (True, Reason.ORPHANED, because) == (*fate(decision), decision.because)


@pytest.mark.parametrize("created", [(NOW - HOUR / 2).isoformat(), "", "long ago", "2020-01-01T00:00:00"])
def test_an_orphan_that_may_be_young_stays(created: str) -> None:
    """Somebody whose lock cannot be seen from here may be making the rest of it."""
    orphan = Standing(SHOP, volumes=(DATA, replace(DATA, name="b", created=created)))
    assert (False, Reason.YOUNG) == fate(decided(orphan))


def test_an_orphan_stays_while_the_clock_is_in_doubt() -> None:
    """Its age is not known either."""
    assert (False, Reason.CLOCK_UNKNOWN) == fate(decided(Standing(SHOP, networks=(NET,)), Known(NOW, "doubt")))


def several(*hours: int, project: str = "shop", **more: object) -> list[Standing]:
    """Environments that were last used so many hours ago, named after that."""
    lease = replace(LEASE, expires=NOW + 99 * DAY, begun=NOW - 99 * DAY)
    return [an(Identity(project, f"e{h}"), replace(lease, used=NOW - h * HOUR), **more) for h in hours]


def gone(decisions: Sequence[Decision]) -> list[str]:
    """The names of those that go, in their order."""
    return [d.standing.identity.name for d in decisions if d.goes]


def test_the_least_used_go_first() -> None:
    """Two may stay: the two last used, whatever order they are in."""
    decisions = reclaim(several(5, 1, 9, 3), Known(NOW), Rules(most=2))
    assert ["e5", "e9"] == gone(decisions)
    assert {Reason.OVER_NUMBER} == {d.reason for d in decisions if d.goes}


def test_each_project_has_its_own_number() -> None:
    """One with many environments takes none of another's."""
    both = [*several(1, 2), *several(8, 9, project="blog")]
    assert ["e2", "e9"] == gone(reclaim(both, Known(NOW), Rules(most=1)))


def test_what_must_stay_counts_and_stays() -> None:
    """A pinned one and one in use are two of the three that are allowed."""
    pinned = an(Identity("shop", "pinned"), replace(LEASE, pinned="ann", used=NOW - 99 * HOUR))
    (busy,) = several(50)
    busy = replace(busy, uses=Uses(("a connection to db",)))
    assert ["e9", "e5"] == gone(reclaim([pinned, busy, *several(9, 1, 5)], Known(NOW), Rules(most=3)))


def test_what_is_no_environment_takes_nobodys_place() -> None:
    """A volume that was left, and one whose last use a wrong clock wrote."""
    young = Standing(Identity("shop", "rest"), volumes=(replace(DATA, created=NOW.isoformat()),))
    (ahead,) = several(-48)
    decisions = reclaim([young, ahead, *several(1)], Known(NOW), Rules(most=1))
    assert [] == gone(decisions)
    assert [Reason.YOUNG, Reason.CLOCK_UNKNOWN, Reason.ALIVE] == [d.reason for d in decisions]


def test_what_goes_anyway_makes_room() -> None:
    """An environment that is over is none of those that are allowed."""
    over = an(Identity("shop", "over"), replace(LEASE, expires=NOW - HOUR))
    assert ["over"] == gone(reclaim([over, *several(1, 2)], Known(NOW), Rules(most=2)))


def test_the_disk_target_takes_the_least_used() -> None:
    """Until the rest fits."""
    decisions = reclaim(several(5, 1, 9, 3, size=10), Known(NOW), Rules(disk_target=25))
    assert ["e5", "e9"] == gone(decisions)
    assert {Reason.OVER_DISK} == {d.reason for d in decisions if d.goes}


def test_a_size_that_is_unknown_frees_nothing() -> None:
    """To remove what takes nothing would help nobody."""
    assert ["e1"] == gone(reclaim([*several(9), *several(1, size=10)], Known(NOW), Rules(disk_target=5)))


def test_who_may_go_is_looked_at_first() -> None:
    """Without a look the decision is one to look: it goes, and nobody has seen whether it is in use."""
    (unseen,) = reclaim([an(uses=None)], Known(NOW + 99 * DAY), Rules())
    assert (True, None) == (unseen.goes, unseen.standing.uses)


def test_a_decision_stands_when_nothing_changed() -> None:
    """The same environment under its lock."""
    decision = decided(an(), Known(NOW + 99 * DAY))
    assert (True, Reason.EXPIRED) == fate(confirmed(decision, an()))


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (an(lease=used(LEASE, NOW + DAY)), Reason.USED_SINCE),
        (an(lease=replace(LEASE, number=9, pinned="ann")), Reason.PINNED),
        (an(uses=Uses(("sh runs in web",))), Reason.IN_USE),
        (an(uses=Uses(unknown="no cat")), Reason.USE_UNKNOWN),
        (an(volumes=(DATA,)), Reason.USED_SINCE),
        (an(lease=Damaged("nonsense")), Reason.USED_SINCE),
        (an(lease=None), Reason.USED_SINCE),
    ],
)
def test_whatever_changed_since_keeps(now: Standing, reason: Reason) -> None:
    """The next run decides anew."""
    decision = decided(an(), Known(NOW + 99 * DAY))
    assert (False, reason) == fate(confirmed(decision, now))


def test_what_went_meanwhile_changes_nothing() -> None:
    """A container that is gone makes nobody keep the rest."""
    decision = decided(an(), Known(NOW + 99 * DAY))
    assert (True, Reason.EXPIRED) == fate(confirmed(decision, an(containers=())))


def test_what_somebody_else_removed_is_not_told_as_kept() -> None:
    """Nothing of it is there any more."""
    decision = decided(an(), Known(NOW + 99 * DAY))
    found = confirmed(decision, an(lease=None, containers=(), networks=()))
    assert (True, Reason.EXPIRED) == fate(found)
    assert found.because.endswith("; somebody else removed it a moment ago")
