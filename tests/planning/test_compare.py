"""From what is to what shall be: the printed plan is what is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Stranger
from envctl.planning.compare import compare
from envctl.text import text
from envctl.workload import Limits, Mount, Probe, Workload
from tests.planning.made_up import (
    API,
    DB,
    EVENTS,
    WEB,
    Daemon,
    any_port,
    blueprint,
    running,
    shop,
    steps,
)

EVERYTHING = """
    pull image postgres:17 for db  # the daemon does not have it
    pull image apache/kafka:4.1.1 for events  # the daemon does not have it
    build image shop/api:c0ffee for api  # the daemon does not have it
    pull image caddy:2 for web  # the daemon does not have it
    create network shop_main (10.213.138.0/25)  # it is not there
    create volume shop_main_db-data  # it is not there
    create volume shop_main_events-data  # it is not there
    start db  # it is not there
    start events  # it is not there
    load catalogue into db  # its database is new
    create topics in events: orders (3)  # the broker is new
    start api  # it is not there
    start web  # it is not there
"""


# Harmless where it is right already, and nobody knows whether it is until it is recorded.
PASSWORD_SET = "set the password of postgres in db"


def test_where_nothing_is_everything_is_planned() -> None:
    """Images first, then network and volumes, then stores, what goes into them, and what uses them."""
    assert steps(EVERYTHING) == steps(str(Daemon().plan()))


def test_where_everything_is_nothing_is_planned() -> None:
    """A second `up` does nothing."""
    assert "nothing to do" == str(running().plan())


def test_planning_twice_gives_the_same_plan() -> None:
    """Ports and digests included."""
    daemon = Daemon()
    assert daemon.plan() == daemon.plan()


@pytest.mark.parametrize("killed_after", range(15))
def test_a_killed_run_is_gone_on_with(killed_after: int) -> None:
    """Killed between any two steps, the next run does what is left, nothing twice, and ends in the same state."""
    daemon = Daemon()
    first = daemon.plan()
    effects = daemon.effects(first, daemon.drawn)
    moments = [*map(str, (*first.prepare, *first.stores, *first.provision)), "record", *map(str, first.services)]
    assert len(moments) == len(effects) == 14
    for effect in effects[:killed_after]:
        effect()
    done = set(moments[:killed_after])
    unrecorded = done & set(map(str, first.provision)) if "record" not in done else set()

    second = daemon.plan()
    assert unrecorded == done & set(map(str, second.steps))
    assert set(moments) - done - {"record"} | unrecorded == set(map(str, second.steps)) - {PASSWORD_SET}
    daemon.carry_out(second)

    whole = running()
    assert "nothing to do" == str(daemon.plan())
    assert (whole.containers, whole.network, whole.images) == (daemon.containers, daemon.network, daemon.images)
    assert whole.observed().record.facts == daemon.observed().record.facts


DRIFTS: dict[str, tuple[Callable[[Daemon], None], str]] = {
    "a container is gone": (
        lambda d: d.lose("web"),
        "start web  # it is not there",
    ),
    "a container exited": (
        lambda d: d.change("web", state="exited", health=None, exit_code=137),
        "start web  # it is exited with status 137",
    ),
    "a container was never started": (
        lambda d: d.change("web", state="created", health=None),
        "start web  # it is created",
    ),
    "a container is unhealthy": (
        lambda d: d.change("web", health="unhealthy"),
        """remove container shop_main_web  # it is unhealthy
        start web  # it is unhealthy""",
    ),
    "a container is becoming healthy": (
        lambda d: d.change("web", health="starting"),
        "start web  # it is starting",
    ),
    "one that something ran before is becoming healthy": (
        lambda d: d.change("api", health="starting"),
        """remove container shop_main_api  # it is starting
        start api  # it is starting""",
    ),
    "a container is paused": (
        lambda d: d.change("web", state="paused"),
        "resume web  # it is paused",
    ),
    "a container is paused that was becoming healthy": (
        lambda d: d.change("web", state="paused", health="starting"),
        """resume web  # it is paused
        start web  # it is paused""",
    ),
    "a container is paused that something ran before and was becoming healthy": (
        lambda d: d.change("api", state="paused", health="starting"),
        """remove container shop_main_api  # it is paused
        start api  # it is paused""",
    ),
    "a container is paused that was unhealthy": (
        lambda d: d.change("web", state="paused", health="unhealthy"),
        """remove container shop_main_web  # it is paused
        start web  # it is paused""",
    ),
    "a container cannot even be removed": (
        lambda d: d.change("web", state="dead", health=None),
        """remove container shop_main_web  # it is dead
        start web  # it is dead""",
    ),
    "a store exited": (
        lambda d: d.change("db", state="exited", health=None, exit_code=0),
        "start db  # it is exited with status 0",
    ),
    "everything stopped, as after a reboot": (
        lambda d: d.stop(),
        """start db  # it is exited with status 0
        start events  # it is exited with status 0
        start api  # it is exited with status 0
        start web  # it is exited with status 0""",
    ),
    "an image is gone": (
        lambda d: d.images.discard("caddy:2"),
        "pull image caddy:2 for web  # the daemon does not have it",
    ),
    "the network is gone": (
        lambda d: setattr(d, "network", None),
        """remove container shop_main_db  # the network it was on is gone
        remove container shop_main_events  # the network it was on is gone
        remove container shop_main_api  # the network it was on is gone
        remove container shop_main_web  # the network it was on is gone
        create network shop_main (10.213.138.128/25)  # it is not there
        start db  # the network it was on is gone
        start events  # the network it was on is gone
        start api  # the network it was on is gone
        start web  # the network it was on is gone""",
    ),
    "a database's volume is gone": (
        lambda d: d.lose_volume("db"),
        """remove container shop_main_api  # the data of db is loaded
        forget what was done to db  # its volume is gone
        create volume shop_main_db-data  # it is not there
        start db  # it is not there
        load catalogue into db  # its database is new
        start api  # the data of db is loaded""",
    ),
    "a broker's volume is gone": (
        lambda d: d.lose_volume("events"),
        """forget what was done to events  # its volume is gone
        create volume shop_main_events-data  # it is not there
        start events  # it is not there
        create topics in events: orders (3)  # the broker is new""",
    ),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_each_drift_alone_is_put_right(drift: str) -> None:
    """With as few steps as it takes; once they are done there is nothing left to do."""
    happen, expected = DRIFTS[drift]
    daemon = running()
    happen(daemon)
    plan = daemon.plan()
    assert steps(expected) == steps(str(plan))
    daemon.carry_out(plan)
    assert "nothing to do" == str(daemon.plan())


