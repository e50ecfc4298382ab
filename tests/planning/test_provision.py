"""What goes into the stores: from what is recorded of them to what they shall hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.plan import Load
from envctl.text import Password
from envctl.workload import Database, Topics
from tests.planning.made_up import (
    DB,
    EVENTS,
    Daemon,
    Fingerprints,
    blueprint,
    running,
    shop,
    steps,
)


@pytest.mark.parametrize("killed_after", range(5))
def test_a_new_volume_is_filled_whenever_the_run_is_killed(killed_after: int) -> None:
    """What was recorded of the old volume is never believed of the new one."""
    daemon = running()
    daemon.lose_volume("db")
    for effect in daemon.effects(daemon.plan(), daemon.drawn)[:killed_after]:
        effect()
    daemon.carry_out(daemon.plan())
    assert 2 == daemon.loads
    assert "nothing to do" == str(daemon.plan())


def test_a_new_topic_is_made_without_the_broker_being_touched() -> None:
    """The ones that are there are left as they are."""
    more = blueprint(shop(events=replace(EVENTS, topics=Topics({"orders": 3, "payments": 1}))))
    daemon = running()
    plan = daemon.plan(more)
    assert steps("create topics in events: orders (3), payments (1)  # the topics changed") == steps(str(plan))
    daemon.carry_out(plan, more)
    assert "nothing to do" == str(daemon.plan(more))


def test_the_order_of_topics_does_not_matter() -> None:
    """Moving lines about in a stack file changes nothing."""
    one = blueprint(shop(events=replace(EVENTS, topics=Topics({"a": 1, "b": 2}))))
    daemon = running(one)
    assert "nothing to do" == str(daemon.plan(blueprint(shop(events=replace(EVENTS, topics=Topics({"b": 2, "a": 1}))))))


def test_a_lost_password_is_replaced_everywhere() -> None:
    """In the store's container, in its database, and in what uses it; the data is not loaded again."""
    daemon = running()
    daemon.lose("db")
    expected = """remove container shop_main_api  # its definition changed
        start db  # it is not there
        set the password of postgres in db  # its volume may still have an older one
        start api  # its definition changed"""
    plan = daemon.plan(passwords={Password("db"): "second"})
    assert steps(expected) == steps(str(plan))
    daemon.carry_out(plan, passwords={Password("db"): "second"})
    assert "nothing to do" == str(daemon.plan(passwords={Password("db"): "second"}))


@pytest.mark.parametrize("killed_after", range(5))
def test_a_password_is_set_whenever_the_run_is_killed(killed_after: int) -> None:
    """As long as it is not recorded, the database may have another."""
    daemon = running()
    daemon.lose("db")
    new: Fingerprints = {Password("db"): "second"}
    plan = daemon.plan(passwords=new)
    for effect in daemon.effects(plan, daemon.drawn, new)[:killed_after]:
        effect()
    recorded = killed_after == 4
    again = daemon.plan(passwords=new)
    assert recorded == ("set the password of postgres in db" not in {str(step) for step in again.steps})


EMPTY = replace(DB, database=Database("shop", "postgres"))


def test_a_database_whose_first_start_was_broken_off_is_made() -> None:
    """The image makes it at the first start of a new volume alone; a run that ended well is no longer in doubt."""
    drawn = blueprint((EMPTY,))
    daemon = Daemon(drawn)
    plan = daemon.plan()
    for effect in daemon.effects(plan, drawn)[: len((*plan.prepare, *plan.stores))]:
        effect()
    expected = """set the password of postgres in db  # its volume may still have an older one
        create the database shop in db if it is missing  # nobody knows that it is there"""
    again = daemon.plan()
    assert steps(expected) == steps(str(again))
    daemon.carry_out(again)
    assert "nothing to do" == str(daemon.plan())


@pytest.mark.parametrize(
    ("database", "step"),
    [
        (Database("other", "postgres"), "create the database other in db if it is missing  # it was called shop"),
        (
            Database("other", "postgres", data="catalogue"),
            "load catalogue into db  # the database was called shop",
        ),
    ],
)
def test_a_database_under_another_name_is_made(database: Database, step: str) -> None:
    """The image would not make it in a volume that has one already."""
    before = blueprint((replace(DB, database=replace(database, name="shop")),))
    daemon = running(before)
    after = blueprint((replace(DB, database=database),))
    plan = daemon.plan(after)
    assert step in str(plan)
    daemon.carry_out(plan, after)
    assert "nothing to do" == str(daemon.plan(after))


def test_loaded_data_is_loaded_again_only_when_asked() -> None:
    """Those who use it are stopped meanwhile, and what comes before them runs again."""
    expected = """remove container shop_main_api  # the data of db is loaded
        load catalogue into db  # asked for
        start api  # the data of db is loaded"""
    daemon = running()
    plan = daemon.plan(reload=["db"])
    assert steps(expected) == steps(str(plan))
    daemon.carry_out(plan)
    assert 2 == daemon.loads


def test_other_data_in_the_stack_file_is_not_loaded_unasked() -> None:
    """It would take away what somebody works with."""
    database = DB.database
    assert database is not None
    other = blueprint(shop(db=replace(DB, database=replace(database, data="other"))))
    assert "nothing to do" == str(running().plan(other))


def test_a_database_that_gets_data_for_the_first_time_is_filled() -> None:
    """`data = …` added to a stack file later."""
    database = DB.database
    assert database is not None
    empty = replace(DB, database=replace(database, data=None, dump=None))
    expected = """remove container shop_main_api  # the data of db is loaded
        load catalogue into db  # it was not filled from data before
        start api  # the data of db is loaded"""
    plan = running(blueprint(shop(db=empty))).plan(blueprint())
    assert steps(expected) == steps(str(plan))
    assert [False] == [step.fresh for step in plan.provision if isinstance(step, Load)], "it holds what can be kept"


def test_a_password_is_in_no_part_of_a_plan() -> None:
    """Only its fingerprint is known here, and that is hashed once more."""
    plan = running().plan(passwords={Password("db"): "f1n6erpr1nt"})
    assert "f1n6erpr1nt" not in repr(plan)
