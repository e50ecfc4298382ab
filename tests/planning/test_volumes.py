"""Volumes that are made as copies of a snapshot, and those that go first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from envctl import labels
from envctl.base import Base
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed, Record, Volume
from envctl.plan import Load
from envctl.planning.compare import compare
from envctl.planning.ownership import own_labels
from envctl.planning.provision import cloned_facts
from envctl.planning.volumes import beneath, refuse_lost, wanting, worth_it
from envctl.snapshot import Held, Part, Snapshot
from envctl.workload import Database, Derived, Freezing
from tests.planning.made_up import API, DB, IDENTITY, PASSWORDS, blueprint

FROZEN = replace(DB, freezing=Freezing(check="true", slow_start=True))
SHOP = blueprint((FROZEN,))
NAME = "shop_main_db-data"
ADDRESS = "a" * 32
PART = Part(
    "db", "postgres", "postgres:17", "sha256:17", "", "postgres", "db-data", Held("bytes"),
    {"data": "sha256:dump", "database": "shop"},
)  # fmt: skip
SNAPSHOT = Snapshot(ADDRESS, "dump catalogue", datetime(2026, 3, 1, tzinfo=UTC), "ada@desk", (PART,))
FOUND = Base("dump catalogue", SNAPSHOT, (PART,))


def volume(name: str = NAME, role: str = "data", **said: str) -> Volume:
    """A volume of the environment; `clone` is the address it was to be a copy of."""
    own = {**own_labels(IDENTITY), labels.ROLE: role}
    return Volume(name, {**own, **({labels.CLONE: said["clone"]} if said else {})})


def record(**facts: str) -> Volume:
    """The environment's record; `clone` is the fact of the service db."""
    own = {labels.FACT + f"{key}.db": value for key, value in facts.items()}
    return Volume(Record(1).name(IDENTITY), {**own_labels(IDENTITY), labels.ROLE: "record", **own})


def planned(observed: Observed, bases: Mapping[str, Base], reload: tuple[str, ...] = ()) -> list[str]:
    """The steps about volumes and data, as they print."""
    plan = compare(SHOP, observed, PASSWORDS, lambda _: True, reload=reload, bases=bases)
    about = ("volume", "snapshot", "forget", "load", "password", "database")
    return [f"{step}  # {step.because}" for step in plan.steps if any(word in str(step) for word in about)]


def over(*names: str) -> Volume:
    """The data, as it lies over others."""
    data = volume(clone=ADDRESS)
    return replace(data, labels={**data.labels, labels.BENEATH: " ".join(names)})


def test_what_data_lies_over_is_on_its_volume() -> None:
    """Of other data there is nothing to say."""
    assert {NAME: ("bytes", "upper")} == beneath([over("bytes", "upper"), volume("other"), record(clone=ADDRESS)])


@pytest.mark.parametrize("there", [(), ("bytes",), ("upper", "others")])
def test_data_of_which_a_part_is_gone_is_refused(there: tuple[str, ...]) -> None:
    """Whoever pruned volumes took it; only services that are to keep their data are looked at."""
    data = [over("bytes", "upper")]
    with pytest.raises(EnvctlError) as caught:
        refuse_lost(SHOP, data, there, ["db"])
    assert Exit.DATA_REFUSED == caught.value.code
    assert [name not in there for name in ("bytes", "upper")] == [
        name in caught.value.message for name in ("bytes", "upper")
    ]
    refuse_lost(SHOP, data, there, [])
    refuse_lost(SHOP, data, ("bytes", "upper"), ["db"])


def test_new_data_starts_as_a_copy_and_gets_a_password_of_its_own() -> None:
    """What the snapshot was built with nobody knows; the dump is not loaded once more."""
    assert [
        f"clone dump catalogue to volume {NAME}  # its data is new",
        "set the password of postgres in db  # its volume may still have an older one",
    ] == planned(Observed(), {"db": FOUND})


