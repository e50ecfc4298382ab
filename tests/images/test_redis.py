"""The contract of `redis:8`, kept by the official image and by its stand-in."""

from __future__ import annotations

import pytest

from tests.images.boxes import Box, Boxes, docker

pytestmark = pytest.mark.docker

IMAGE = "redis:8"


def ready(box: Box) -> Box:
    box.wait("sh", "-c", "redis-cli ping | grep -qE 'PONG|NOAUTH'")
    return box


def test_a_container_without_a_password_lets_others_in(boxes: Boxes) -> None:
    """As in the official build, protected mode is off: another container may connect."""
    network = boxes.network()
    server = ready(boxes.start(IMAGE, options=("--network", network)))
    guest = boxes.start(IMAGE, "tail", "-f", "/dev/null", options=("--network", network))
    assert guest.out("redis-cli", "-h", server.name, "set", "k", "v") == "OK"


def test_protected_mode_stays_where_the_file_asks_for_it(boxes: Boxes) -> None:
    """What a configuration file says about protected mode holds."""
    box = boxes.create(IMAGE, "redis-server", "/etc/my.conf")
    boxes.put(box, "/etc/my.conf", "protected-mode yes\n")
    docker("start", box.name)
    assert ready(box).out("redis-cli", "config", "get", "protected-mode") == "protected-mode\nyes"


def test_a_configuration_file_with_a_password_is_kept(boxes: Boxes) -> None:
    """`redis-server /path/conf` asks for the file's password, and for no other."""
    box = boxes.create(IMAGE, "redis-server", "/etc/my.conf")
    boxes.put(box, "/etc/my.conf", "appendonly yes\ndir /data\nrequirepass geheim\n")
    docker("start", box.name)
    assert "NOAUTH" in ready(box).out("redis-cli", "get", "k")
    assert box.out("env", "REDISCLI_AUTH=geheim", "redis-cli", "set", "k", "v") == "OK"
    assert box.out("sh", "-c", "stat -c %U /data /data/appendonlydir") == "redis\nredis"


def test_data_survives_a_new_container(boxes: Boxes) -> None:
    """A stop is clean, and another container on the same volume has the keys."""
    mount = ("--volume", f"{boxes.volume()}:/data")
    first = ready(boxes.start(IMAGE, "--appendonly", "yes", options=mount))
    first.out("redis-cli", "set", "k", "v")
    assert first.stop() == 0
    second = ready(boxes.start(IMAGE, "--appendonly", "yes", options=mount))
    assert second.out("redis-cli", "get", "k") == "v"


def test_the_server_is_no_root(boxes: Boxes) -> None:
    """The server runs as redis, 999."""
    box = ready(boxes.start(IMAGE))
    assert box.out("sh", "-c", "stat -c %u /proc/1") == "999"
    assert box.out("redis-server", "--version").startswith("Redis server v=8.")