CHANGES: dict[str, Workload] = {
    "a variable": replace(WEB, environment={"LEVEL": text("debug")}),
    "the command": replace(WEB, command=("other",)),
    "the entrypoint": replace(WEB, entrypoint=("other",)),
    "the port": replace(WEB, port=3001),
    "what is public": replace(WEB, public=False),
    "the health check": replace(WEB, probe=Probe(("other",))),
    "the health check's patience": replace(WEB, probe=replace(Probe(("healthy",)), patience=5.0)),
    "a limit": replace(WEB, limits=Limits(memory=2**29)),
    "what runs before": replace(WEB, before=("migrate",)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_defined_anew_starts_anew_and_nothing_else_does(change: str) -> None:
    """Whichever part of a container changes."""
    expected = """remove container shop_main_web  # its definition changed
        start web  # its definition changed"""
    assert steps(expected) == steps(str(running().plan(blueprint(shop(web=CHANGES[change])))))


def test_an_exited_container_that_changed_is_replaced_and_not_started_again() -> None:
    """By us: what Compose renames while it recreates, a killed run would leave behind under no name of ours."""
    daemon = running()
    daemon.change("web", state="exited", health=None, exit_code=1)
    expected = """remove container shop_main_web  # its definition changed
        start web  # its definition changed"""
    assert steps(expected) == steps(str(daemon.plan(blueprint(shop(web=replace(WEB, command=("other",)))))))


def test_another_image_is_pulled_and_started() -> None:
    """Only where it is used."""
    expected = """pull image caddy:3 for web  # the daemon does not have it
        remove container shop_main_web  # its definition changed
        start web  # its definition changed"""
    assert steps(expected) == steps(str(running().plan(blueprint(shop(web=replace(WEB, image="caddy:3"))))))


def test_other_content_is_built_and_started() -> None:
    """An image is named after what it is built from."""
    expected = """build image shop/api:decaf for api  # the daemon does not have it
        remove container shop_main_api  # its definition changed
        start api  # its definition changed"""
    assert steps(expected) == steps(str(running().plan(blueprint(content="decaf"))))


def test_a_new_volume_of_an_app_is_made() -> None:
    """And its container has it."""
    changed = blueprint(shop(web=replace(WEB, mounts=(Mount("uploads", "/uploads"),))))
    expected = """remove container shop_main_web  # its definition changed
        create volume shop_main_uploads  # it is not there
        start web  # its definition changed"""
    assert steps(expected) == steps(str(running().plan(changed)))


def test_a_volume_that_two_services_share_is_made_once() -> None:
    """Whoever names it first."""
    shared = (Mount("uploads", "/uploads"),)
    plan = str(Daemon().plan(blueprint((replace(API, needs=(), mounts=shared), replace(WEB, mounts=shared)))))
    assert 1 == plan.count("create volume shop_main_uploads")


def test_a_service_that_left_the_stack_file_goes_and_its_data_stays() -> None:
    """No step touches its volume."""
    expected = """remove container shop_main_events  # its service is no longer in the stack file"""
    assert steps(expected) == steps(str(running().plan(blueprint((DB, replace(API, needs=("db",)), WEB)))))


def test_a_service_that_comes_back_has_what_it_had() -> None:
    """Its volume and what was done to it are still there: nothing is loaded again."""
    daemon = running()
    without = blueprint((EVENTS,))
    daemon.carry_out(daemon.plan(without), without)
    expected = """start db  # it is not there
        start api  # it is not there
        start web  # it is not there"""
    assert steps(expected) == steps(str(daemon.plan()))


def test_a_change_of_needs_alone_changes_nothing_that_runs() -> None:
    """They order starting, and nothing else."""
    assert "nothing to do" == str(running().plan(blueprint(shop(web=replace(WEB, needs=("db",))))))


def test_images_are_built_anew_when_asked() -> None:
    """Those that are built; what is pulled stays."""
    expected = """build image shop/api:c0ffee for api  # asked for
        remove container shop_main_api  # its image is built anew
        start api  # its image is built anew"""
    assert steps(expected) == steps(str(running().plan(rebuild=True)))


def test_an_image_that_two_services_run_is_pulled_once() -> None:
    """For the first that needs it."""
    other = replace(WEB, service="admin", needs=())
    plan = str(Daemon().plan(blueprint((replace(WEB, needs=()), other))))
    assert 1 == plan.count("pull image caddy:2")


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"caddy:2"}, "caddy:2"),
        ({"mirror.example/caddy:2"}, "mirror.example/caddy:2"),
        ({"mirror.example/library/caddy:2"}, "mirror.example/library/caddy:2"),
        ({"caddy:2", "mirror.example/caddy:2"}, "caddy:2"),
        (set(), "mirror.example/caddy:2"),
    ],
)
def test_an_image_is_run_from_where_it_is_had(there: set[str], expected: str) -> None:
    """Its own name first, then the registry's; where it is not there it is to be pulled from the registry."""
    daemon = Daemon(blueprint((replace(WEB, needs=()),), registry="mirror.example"), images=set(there))
    plan = daemon.plan()
    assert expected == plan.images["web"]
    assert (expected in str(plan)) == (not there)


