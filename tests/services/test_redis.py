"""redis: what its container is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from envctl.services.redis import Redis
from envctl.text import Password, Text, text
from envctl.workload import Address, Workload
from tests.services.test_kinds import told


def make(**fields: Any) -> Redis:
    """A Redis with these fields."""
    return Redis.model_validate({"kind": "redis", **fields})


def work(**fields: Any) -> Workload:
    """Its workload as `cache`."""
    return make(**fields).workload("cache", "shop", Path("/made-up"), told)


def conf(**config: Any) -> str:
    """The file it is started with."""
    return work(config=config).files["/run/secrets/cache.conf"].fill(lambda _: "PW")


def test_the_password_is_in_files_only() -> None:
    """One that the server reads, one that the probe reads."""
    assert {"/run/secrets/cache.conf", "/run/secrets/cache-password"} == set(work().files)
    assert Text((Password("cache"),)) == work().files["/run/secrets/cache-password"]
    assert ("redis-server", "/run/secrets/cache.conf") == work().command


def test_the_configuration() -> None:
    """Data is kept over a restart, and the password stands last."""
    assert "appendonly yes\ndir /data\nport 6379\nrequirepass PW\n" == conf()


def test_settings_of_the_stack_file() -> None:
    """Booleans are yes and no, an empty value is an empty word, and they win over the defaults."""
    assert (
        'appendonly no\nmaxmemory 256mb\nsave ""\nhz 20\nlazyfree-lazy-expire yes\n'
        "dir /data\nport 6379\nrequirepass PW\n"
    ) == conf(appendonly=False, maxmemory="256mb", save="", hz=20, **{"lazyfree-lazy-expire": True})


@pytest.mark.parametrize("value", ["1\nrequirepass x", "1\r", "\0", ["a"]])
def test_a_value_cannot_bring_a_line_of_its_own(value: object) -> None:
    """The password could be turned off otherwise."""
    with pytest.raises(ValidationError):
        make(config={"maxmemory": value})


@pytest.mark.parametrize("key", ["requirepass", "user", "port", "include", "RequirePass"])
def test_what_envctl_decides(key: str) -> None:
    """Password, address and further files."""
    assert [("config", key)] == [complaint.at for complaint in make(config={key: "x"}).complaints("cache", "shop")]


def test_its_url() -> None:
    """Without a user, with the password, database 0."""
    settings = make().settings("cache", "shop", Address("cache", text("6379")))
    assert text("redis://default:", Password("cache"), "@cache:6379/0") == settings["url"]


def test_what_it_is_filled_from() -> None:
    """By name, through a program that is not told the password, only where it lies."""
    derived = work(data="carts").derived
    assert derived is not None
    assert (None, "carts") == (work().data, derived.data)
    assert ("feed", "/run/secrets/cache-password", "6379") == derived.feed[3:]
