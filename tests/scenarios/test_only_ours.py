"""What others have on the same daemon is never used, changed or removed, whatever it is called or says it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from envctl import labels
from envctl.observed import COMPOSE_PROJECT
from tests.scenarios.others import SLEEP, Others, as_one, beside, compose, own
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = f"""
[services.one]
image = "python:3.13-slim"
volumes.kept = "/kept"
{IDLE}
"""
PARTLY_DONE, NOT_OURS = 10, 11


@pytest.fixture
def others(stage: Stage) -> Iterator[Others]:
    """Somebody else on the same daemon."""
    stage.write(STACK)
    with beside(stage) as made:
        yield made


Plant = Callable[[Stage, Others], str]  # what is in the way


def a_container(stage: Stage, others: Others) -> str:
    others.container(f"{stage.full()}_one")
    return f"container {stage.full()}_one"


def a_container_with_labels(stage: Stage, others: Others) -> str:
    others.container(f"{stage.full()}_one", own=own(stage))
    return f"container {stage.full()}_one"


def a_container_of_another_service(stage: Stage, others: Others) -> str:
    others.container(f"{stage.full()}_one", own=as_one(stage) | {labels.SERVICE: "two"})
    return f"container {stage.full()}_one"


def a_container_whose_image_pretends(stage: Stage, others: Others) -> str:
    others.container(f"{stage.full()}_one", others.image(as_one(stage)))
    return f"container {stage.full()}_one"


def a_container_whose_image_pretends_to_be_composed(stage: Stage, others: Others) -> str:
    composed = {
        COMPOSE_PROJECT: stage.full(),
        "com.docker.compose.service": "one",
        "com.docker.compose.oneoff": "False",
    }
    made = others.container(image=others.image(composed))
    return f"container {made.name}"


def a_volume(stage: Stage, others: Others) -> str:
    others.volume(f"{stage.full()}_kept")
    return f"volume {stage.full()}_kept"


def a_volume_with_labels(stage: Stage, others: Others) -> str:
    others.volume(f"{stage.full()}_kept", own(stage))
    return f"volume {stage.full()}_kept"


def a_network(stage: Stage, others: Others) -> str:
    others.network(stage.full())
    return f"network {stage.full()}"


def a_network_with_labels(stage: Stage, others: Others) -> str:
    others.network(stage.full(), own(stage))
    return f"network {stage.full()}"


IN_THE_WAY: tuple[Plant, ...] = (
    a_container,
    a_container_with_labels,
    a_container_of_another_service,
    a_container_whose_image_pretends,
    a_container_whose_image_pretends_to_be_composed,
    a_volume,
    a_volume_with_labels,
    a_network,
    a_network_with_labels,
)


@pytest.mark.parametrize("plant", IN_THE_WAY, ids=lambda plant: plant.__name__)
def test_what_is_in_the_way_must_be_refused_and_left_as_it_is(stage: Stage, others: Others, plant: Plant) -> None:
    """`up` names it and makes nothing; `down` leaves it and says so."""
    thing = plant(stage, others)
    before, there = others.seen(), stage.objects()

    refusal = stage.refused(NOT_OURS, "up")["error"]
    what, _, name = thing.partition(" ")
    assert f"the {thing} is in the way" in refusal["message"]
    assert f"docker {what} inspect {name}" in refusal["hint"]
    down = stage.did("down")
    assert "is not there: nothing to remove" in down.stdout
    assert f"left alone: {thing}: " in down.stderr

    assert before == others.seen()
    assert there == stage.objects()


def test_a_dry_run_must_refuse_too_and_nobody_shows_it_as_ours(stage: Stage, others: Others) -> None:
    """All that is in the way is named at once."""
    things = [plant(stage, others) for plant in (a_container_whose_image_pretends, a_volume_with_labels, a_network)]
    message = stage.refused(NOT_OURS, "up", "--dry-run")["error"]["message"]
    assert [thing for thing in things if thing in message] == things
    assert stage.project not in json.dumps(stage.data("ls"))
    assert "absent" == stage.data("status")["state"]


def test_down_must_remove_all_of_ours_and_nothing_else(stage: Stage, others: Others) -> None:
    """What came beside a running environment stops the next `up` and survives `down`, which is done all the same."""
    stage.up()
    ours = stage.objects()
    others.container(own=as_one(stage))  # claims by its labels alone
    others.container(f"{stage.full()}_two")  # a name that a service of ours might have
    others.volume(f"{stage.full()}_more")
    thing = a_container_whose_image_pretends_to_be_composed(stage, others)
    before = others.seen()

    stage.refused(NOT_OURS, "up")
    assert ours <= stage.objects()
    promised = stage.data("down", "--dry-run")
    assert ours <= stage.objects()
    did = stage.data("down")
    kept = {key: did[key] for key in ("bundle", "until")}
    assert {**promised, **kept, "dry_run": False} == did
    assert ours == set(did["removed"])
    assert 4 == len(did["left"])
    assert thing in {f"{left['what']} {left['name']}" for left in did["left"]}
    assert before == others.seen()


def test_what_others_use_of_ours_must_be_left_to_them_and_said(stage: Stage, others: Others) -> None:
    """A container on our network with our volume: the rest goes, status 10; once it is gone, so does what it held."""
    stage.up()
    full = stage.full()
    others.container(network=full, volumes=[f"{full}_kept:/theirs"])
    before = others.seen()
    envelope = stage.refused(PARTLY_DONE, "down")
    lease = next(thing for thing in stage.objects() if "__lease-" in thing)  # the next run goes by it
    assert {f"network {full}", f"volume {full}_kept", lease} == stage.objects()
    assert f"the volume {full}_kept, the network {full} could not go" in envelope["error"]["message"]
    assert [f"container {full}_one", f"volume {full}__project-1"] == envelope["data"]["removed"]
    assert before == others.seen()
    others.go()
    assert {f"network {full}", f"volume {full}_kept", lease} == set(stage.data("down")["removed"])


def test_what_is_beside_must_not_stop_us(stage: Stage, others: Others) -> None:
    """Copied labels under other names, names that only begin like ours, images that say they are another project's."""
    others.container(own=as_one(stage))
    others.container(f"{stage.full()}_two")
    others.container(f"{stage.full()}2_one")
    others.volume(f"{stage.full()}_more", own(stage))
    elsewhere = {COMPOSE_PROJECT: f"{stage.project}-else", labels.PROJECT: "else", labels.ENVIRONMENT: "main"}
    image = others.image(elsewhere)
    others.container(image=image)
    stage.write(STACK.replace("python:3.13-slim", image))
    before = others.seen()

    assert "running" == stage.up()["state"]
    assert [] == stage.up()["steps"]
    # Nobody's `down` of the project that the image names takes our container for its own.
    compose(stage.folder, f"{stage.project}-else", "stop", files=False)
    assert "running" == stage.container("one").status
    assert 5 == len(stage.data("down")["removed"])  # container, network, volume; lease and project
    assert before == others.seen()