def test_the_way_an_image_came_changes_no_container() -> None:
    """A mirror named or taken away later recreates nothing."""
    daemon = running()
    daemon.images.add("mirror.example/caddy:2")
    assert "nothing to do" == str(daemon.plan(blueprint(registry="mirror.example")))


def test_what_a_store_needs_starts_with_the_stores() -> None:
    """All that holds data, and whatever that needs, before anything is loaded."""
    plan = Daemon().plan(blueprint((replace(WEB, needs=()), replace(DB, needs=("web",)), replace(API, needs=("db",)))))
    assert (["web", "db"], ["api"]) == (services(plan.stores), services(plan.services))


def services(starts: tuple[object, ...]) -> list[str]:
    return [str(start).removeprefix("start ") for start in starts]


def test_a_one_shot_of_an_earlier_run_goes_before_it_runs_again() -> None:
    """Compose would take the finished one for done."""
    daemon = running()
    name = daemon.drawn.container("api-before")
    own = {**daemon.drawn.labels, labels.SERVICE: "api", labels.ROLE: "before", labels.PORT: "0"}
    daemon.containers[name] = Container("b", name, own, "shop/api:c0ffee", "exited", exit_code=0)
    assert "nothing to do" == str(daemon.plan())
    daemon.change("api", state="exited", health=None, exit_code=1)
    expected = """remove container shop_main_api-before  # it is exited with status 1
        start api  # it is exited with status 1"""
    assert steps(expected) == steps(str(daemon.plan()))


def test_nothing_is_planned_around_what_is_in_the_way() -> None:
    """Not in the dry run either."""
    there = replace(running().observed(), strangers=(Stranger("volume", "shop_main_db-data", "it has no labels"),))
    with pytest.raises(EnvctlError, match="in the way") as caught:
        compare(blueprint(), there, {}, any_port)
    assert Exit.NOT_OURS == caught.value.code


def test_another_checkout_is_told_who_brought_the_environment_up() -> None:
    """It changes nothing that runs: a folder is no part of what a container is made from."""

    def drawn(folder: str) -> Blueprint:
        return replace(blueprint(), labels={**blueprint().labels, labels.CHECKOUT: folder})

    daemon = running(drawn("/a"))
    assert () == daemon.plan(drawn("/a")).other_folders
    plan = daemon.plan(drawn("/b"))
    assert (("/a",), "nothing to do") == (plan.other_folders, str(plan))
    assert () == running().plan(drawn("/b")).other_folders  # made before anybody noted it


def test_a_half_made_volume_goes_before_it_is_made_anew() -> None:
    """What the daemon left without labels is of no use."""
    half = replace(Daemon().observed(), half_made=("shop_main_db-data",))
    planned = [str(step) for step in compare(blueprint(), half, {}, any_port).prepare]
    gone = planned.index("remove volume shop_main_db-data")
    assert gone < planned.index("create volume shop_main_db-data")