def test_data_that_a_stack_file_names_only_after_a_run_died_is_loaded() -> None:
    """The run had copied an empty server and ended before anybody used it: nothing there could be kept."""
    begun = Observed(volumes=(volume(clone=ADDRESS), record(clone=ADDRESS, database="shop")))
    assert [
        "set the password of postgres in db  # its volume may still have an older one",
        "load catalogue into db  # no run finished loading it",
    ] == planned(begun, {})
    (load,) = [step for step in compare(SHOP, begun, PASSWORDS, lambda _: True).steps if isinstance(step, Load)]
    assert load.fresh


def test_a_snapshot_that_nobody_has_built_is_built_first() -> None:
    """The plan says so, and why."""
    assert [
        "build a snapshot of dump catalogue for db  # there is none yet",
        f"clone dump catalogue to volume {NAME}  # its data is new",
        "set the password of postgres in db  # its volume may still have an older one",
    ] == planned(Observed(), {"db": Base("dump catalogue")})


def test_a_copy_is_whole_only_once_that_is_recorded() -> None:
    """A run that died while it copied left half of it, whatever the volume says it was to be."""
    half = Observed(volumes=(volume(clone=ADDRESS),))
    assert {"db": "a run died while it was copied"} == wanting(SHOP, half)
    assert [
        f"remove volume {NAME}  # a run died while it was copied",
        f"clone dump catalogue to volume {NAME}  # a run died while it was copied",
        "set the password of postgres in db  # its volume may still have an older one",
    ] == planned(half, {"db": FOUND})
    assert {} == wanting(SHOP, Observed(volumes=(volume(clone=ADDRESS), record(clone=ADDRESS))))


def test_a_copy_of_another_snapshot_than_the_recorded_one_is_half_made() -> None:
    """A run that replaced the data died between the two."""
    assert {"db": "a run died while it was copied"} == wanting(
        SHOP, Observed(volumes=(volume(clone="b" * 32), record(clone=ADDRESS)))
    )


@pytest.mark.parametrize(("role", "whole", "goes"), [("helper", True, 1), ("refill", True, 0), ("refill", False, 1)])
def test_what_is_still_at_work_on_data_goes(role: str, whole: bool, goes: int) -> None:
    """But for what removes what was there before a `reset`, where no data is copied anew: it ends by itself."""
    own = {**own_labels(IDENTITY), labels.ROLE: role}
    box = Container("one", "shop_main__helper-1a", own, "debian", "running")
    there = (volume(clone=ADDRESS), *([record(clone=ADDRESS)] if whole else []))
    bases = {} if whole else {"db": FOUND}
    plan = compare(SHOP, Observed(volumes=there, boxes=(box,)), PASSWORDS, lambda _: True, bases=bases)
    assert goes == [str(step) for step in plan.steps].count("remove container shop_main__helper-1a")


def test_data_that_is_no_copy_stays_as_it_is() -> None:
    """An environment from before there were snapshots goes on; asked for, its dump is loaded where it is."""
    old = Observed(volumes=(volume(), record(data="sha256:dump", database="shop", password="first")))
    assert {} == wanting(SHOP, old)
    assert {} == wanting(SHOP, old, ("db",))
    assert ["load catalogue into db  # asked for"] == planned(old, {}, ("db",))


def test_what_is_made_of_rows_comes_from_a_snapshot_always() -> None:
    """Also where a store begins empty else; asked for, what it holds gives way to a copy, which `up` does not do."""
    plain = replace(FROZEN, database=None, freezing=Freezing(check="true"))
    made = replace(plain, derived=Derived("messages", of=DB))
    assert [False, True] == [worth_it(one) for one in (plain, made)]
    assert [None, "messages", "catalogue"] == [one.data for one in (plain, made, DB)]
    assert {"messages", "catalogue"} == made.reads
    old, shop = Observed(volumes=(volume(), record())), blueprint((made,))
    assert {} == wanting(shop, old)
    assert {"db": "asked for"} == wanting(shop, old, ("db",))
    assert {} == wanting(blueprint((plain,)), old, ("db",))
    facts = cloned_facts(made, replace(FOUND, parts=()))
    assert {"data.db": f"snapshot {ADDRESS}", "clone.db": ADDRESS} == facts