def test_a_container_of_a_committed_image_must_not_be_ours(stage: Stage, others: Others) -> None:
    """`docker commit` copies our labels into the image; our own service cannot run from it either."""
    stage.up()
    committed = stage.container("one").commit()
    others.images.append(str(committed.id))
    stage.did("down")
    others.container(f"{stage.full()}_one", str(committed.id))
    before = others.seen()
    assert "is in the way" in stage.refused(NOT_OURS, "up")["error"]["message"]
    assert [] == stage.data("down")["removed"]
    assert before == others.seen()

    stage.name = "two"
    stage.write(STACK.replace("python:3.13-slim", str(committed.id)))
    stage.up()  # there its labels are another environment's
    stage.did("down")
    others.go()
    stage.name = "one"
    for words in (("up", "--dry-run"), ("up",)):
        assert "carries the labels of the environment one" in stage.refused(NOT_OURS, *words)["error"]["message"]
    assert set() == stage.objects()


def test_a_compose_project_of_our_name_must_stay(stage: Stage, others: Others) -> None:
    """Made with plain `docker compose`: its containers, network and volume survive whatever we do."""
    file = {
        "services": {"one": {"image": others.base, "command": SLEEP, "init": True, "volumes": ["data:/data"]}},
        "volumes": {"data": {}},
    }
    (stage.folder / "compose.yaml").write_text(json.dumps(file))
    compose(stage.folder, stage.full(), "up", "--detach")
    try:
        before = composed(stage)
        message = stage.refused(NOT_OURS, "up")["error"]["message"]
        for thing in (
            f"container {stage.full()}-one-1",
            f"network {stage.full()}_default",
            f"volume {stage.full()}_data",
        ):
            assert thing in message
        left = stage.data("down")["left"]
        assert {"container", "network", "volume"} == {thing["what"] for thing in left}
        assert before == composed(stage)
    finally:
        compose(stage.folder, stage.full(), "down", "--volumes", "--timeout", "1")


def composed(stage: Stage) -> list[Any]:
    """What plain Compose made, as `inspect` shows it."""
    docker, name = stage.docker, stage.full()
    made = docker.containers.get(f"{name}-one-1"), docker.networks.get(f"{name}_default")
    return [*(one.attrs for one in made), docker.volumes.get(f"{name}_data").attrs]
