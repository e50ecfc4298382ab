"""Passwords and secrets: found again where they are in use, made anew where they are lost, and shown to nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError
from envctl.observed import Container, Observed
from envctl.secret import KEY, Secret, Secrets, Source
from envctl.secrets.gather import LONGEST, LONGEST_VARIABLE, fingerprints, gather, recall
from envctl.secrets.generated import find, is_generated
from envctl.text import Named, Password
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.secrets.made_up import PAYMENTS, SHOP, SOURCES, Daemon, container
from tests.secrets.test_files import write


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
def world(tmp_path: Path, daemon: Daemon) -> World:
    found = real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path), "STRIPE_KEY": "sk_test"})
    return replace(found, engine=cast(Engine, daemon))


@pytest.mark.parametrize("state", ["running", "exited", "created"])
def test_a_password_is_found_again_in_its_container(world: World, daemon: Daemon, state: str) -> None:
    """By any client of the daemon, whoever made it."""
    daemon.files["id-of-db", "/run/secrets/db-password"] = b"in use"
    assert {Password("db"): Secret("in use")} == recall(world, SHOP, Observed((container("db", state),)))


def test_the_container_is_believed_more_than_the_file(world: World, daemon: Daemon) -> None:
    """It is what the server was started with."""
    write(world, SHOP, frozenset({"db"}), {Password("db"): Secret("written later")})
    daemon.files["id-of-db", "/run/secrets/db-password"] = b"in use"
    assert {Password("db"): Secret("in use")} == recall(world, SHOP, Observed((container("db"),)))


@pytest.mark.parametrize("containers", [(), (container("db"),)], ids=["no container", "a container without it"])
def test_a_password_is_found_again_in_memory(world: World, containers: tuple[Container, ...]) -> None:
    """Where the container is gone, or has lost it."""
    kept: Secrets = {Password("db"): Secret("kept"), Password("cache"): Secret("too")}
    write(world, SHOP, frozenset({"db", "cache"}), kept)
    assert kept == recall(world, SHOP, Observed(containers))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"], ids=["empty", "no text"])
def test_what_is_no_password_is_none(world: World, daemon: Daemon, content: bytes) -> None:
    """As a file that a mount has replaced by something else."""
    daemon.files["id-of-db", "/run/secrets/db-password"] = content
    assert {} == recall(world, SHOP, Observed((container("db"),)))


def test_where_nothing_is_nothing_is_recalled(world: World) -> None:
    """As in a new environment, or after a reboot."""
    assert {} == recall(world, SHOP, Observed())


def test_who_has_none_gets_a_password_of_their_own(world: World) -> None:
    """Long, random, and of letters and digits alone, so that it needs quoting nowhere."""
    made = gather(world, SHOP, Observed())
    assert {Password("db"), Password("cache")} == set(made)
    assert made[Password("db")] != made[Password("cache")]
    assert made != gather(world, SHOP, Observed())
    for secret in made.values():
        assert 32 == len(secret.reveal())
        assert secret.reveal().isalnum() and secret.reveal().isascii()


def test_who_has_a_password_keeps_it(world: World, daemon: Daemon) -> None:
    """And one of a service that is no longer there is dropped."""
    daemon.files["id-of-db", "/run/secrets/db-password"] = b"kept"
    daemon.files["id-of-gone", "/run/secrets/gone-password"] = b"gone"
    kept = gather(world, SHOP, Observed((container("db"), container("gone"))))
    assert Secret("kept") == kept[Password("db")]
    assert {Password("db"), Password("cache")} == set(kept)


def test_a_generated_secret_is_one_for_the_whole_environment(world: World, daemon: Daemon) -> None:
    """Whoever has it: it is found again in any container, so that who comes later gets the same."""
    value = gather(world, PAYMENTS, Observed())[Named("SIGNING_KEY")]
    daemon.files["id-of-web", "/run/secrets/SIGNING_KEY"] = value.content()
    assert value == gather(world, PAYMENTS, Observed((container("web"),)))[Named("SIGNING_KEY")]


def test_a_value_from_elsewhere_is_not_taken_for_a_generated_one(world: World, daemon: Daemon) -> None:
    """As when a real key was provided before: it would live on under the name of a random one."""
    daemon.files["id-of-api", "/run/secrets/SIGNING_KEY"] = b"sk_live_real_key_of_32_characters"[:32]
    assert {} == recall(world, PAYMENTS, Observed((container("api"),)))


def test_a_provided_secret_is_asked_for_anew(world: World, daemon: Daemon) -> None:
    """What the container has is what it was then."""
    daemon.files["id-of-api", "/run/secrets/STRIPE_KEY"] = b"old"
    assert Secret("sk_test") == gather(world, PAYMENTS, Observed((container("api"),)))[Named("STRIPE_KEY")]


def test_only_what_is_used_is_asked_for(world: World) -> None:
    """A secret that no service uses may be missing."""
    assert {Named("STRIPE_KEY"), Named("SIGNING_KEY"), Named(KEY)} == set(gather(world, PAYMENTS, Observed()))


def with_source(source: Source) -> Blueprint:
    return replace(PAYMENTS, secrets={**SOURCES, "STRIPE_KEY": source})


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "STRIPE_KEY: the variable STRIPE_KEY is not set here"),
        ({"STRIPE_KEY": ""}, "STRIPE_KEY: it is empty"),
        ({"STRIPE_KEY": "x" * (LONGEST + 1)}, "STRIPE_KEY: it is longer than 500000 bytes"),
        ({"STRIPE_KEY": "e" + "\0"}, "STRIPE_KEY: it holds a NUL character, which no program can be given"),
        (
            {"STRIPE_KEY": "x" * (LONGEST_VARIABLE - len("STRIPE=key ") + 1)},
            "STRIPE_KEY: too long for the variable STRIPE of api, which holds at most 131065 bytes: "
            "have the program read the file",
        ),
    ],
    ids=["missing", "empty", "long", "NUL", "long for a variable"],
)
def test_a_secret_that_cannot_be_had_is_named(world: World, environ: dict[str, str], said: str) -> None:
    """With status 5, with why, and without anything of its value."""
    with pytest.raises(EnvctlError) as caught:
        gather(replace(world, environ=environ), PAYMENTS, Observed())
    assert (5, (said,)) == (caught.value.code, caught.value.details)
    assert "a secret cannot be had" == caught.value.message


def test_a_variable_may_be_as_long_as_linux_lets_it_be(world: World) -> None:
    """Not a byte shorter."""
    environ = {"STRIPE_KEY": "x" * (LONGEST_VARIABLE - len("STRIPE=key "))}
    assert gather(replace(world, environ=environ), PAYMENTS, Observed())


def test_fingerprints_tell_secrets_apart_and_cannot_be_guessed(world: World) -> None:
    """The same value has another one in another environment: its key is random."""
    one, other = (fingerprints(gather(world, PAYMENTS, Observed())) for _ in range(2))
    assert one[Named("STRIPE_KEY")] != other[Named("STRIPE_KEY")]
    same: Secrets = {Named(KEY): Secret("key"), Named("STRIPE_KEY"): Secret("a")}
    assert fingerprints(same) == fingerprints(dict(same))
    changed: Secrets = {**same, Named("STRIPE_KEY"): Secret("b")}
    assert fingerprints(same)[Named("STRIPE_KEY")] != fingerprints(changed)[Named("STRIPE_KEY")]


@pytest.mark.parametrize("length", [16, 32, 1000])
def test_a_generated_value_is_known_again(length: int) -> None:
    """In the length that is wanted, and in no other; not when a character is another one."""
    source = Source("generated", length=length)
    value = find(source, {})
    assert (length, True) == (len(value), value.isalnum())
    assert is_generated(source, value)
    assert not is_generated(Source("generated", length=length + 1), value)
    assert not is_generated(source, ("b" if value[0] == "a" else "a") + value[1:])
