"""No server is started on data that is not its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Volume
from envctl.planning.data import data_labels, refuse_other_data, unrecorded
from envctl.planning.provision import fact
from envctl.workload import Database, Format, Mount, Workload
from tests.planning.made_up import DB, EVENTS, SHOP, Daemon, blueprint, running

PG = replace(DB, format=Format((17,)))
KAFKA = replace(EVENTS, format=Format((4, 1), reads_older=True))
MADE_OF = (PG, KAFKA, *SHOP[2:])


def made() -> Daemon:
    """The shop, whose volumes say what they hold."""
    return running(blueprint(MADE_OF))


def with_(**changed: Workload) -> tuple[Workload, ...]:
    """The shop with some of its services changed."""
    return tuple(changed.get(w.service, w) for w in MADE_OF)


def test_a_volume_says_what_its_data_is() -> None:
    """Kind, version and owner, as far as there are any."""
    drawn = blueprint(MADE_OF)
    assert {labels.KIND: "postgres", labels.VERSION: "17", labels.USER: "postgres"} == data_labels(
        drawn, "shop_main_db-data"
    )
    assert {labels.KIND: "kafka", labels.VERSION: "4.1"} == data_labels(drawn, "shop_main_events-data")


def test_what_is_as_it_was_goes_on() -> None:
    """Nothing to refuse, nothing to do."""
    assert "nothing to do" == str(made().plan())


REFUSED = {
    "another kind": (replace(PG, kind="redis", database=None), "db is redis in the stack file"),
    "an app": (Workload("db", "app", image="a:1", port=80, mounts=PG.mounts), "db is app in the stack file"),
    "a later major version": (replace(PG, format=Format((18,))), "db is postgres 18 in the stack file"),
    "an earlier major version": (replace(PG, format=Format((16,))), "is of postgres 17"),
    "another owner": (replace(PG, database=Database("shop", "boss")), "was made for postgres"),
}


@pytest.mark.parametrize("change", REFUSED)
def test_other_data_is_refused(change: str) -> None:
    """With what is there, what is asked, and both ways on."""
    db, message = REFUSED[change]
    with pytest.raises(EnvctlError, match=message) as caught:
        made().plan(blueprint(with_(db=db)))
    assert Exit.DATA_REFUSED == caught.value.code
    assert "shop_main_db-data" in caught.value.message
    assert "Nothing was changed" in caught.value.unchanged
    assert "envctl down" in caught.value.hint


def broker(*version: int) -> tuple[Workload, ...]:
    """The shop with another version of Kafka."""
    return with_(events=replace(KAFKA, format=Format(version, reads_older=True)))


@pytest.mark.parametrize("version", [(4, 1), (4, 2), (5, 0), (5,), (4,), ()])
def test_a_server_that_reads_older_data_goes_on_with_it(version: tuple[int, ...]) -> None:
    """And so does one whose version nobody can tell."""
    made().plan(blueprint(broker(*version)))


@pytest.mark.parametrize("version", [(4, 0), (3, 9), (3,)])
def test_a_server_that_is_older_than_its_data_is_refused(version: tuple[int, ...]) -> None:
    """It could not read it."""
    with pytest.raises(EnvctlError, match=r"is of kafka 4\.1"):
        made().plan(blueprint(broker(*version)))


def test_data_that_went_on_in_a_later_version_does_not_come_back() -> None:
    """The record knows the version that wrote it last; a volume's labels cannot change."""
    daemon = made()
    daemon.plan(blueprint(broker(4, 1)))
    daemon._record({**daemon.observed().record.facts, fact("version", "events"): "4.2"})
    daemon.plan(blueprint(broker(4, 2)))
    with pytest.raises(EnvctlError, match=r"is of kafka 4\.2"):
        daemon.plan(blueprint(broker(4, 1)))


def test_what_a_volume_does_not_say_is_taken_to_fit() -> None:
    """One made before volumes said it."""
    daemon = made()
    for name, volume in daemon.volumes.items():
        silent = {k: v for k, v in volume.labels.items() if k not in {labels.KIND, labels.VERSION, labels.USER}}
        daemon.volumes[name] = Volume(name, silent)
    refuse_other_data(blueprint(with_(db=REFUSED["another kind"][0])), daemon.observed())


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    """So that nobody has to try again for each."""
    with pytest.raises(EnvctlError, match=r"db is postgres 16.*; events is kafka 3"):
        made().plan(blueprint(with_(db=REFUSED["an earlier major version"][0], events=broker(3)[1])))


def test_a_kind_without_the_volume_has_nothing_to_fit() -> None:
    """The data stays for whoever has it in the stack file again."""
    app = Workload("db", "app", image="a:1", port=80, mounts=(Mount("other", "/d"),))
    made().plan(blueprint(with_(db=app)))


def test_a_version_is_recorded_also_where_nothing_is_to_be_started() -> None:
    """A run that was killed after the start left it out; the next one makes up for it, and then there is no more to."""
    drawn = blueprint(MADE_OF)
    there = running(drawn).observed()
    said = {k: v for k, v in there.record.facts.items() if not k.startswith("version.")}
    bare = tuple(v for v in there.volumes if v.labels.get(labels.ROLE) != "record")
    own = {labels.FACT + key: value for key, value in said.items()}
    killed = replace(there, volumes=(*bare, Volume("shop_main__record-1", {**own, labels.ROLE: "record"})))
    missing = unrecorded(drawn, killed)
    assert "version.db" in missing
    own |= {labels.FACT + key: value for key, value in missing.items()}
    whole = replace(there, volumes=(*bare, Volume("shop_main__record-2", {**own, labels.ROLE: "record"})))
    assert {} == unrecorded(drawn, whole)
