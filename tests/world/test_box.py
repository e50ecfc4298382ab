"""Files go into volumes and come out again, and nothing is started for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from envctl import labels
from envctl.errors import EnvctlError
from envctl.identity import Identity
from envctl.observed import Container
from envctl.planning.ownership import is_ours, own_labels
from envctl.world.box import IMAGE, box, box_name, empty_image, get, place, put
from envctl.world.engine import Engine

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

CONTENT = bytes(range(256)) * 5_000


@pytest.fixture
def identity(docker: DockerClient) -> Iterator[Identity]:
    """An environment of nothing but a volume, `FULL__bundle-1`."""
    made = Identity(f"t{token_hex(4)}", "one")
    own = own_labels(made)
    docker.volumes.create(f"{made.full}__bundle-1", labels=own)
    yield made
    for container in docker.containers.list(all=True, filters=wanted(made)):
        container.remove(force=True)
    for volume in docker.volumes.list(filters=wanted(made)):
        volume.remove()


def stored(engine: Engine, identity: Identity, content: bytes) -> None:
    """Put a file into the volume."""
    with box(engine, identity, own_labels(identity), {"it": f"{identity.full}__bundle-1"}) as container:
        put(engine, container, "it", "file", len(content), iter([content[:7], content[7:]]), 1.0)


def left(docker: DockerClient, identity: Identity) -> list[str]:
    """The containers of the environment."""
    return [str(c.name) for c in docker.containers.list(all=True, filters=wanted(identity))]


def wanted(identity: Identity) -> dict[str, str | list[str] | bool]:
    """By which its objects are found."""
    return {"label": f"{labels.PROJECT}={identity.project}"}


def test_what_goes_in_comes_out(docker: DockerClient, identity: Identity) -> None:
    """Byte for byte, many readers at the same time; no container stays."""
    engine = Engine(os.environ)
    stored(engine, identity, CONTENT)
    name = f"{identity.full}__bundle-1"

    def read(_: int) -> bytes | None:
        return get(engine, identity, own_labels(identity), name, "file")

    with ThreadPoolExecutor(4) as pool:
        assert {CONTENT} == set(pool.map(read, range(8)))
    assert get(engine, identity, own_labels(identity), name, "other") is None
    assert [] == left(docker, identity)


def test_a_box_never_runs_and_is_known_to_be_ours(docker: DockerClient, identity: Identity) -> None:
    """Also when the image has gone meanwhile: a killed run's is removed by the next."""
    engine = Engine(os.environ)
    with box(engine, identity, own_labels(identity), {"it": f"{identity.full}__bundle-1"}):
        (seen,) = docker.containers.list(all=True, filters={"name": box_name(identity)})
        assert ("created", "none") == (seen.status, seen.attrs["HostConfig"]["NetworkMode"])
        found = engine.inspect(box_name(identity))
        assert isinstance(found, Container)
        assert is_ours(found, engine.image_labels(found.image_id))
        assert is_ours(found, None)
    assert [] == left(docker, identity)


def test_a_box_goes_also_when_something_fails(docker: DockerClient, identity: Identity) -> None:
    """Whatever it was."""
    engine = Engine(os.environ)
    with (
        pytest.raises(EnvctlError),
        box(engine, identity, own_labels(identity), {"it": f"{identity.full}__bundle-1"}) as it,
    ):
        engine.put_archive(it, place("nowhere"), [b"no archive"])
    assert [] == left(docker, identity)


def test_the_image_is_the_same_whoever_makes_it(docker: DockerClient) -> None:
    """So two at once leave no nameless one behind; it holds nothing, and no label of anybody."""
    engine = Engine(os.environ)
    engine.load_image(empty_image())
    first = engine.image(IMAGE)
    engine.load_image(empty_image())
    assert first == engine.image(IMAGE)
    assert {} == engine.image_labels(IMAGE)
    assert 0 == docker.images.get(IMAGE).attrs["Size"]
