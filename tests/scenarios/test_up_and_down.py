"""A stack comes up whole, stays as it is when asked again, and goes without a trace."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from docker import DockerClient

from tests.scenarios.stacks import FULL, IDLE, SITE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker


def test_every_service_must_be_healthy(shop: Stage) -> None:
    """After `up` the daemon shows each container running and healthy."""
    states = {service: shop.container(service).attrs["State"] for service in ("web", "db", "events", "cache")}
    assert {("running", "healthy")} == {(s["Status"], s["Health"]["Status"]) for s in states.values()}


def test_the_page_must_answer_at_its_url(shop: Stage) -> None:
    """What `urls` prints is where the image that was built serves its page."""
    (url,) = shop.data("urls")
    assert "web" == url["service"]
    with urlopen(f"{url['url']}/hello.txt") as answer:
        assert b"hello" == answer.read()


def test_up_again_must_change_nothing(shop: Stage) -> None:
    """`up` twice is `up` once: no step, and the very same objects."""
    before = shop.ids(), shop.lasting()
    assert [] == shop.up()["steps"]
    assert before == (shop.ids(), shop.lasting())


def test_a_dry_run_must_change_nothing(stage: Stage) -> None:
    """`up --dry-run` and `plan` print the same steps, and the daemon holds as much as before."""
    stage.write(FULL, **SITE)
    planned = stage.data("plan")
    assert planned == stage.data("up", "--dry-run")
    assert "start web" in [step["step"] for step in planned["steps"]]
    assert set() == stage.objects()


@pytest.mark.parametrize("how", ["restart", "stop", "kill"])
def test_ports_must_outlive_a_stop(shop: Stage, how: str) -> None:
    """A container that was restarted, stopped or killed has the same port again."""
    before = shop.data("env")
    getattr(shop.container("cache"), how)()
    shop.up()
    assert before == shop.data("env")
    assert "running" == shop.data("status")["state"]


def test_down_must_remove_only_its_own(stage: Stage, docker: DockerClient) -> None:
    """Another environment of the project, and what merely has a name like ours, are untouched by `down`."""
    stage.write(f'[services.app]\nimage = "python:3.13-slim"\nvolumes = {{ files = "/files" }}\n{IDLE}')
    stage.name = "other"
    stage.up()
    others = stage.ids(), stage.lasting()
    stage.name = "one"
    stage.up()
    foreign = docker.volumes.create(f"{stage.full()}_foreign")
    try:
        assert others[1] < stage.lasting()
        stage.did("down")
        assert foreign.name in [volume.name for volume in docker.volumes.list()]
    finally:
        foreign.remove()
    stage.name = "other"
    assert others == (stage.ids(), stage.lasting())
    assert [] == list((stage.runtime / "envctl/environments").glob(f"{stage.full('one')}*"))


def test_down_of_nothing_must_succeed(stage: Stage) -> None:
    """`down` of an environment that is not there says so, and that is fine."""
    stage.write(f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}')
    gone = stage.data("down")
    assert (False, []) == (gone["existed"], gone["removed"])