def test_asked_for_anew_the_copy_gives_way_to_another() -> None:
    """What was recorded is struck before the data goes, and the volume of overlay that took what was written too."""
    there = Observed(
        volumes=(
            volume(clone=ADDRESS),
            volume("shop_main__upper-db-data", "upper"),
            record(clone=ADDRESS, data="sha256:dump", database="shop", password="first"),
        )
    )
    assert [
        "forget what was done to db  # asked for",
        f"remove volume {NAME}  # asked for",
        "remove volume shop_main__upper-db-data  # asked for",
        f"clone dump catalogue to volume {NAME}  # asked for",
        "set the password of postgres in db  # its volume may still have an older one",
    ] == planned(there, {"db": FOUND}, ("db",))


def test_who_uses_data_that_is_replaced_starts_anew() -> None:
    """Its migrations run again: the data went back to before them."""
    shop = blueprint((FROZEN, replace(API, needs=("db",))))
    from tests.planning.made_up import Daemon

    daemon = Daemon(shop)
    daemon.carry_out(daemon.plan(), shop)
    observed = daemon.observed()
    marked = tuple(
        replace(v, labels={**v.labels, labels.CLONE: ADDRESS}) if v.name == NAME else v for v in observed.volumes
    )
    kept = tuple(v for v in marked if v.labels.get(labels.ROLE) != "record")
    facts = {f"{labels.FACT}{k}": v for k, v in {**observed.record.facts, "clone.db": ADDRESS}.items()}
    whole = Volume(Record(9).name(IDENTITY), {**own_labels(IDENTITY), labels.ROLE: "record", **facts})
    plan = compare(
        shop, replace(observed, volumes=(*kept, whole)), PASSWORDS, lambda _: True, reload=("db",), bases={"db": FOUND}
    )
    reasons = {str(step): step.because for step in plan.steps}
    assert "its data is replaced: asked for" == reasons["remove container shop_main_db"]
    assert "the data of db is loaded" == reasons["remove container shop_main_api"]
    assert "start api" in reasons


@pytest.mark.parametrize("data", [None, "catalogue"])
def test_what_somebody_chose_is_not_filled_again(data: str | None) -> None:
    """Data of an environment that had none of the stack file's is what was asked for."""
    part = replace(PART, facts={"database": "shop"})
    chosen = Base("snapshot before", replace(SNAPSHOT, parts=(part,)), (part,), asked=True)
    drawn = blueprint((replace(FROZEN, database=Database("shop", "postgres", data=data)),))
    plan = compare(drawn, Observed(), PASSWORDS, lambda _: True, bases={"db": chosen})
    assert ["set the password of postgres in db"] == [str(step) for step in plan.provision]


def test_an_empty_server_holds_no_database_of_anybodys() -> None:
    """One is for all projects, so each clone gets its own database, whether the server is built by now or not."""
    drawn = blueprint((replace(FROZEN, database=Database("shop", "postgres")),))
    part = replace(PART, facts={"version": "17"})
    empty = replace(SNAPSHOT, source="empty postgres", parts=(part,))
    for base in (Base("empty postgres", empty, (part,)), Base("empty postgres")):
        plan = compare(drawn, Observed(), PASSWORDS, lambda _: True, bases={"db": base})
        assert [
            "set the password of postgres in db",
            "create the database shop in db if it is missing",
        ] == [str(step) for step in plan.provision]


def test_a_kind_whose_data_cannot_be_frozen_gets_an_empty_volume() -> None:
    """As before there were snapshots."""
    assert {} == wanting(blueprint((replace(FROZEN, freezing=None),)), Observed())


def test_what_began_as_another_environment_says_so() -> None:
    """Nothing else would tell once that snapshot is gone: what it was filled from is what its origin was."""
    forked = replace(FOUND, snapshot=replace(SNAPSHOT, source="environment shop/two"))
    assert "environment shop/two" == cloned_facts(FROZEN, forked)["from.db"]
    assert "from.db" not in cloned_facts(FROZEN, FOUND)
