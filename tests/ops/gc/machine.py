"""All that may happen to environments, remotes, clocks and neighbours, and what always holds of `gc`."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from envctl import labels
from envctl.decision import Rules
from envctl.errors import EnvctlError
from envctl.identity import Identity
from envctl.lease import Lease
from envctl.observed import Volume
from envctl.ops import leases, lifetime
from envctl.ops.down import down
from envctl.ops.setting import Here
from tests.fakes.engine import Killed, silent
from tests.fakes.others import PLANTS
from tests.ops.gc import shelf
from tests.ops.gc.ground import CLIENTS, FAR, IDENTITIES, REFS, Env, Ground, Object, Site
from tests.ops.gc.shelf import BUDGETS, Shelved
from tests.ops.gc.truth import is_doubtful, is_overdue, is_protected, reasons

LOWEST = replace
HOURS = st.sampled_from([0.5, 1.5, 12, 30, 50, 80])
SECONDS = st.none() | st.sampled_from([0.0, 3600.0, 86400.0])
RULES = st.builds(
    Rules,
    older_than=SECONDS,
    idle=SECONDS,
    merged=st.booleans(),
    most=st.none() | st.integers(0, 3),
    disk_target=st.none() | st.sampled_from([0, 150, 1000]),
)
IDENTITY, CLIENT = st.sampled_from((*IDENTITIES, FAR)), st.integers(0, CLIENTS - 1)
PROJECT = st.sampled_from([None, "shop", "blog"])


PROMISED = {"removed": "remove", "failed": "remove", "keep": "keep"}  # what a dry run says of each


class Machine(Shelved, RuleBasedStateMachine):
    """Everything that may happen. `site` is where."""

    site: ClassVar[Site]

    def __init__(self) -> None:
        super().__init__()
        self.site.clear()
        self.ground = Ground(self.site)
        self.planted = 0

    def teardown(self) -> None:
        self.ground.close()

    def _some(self, data: st.DataObject) -> Env:
        return self.ground.envs[data.draw(st.sampled_from(sorted(self.ground.envs)))]

    def _has_any(self) -> bool:
        return bool(self.ground.envs)

    @initialize(
        made=st.lists(
            st.tuples(IDENTITY, st.sampled_from([True, True, False]), HOURS),
            min_size=2,
            max_size=6,
            unique_by=lambda one: one[0],
        ),
        snapshots=st.integers(0, 4),
        budget=BUDGETS,
    )
    def begin(self, made: list[tuple[Identity, bool, float]], snapshots: int, budget: int) -> None:
        """A team has worked for a while: some of its branches are pushed, and data was made."""
        for identity, pushed, hours in made:
            if identity.branch and pushed:
                self.site.push(identity.branch)
            self.ground.up(identity, 0)
            self.ground.engine.move(hours=hours / 10)
        self.begin_with_snapshots(snapshots, budget)

    # What people do with their environments

    @rule(identity=IDENTITY, client=CLIENT, ttl=st.none() | st.sampled_from([3600.0, 360000.0]))
    def up(self, identity: Identity, client: int, ttl: float | None) -> None:
        """Made, or brought up again: its lease is whole and renewed."""
        self.ground.up(identity, client, ttl)
        lease = self.ground.lease(identity.full)
        assert isinstance(lease, Lease)
        assert lease.made is not None

    @rule(identity=IDENTITY, client=CLIENT, parts=st.integers(0, 3))
    def up_is_killed(self, identity: Identity, client: int, parts: int) -> None:
        self.ground.up(identity, client, parts=parts)

    @precondition(_has_any)
    @rule(data=st.data(), client=CLIENT)
    def use(self, data: st.DataObject, client: int) -> None:
        leases.renew(self.ground.clients[client], self._some(data).identity)

    @precondition(_has_any)
    @rule(data=st.data(), client=CLIENT, how=st.sampled_from([lifetime.pin, lifetime.unpin, lifetime.extend]))
    def change(self, data: st.DataObject, client: int, how: Any) -> None:
        how(self.ground.clients[client], self._some(data).identity)

    @precondition(_has_any)
    @rule(data=st.data(), client=CLIENT)
    def down(self, data: st.DataObject, client: int) -> None:
        env = self._some(data)
        if env.lock is None and not env.held:
            identity = env.identity
            down(Here(self.ground.clients[client], self.site.stacks[identity.project], identity))
            self._forget(identity.full)

    @precondition(_has_any)
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        """With plain docker."""
        env = self._some(data)
        env.disconnect()
        for container in self.ground.containers(env.identity.full):
            self.ground.engine.execs.pop(container.id, None)
            self.ground.engine.stop_container(container.id)

    @precondition(_has_any)
    @rule(data=st.data(), damaged=st.booleans())
    def spoil(self, data: st.DataObject, damaged: bool) -> None:
        """Somebody removed the lease by hand, or it cannot be read."""
        full, engine = self._some(data).identity.full, self.ground.engine
        mine = {part.name for part in self.ground.rest(full) if "__lease-" in part.name}
        engine.vols = tuple(v for v in engine.vols if damaged or v.name not in mine)
        engine.vols = tuple(_spoilt(v) if v.name in mine else v for v in engine.vols)
        if not self.ground.rest(full) and not self.ground.containers(full):
            self._forget(full)

    # Who uses them

    @precondition(_has_any)
    @rule(data=st.data())
    def open_program(self, data: st.DataObject) -> None:
        for container in self.ground.containers(self._some(data).identity.full)[:1]:
            self.ground.engine.execs[container.id] = ("psql",)

    @rule()
    def close_programs(self) -> None:
        self.ground.engine.execs.clear()

    @precondition(_has_any)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        env = self._some(data)
        if env.identity != FAR and not env.connections:
            listener = self.site.listeners[env.identity]
            here = socket.create_connection(listener.getsockname())
            env.connections = [here, listener.accept()[0]]

    @precondition(_has_any)
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        self._some(data).disconnect()

    @precondition(_has_any)
    @rule(data=st.data(), client=CLIENT)
    def work_on(self, data: st.DataObject, client: int) -> None:
        """Another command has its lock, or lets it go."""
        env = self._some(data)
        if env.lock is not None:
            env.lock.close()
            env.lock = None
            return
        env.lock = ExitStack()
        env.lock.enter_context(self.ground.clients[client].locks.hold(env.identity.full, "up"))

    # The world around them

    @rule(hours=HOURS)
    def time_passes(self, hours: float) -> None:
        self.ground.engine.move(hours=hours)

    @rule(hours=HOURS)
    def the_clock_is_set_back(self, hours: float) -> None:
        self.ground.engine.move(hours=-hours)

    @rule(hours=st.sampled_from([0, -30, 80]))
    def the_clients_clock_is_set(self, hours: float) -> None:
        """Not the daemon's."""
        self.ground.skew = timedelta(hours=hours)

    @rule(ref=st.sampled_from(REFS), client=CLIENT)
    def push(self, ref: str, client: int) -> None:
        self.site.push(ref)

    @rule(ref=st.sampled_from(REFS))
    def delete_branch(self, ref: str) -> None:
        self.site.hub.branches.discard(ref)

    @rule(ref=st.sampled_from(REFS), is_open=st.booleans())
    def pull_request(self, ref: str, is_open: bool) -> None:
        """Opened; or all that are open are closed, and one more is."""
        pulls = self.site.hub.pulls.setdefault(ref, [])
        if is_open:
            pulls.append(None)
        else:
            pulls[:] = [moment or self.ground.engine.now() for moment in (*pulls, None)]

    @rule(git=st.sampled_from([True, True, False]), forge=st.booleans())
    def nobody_answers(self, git: bool, forge: bool) -> None:
        self.site.hub.silent, self.site.hub.forge_silent = git, forge

    @rule(identity=IDENTITY, kind=st.sampled_from(sorted(PLANTS)))
    def others_come(self, identity: Identity, kind: str) -> None:
        engine, self.planted = self.ground.engine, self.planted + 1
        before = {*map(id, (*engine.held, *engine.nets, *engine.vols))}
        PLANTS[kind](engine, identity, self.planted)
        every: tuple[Object, ...] = (*engine.held, *engine.nets, *engine.vols)
        self.ground.foreign += [thing for thing in every if id(thing) not in before]

    @precondition(_has_any)
    @rule(data=st.data(), running=st.booleans())
    def others_use(self, data: st.DataObject, running: bool) -> None:
        """A container of somebody else has a volume of ours, and runs in our network or did so once."""
        env, engine = self._some(data), self.ground.engine
        volume, network = f"{env.identity.full}_db", env.identity.full
        if volume in {v.name for v in engine.vols} and network in {n.name for n in engine.nets}:
            self.planted, state = self.planted + 1, "running" if running else "exited"
            env.held, env.guest = True, env.guest or running
            made = engine.run(f"theirs-{self.planted}", state=state, volumes=[volume], networks=[network])
            self.ground.foreign += [c for c in engine.held if c.id == made]

    # gc

    @rule(client=CLIENT, rules=RULES, project=PROJECT)
    def gc(self, client: int, rules: Rules, project: str | None) -> None:
        """What the dry run says is what happens; what happens has a reason that is true; what has one goes."""
        ground, before = self.ground, self.ground.state()
        true = {full: reasons(ground, env, rules) for full, env in ground.envs.items()}
        protected = {full for full, env in ground.envs.items() if is_protected(ground, env)}
        overdue = {full for full, env in ground.envs.items() if is_overdue(ground, env, rules)}
        used = {full: lease.used for full in ground.envs if isinstance(lease := ground.lease(full), Lease)}
        packed = {full for full in ground.envs if ground.containers(full)}
        markers, young = shelf.whole_ones(ground), shelf.young_ones(ground)
        would = ground.gc(client, rules, project, dry_run=True)
        promised = _verdicts(would)
        assert before == ground.state()
        report = ground.gc(client, rules, project)
        did = _verdicts(report)
        shelf.check(ground, markers, report, project)
        assert young <= {volume.name for volume in ground.engine.vols}
        if all(env.lock is None and not env.held for env in ground.envs.values()):  # else some may not go after all
            assert shelf.promised(would) == shelf.promised(report)
        mine = {full for full, env in ground.envs.items() if project in (None, env.identity.project)}
        assert mine == set(did) == set(promised)

        for full, (verdict, reason) in did.items():
            if ground.envs[full].lock is None:
                assert promised[full] == (PROMISED[verdict], reason)
            if verdict == "keep":
                continue
            assert ("failed" if ground.envs[full].held else "removed") == verdict
            assert full not in protected
            assert (
                reason in true[full]
                or (reason == "over-number" and rules.most is not None)
                or (reason == "over-disk-target" and rules.disk_target is not None)
            )
        failed = {full for full, (verdict, _) in did.items() if verdict == "failed"}
        gone = {full for full, (verdict, _) in did.items() if verdict == "removed"}
        assert not [c.name for full in failed for c in ground.containers(full)]
        sure = {full for full in mine if true[full] and not (is_doubtful(ground) and full in overdue)}
        assert not {full for full in sure - gone - failed if not _in_future(used.get(full), ground)}
        bundles = {v.name.partition("__bundle-")[0] for v in ground.engine.vols if "__bundle-" in v.name}
        assert gone & packed <= bundles
        for full in gone:
            self._forget(full)
        self._check_number(rules, project, did, used, protected | overdue)

    @rule(client=CLIENT, rules=st.sampled_from([Rules(), Rules(older_than=0.0)]))
    def gc_of_everything(self, client: int, rules: Rules) -> None:
        """As in cron; or of all that can go."""
        self.gc(client, rules, None)

    def _check_number(
        self, rules: Rules, project: str | None, did: dict[str, tuple[str, str]], used: dict[str, Any], kept: set[str]
    ) -> None:
        """No more than allowed, but for those that must live; and those went that were used longest ago."""
        if rules.most is None:
            return
        for one in {env.identity.project for env in self.ground.envs.values()} & {project or "shop", project or "blog"}:
            uncounted = ("young", "clock-unknown")  # no environment, or nobody knows when it was used
            there = [full for full in did if full in self.ground.envs and full.startswith(f"{one}_")]
            left = [full for full in there if did[full][1] not in uncounted]
            free = [full for full in left if full in used and full not in kept]
            locked = [full for full in left if self.ground.envs[full].lock is not None]  # found out only at last
            stuck = [full for full in left if self.ground.envs[full].held]
            assert len(left) - len(locked) - len(stuck) <= rules.most or not free
            over = [full for full, (_, reason) in did.items() if reason == "over-number" and full.startswith(f"{one}_")]
            assert all(used[gone] <= used[lives] for gone in over for lives in free)

    @precondition(_has_any)
    @rule(data=st.data(), client=CLIENT, rules=RULES, how=st.sampled_from([lifetime.pin, lifetime.extend]))
    def gc_while_somebody_is_quicker(self, data: st.DataObject, client: int, rules: Rules, how: Any) -> None:
        """Renewed or pinned after it was condemned: it lives."""
        env, other = self._some(data), self.ground.clients[1 - client]
        if env.lock is not None:
            return
        full, ground = env.identity.full, self.ground
        before = ground.lease(full)

        def meddle(name: str) -> None:
            if name == full:
                how(other, env.identity)

        ground.meddle = meddle
        did = _verdicts(ground.gc(client, rules, env.identity.project))
        ground.meddle = None
        if ground.lease(full) != before:
            assert "keep" == did[full][0]
        for gone, (verdict, _) in did.items():
            if verdict == "removed":
                self._forget(gone)

    @rule(client=CLIENT, rules=RULES, at=st.integers(1, 30), killed=st.booleans(), after=st.booleans())
    def gc_is_broken_off(self, client: int, rules: Rules, at: int, killed: bool, after: bool) -> None:
        """The same `gc` once more ends in the same state as one that was not broken off."""
        rules = replace(rules, disk_target=None)  # what went before may have been enough
        ground, twin = self.ground, self.ground.twin()
        wanted = _verdicts(twin.gc(client, rules, None))
        ground.engine.break_off(at, Killed if killed else silent, after=after)
        with suppress(Killed, EnvctlError):
            ground.gc(client, rules, None)
        ground.engine.mend()
        ground.gc(1 - client, rules, None)
        assert twin.state() == ground.state(), f"{twin.state()}\n{ground.state()}"
        for full, (verdict, _) in wanted.items():
            if verdict == "removed":
                self._forget(full)

    def _forget(self, full: str) -> None:
        """It is gone: nothing of it may be left."""
        env = self.ground.envs.pop(full)
        env.disconnect()
        assert not [c.name for c in self.ground.containers(full)]
        assert not [part.name for part in self.ground.rest(full)]

    # What always holds

    @invariant()
    def others_are_left_alone(self) -> None:
        engine = self.ground.engine
        every = (*engine.held, *engine.nets, *engine.vols)
        assert [thing for thing in self.ground.foreign if thing not in every] == []

    @invariant()
    def environments_are_whole_or_gone(self) -> None:
        """Each thing on the daemon is of an environment that lives, of others, or a bundle."""
        assert set() == self.ground.left_over()
        for full in self.ground.envs:
            assert self.ground.containers(full) or self.ground.rest(full)


def _spoilt(volume: Volume) -> Volume:
    return replace(volume, labels={**volume.labels, labels.EXPIRES: "soon"})


def _in_future(used: Any, ground: Ground) -> bool:
    return used is not None and used > ground.engine.now()


def _verdicts(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {f"{e['project']}_{e['name']}": (e["verdict"], e["reason"]) for e in report["environments"]}
