"""Plans for a stack that wraps a Compose project: one-shots, containers that hold on to others, further networks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.composition import Composition
from envctl.errors import EnvctlError, Exit
from envctl.observed import Network
from envctl.plan import CreateNetwork, Plan, RemoveContainer
from envctl.planning.slots import carve, first_half
from envctl.text import PublishedPort
from envctl.workload import Composed, Port, Workload
from tests.planning.made_up import Daemon, blueprint
from tests.planning.test_slots import MAIN


def composed(service: str, *, needs: tuple[str, ...] = (), port: int | None = None, **more: object) -> Workload:
    """A service of the project."""
    own = Composed({"image": service}, {need: {} for need in needs}, networks=("default",))
    return Workload(
        service,
        "compose",
        image=service,
        needs=needs,
        port=port,
        composed=replace(own, **more),  # type: ignore[arg-type]
    )


DB = composed("db", port=5432)
MIGRATE = composed("migrate", needs=("db",), ends="once")
FILL = composed("fill", needs=("db",), ends="always")
WEB = composed("web", needs=("db", "migrate"), port=80)
PROJECT = (DB, MIGRATE, FILL, WEB)


def drawn(*workloads: Workload, networks: tuple[str, ...] = ("default",)) -> Blueprint:
    """The environment of this project."""
    whole = Composition(workloads=workloads, networks={name: {} for name in networks})
    return replace(blueprint(workloads), composition=whole)


class Running(Daemon):
    """A daemon that ran everything once: the one-shots are done."""

    def __init__(self, project: Blueprint) -> None:
        super().__init__(project)
        self.further: list[Network] = []
        plan = self.plan()
        for step in plan.prepare:
            if isinstance(step, CreateNetwork):
                found = Network(step.name, step.name, project.labels, (step.subnet,))
                if step.name == project.network:
                    self.network = found
                else:
                    self.further.append(found)
        for work in project.workloads:
            self.start(plan, work)

    def start(self, plan: Plan, work: Workload) -> None:
        """Its container as it is once it was started."""
        self._start(
            work.service, replace(plan, ports={**plan.ports, work.service: plan.ports.get(work.service, 0)}), self.drawn
        )
        assert work.composed is not None
        ends = {labels.ENDS: work.composed.ends} if work.composed.ends else {}
        own = self.containers[self.drawn.container(work.service)].labels
        self.change(work.service, labels={**own, **ends}, health=None)
        if ends:
            self.change(work.service, state="exited", exit_code=0)

    def observed(self):  # type: ignore[no-untyped-def]  # as Daemon's
        subnets = [s for n in (self.network, *getattr(self, "further", ())) if n for s in n.subnets]
        return replace(super().observed(), further_networks=tuple(getattr(self, "further", ())), subnets=tuple(subnets))

    def starts(self, **more: object) -> dict[str, str]:
        """What would be started, and why."""
        return {step.service: step.because for step in self.plan(**more).services}  # type: ignore[arg-type]


def test_a_one_shot_that_is_done_is_not_run_again() -> None:
    """One that nobody waits for may be a service that stopped: it runs at every `up`, as with Compose."""
    assert {"fill": "it ended, and runs at every up"} == Running(drawn(*PROJECT)).starts()
    assert {} == Running(drawn(DB, MIGRATE, WEB)).starts()


def test_a_one_shot_runs_again_with_what_it_needs() -> None:
    """Its data may be new."""
    daemon = Running(drawn(DB, MIGRATE, WEB))
    daemon.lose("db")
    assert {"db": "it is not there", "migrate": "db starts"} == daemon.starts()


def test_a_one_shot_that_failed_is_run_again() -> None:
    """With the status it ended with as the cause."""
    daemon = Running(drawn(DB, MIGRATE, WEB))
    daemon.change("migrate", exit_code=3)
    assert {"migrate": "it is exited with status 3"} == daemon.starts()


def test_a_definition_that_changed_makes_that_service_anew() -> None:
    """And no other."""
    daemon = Running(drawn(DB, MIGRATE, WEB))
    assert WEB.composed is not None
    changed = replace(WEB, composed=replace(WEB.composed, definition={"image": "web", "tty": True}))
    plan = daemon.plan(drawn(DB, MIGRATE, changed))
    assert ["start web"] == [str(step) for step in plan.services]
    assert ["remove container shop_main_web"] == [str(s) for s in plan.prepare if isinstance(s, RemoveContainer)]


def test_who_holds_on_to_a_container_goes_with_it() -> None:
    """Its network namespace is gone otherwise; so on along the chain."""
    side = composed("side", needs=("web",), bound=("web",))
    last = composed("last", needs=("side",), bound=("side",))
    daemon = Running(drawn(DB, MIGRATE, WEB, side, last))
    daemon.lose("web")
    causes = daemon.starts()
    assert ("it is not there", "the container of web is made anew") == (causes["web"], causes["side"])
    assert "the container of side is made anew" == causes["last"]
    assert "db" not in causes


def test_a_further_network_is_made_and_missed() -> None:
    """In the environment's own subnet; who was on one that is gone is made anew."""
    back = composed("db", networks=("back",), port=5432)
    project = drawn(back, WEB, networks=("default", "back"))
    daemon = Running(project)
    (made,) = daemon.further
    assert ("shop_main__further-network-back", True) == (made.name, made.subnets[0].startswith("10.213."))
    assert {} == daemon.starts()
    daemon.further.clear()
    assert {"db": "a network it was on is gone"} == daemon.starts()


def test_every_published_port_has_a_place_of_its_own() -> None:
    """Also a UDP port, and the second of a service; each is kept."""
    web = replace(WEB, needs=(), further_ports=(Port(9000), Port(53, "udp")))
    plan = Daemon(drawn(web)).plan()
    assert {"web", "web:9000", "web:53-udp"} == set(plan.ports)
    assert 3 == len(set(plan.ports.values()))
    assert "web:53-udp" == PublishedPort("web", "53-udp").name


def test_further_networks_share_the_second_half() -> None:
    """The main network has the first; none overlaps another, and each holds its containers."""
    main = first_half(MAIN)
    found = carve(main, {"a": 2, "b": 20, "c": 9}, {}, [str(main)])
    assert all(net.subnet_of(MAIN) and not net.overlaps(main) for net in found.values())
    assert not any(one.overlaps(two) for one in found.values() for two in found.values() if one is not two)
    assert {"a": 8, "b": 32, "c": 16} == {name: net.num_addresses for name, net in found.items()}


def test_a_network_keeps_its_subnet_when_others_come() -> None:
    """Nothing that runs is disturbed."""
    main = first_half(MAIN)
    kept = str(carve(main, {"b": 2}, {}, [])["b"])
    found = carve(main, {"a": 20, "b": 2, "c": 2}, {"b": kept}, [str(main), kept])
    assert kept == str(found["b"])
    assert 3 == len(set(found.values()))


@pytest.mark.parametrize("wanted", [{"a": 61}, {f"n{number}": 2 for number in range(9)}])
def test_too_many_networks_are_refused(wanted: dict[str, int]) -> None:
    """With what to do."""
    with pytest.raises(EnvctlError, match="no room is left for the network") as caught:
        carve(first_half(MAIN), wanted, {}, [])
    assert Exit.NO_CAPACITY == caught.value.code
