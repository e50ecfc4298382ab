"""Where images are taken from: the user's configuration < the stack file < ENVCTL_REGISTRY."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.stack import load
from envctl.stack.registry import Registry, choose, user_file
from tests.stack.conftest import Write

STACK = '[project]\nname = "shop"\n{}\n[services.a]\nimage = "a"\n'
SAID = 'registry = "stack.example"'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration home with a registry in it."""
    folder = tmp_path / "config/envctl"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('registry = "user.example:5000/hub"\nother = 1\n')
    return tmp_path / "config"


def test_the_later_wins(write: Write, home: Path) -> None:
    """The variable beats the stack, the stack beats the user's configuration; each is named as the origin."""
    environ = {"XDG_CONFIG_HOME": str(home)}
    assert Registry("user.example:5000/hub", f"user configuration ({home}/envctl/config.toml)") == (
        load(write(STACK.format("")), environ=environ).chosen
    )
    assert Registry("stack.example", "envctl.toml:3") == load(write(STACK.format(SAID)), environ=environ).chosen
    environ["ENVCTL_REGISTRY"] = "localhost:5000"
    assert Registry("localhost:5000", "ENVCTL_REGISTRY") == load(write(STACK.format(SAID)), environ=environ).chosen


def test_an_empty_variable_says_nothing(home: Path) -> None:
    """A variable that is set to nothing is not set."""
    environ = {"XDG_CONFIG_HOME": str(home), "ENVCTL_REGISTRY": ""}
    assert "user.example:5000/hub" == choose(environ).prefix


def test_without_any_of_the_three_there_is_none(tmp_path: Path) -> None:
    """No file, no variable, no home: images keep their own names."""
    assert (None, None) == (choose({}).prefix, choose({"HOME": str(tmp_path)}).prefix)


def test_where_the_users_configuration_is(tmp_path: Path) -> None:
    """XDG_CONFIG_HOME when it is absolute, else ~/.config."""
    home = {"HOME": "/home/ann"}
    assert Path("/etc/ann/envctl/config.toml") == user_file({**home, "XDG_CONFIG_HOME": "/etc/ann"})
    assert Path("/home/ann/.config/envctl/config.toml") == user_file({**home, "XDG_CONFIG_HOME": "relative"})
    assert Path("/home/ann/.config/envctl/config.toml") == user_file(home)
    assert user_file({}) is None


@pytest.mark.parametrize("prefix", ["envctl.invalid", "localhost:5000", "127.0.0.1:5000/a/b", "mirror.example.com/hub"])
def test_registries_that_are_named_right(prefix: str) -> None:
    """A host, perhaps a port, perhaps a path."""
    assert Registry(prefix, "ENVCTL_REGISTRY") == choose({"ENVCTL_REGISTRY": prefix})


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("https://hub.example", "a registry is named without https://"),
        ("hub.example/", "a registry is named without a slash at its end"),
        ("hub example", "is not the name of a registry"),
        ("hub.example/Path", "is not the name of a registry"),
        ("hub.example:port", "is not the name of a registry"),
    ],
)
def test_a_variable_that_names_none(prefix: str, said: str) -> None:
    """A wrong variable is a wrong use of the command, and the error names it."""
    with pytest.raises(EnvctlError) as raised:
        choose({"ENVCTL_REGISTRY": prefix})
    assert (Exit.USAGE, f"ENVCTL_REGISTRY={prefix}: {said}") == (raised.value.code, raised.value.message)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("registry = 3", "{}: registry: must be text"),
        ('registry = "http://x"', "{}: registry: a registry is named without https://"),
        ("registry = x", "{}:1: not valid TOML: invalid value"),
    ],
)
def test_a_broken_user_configuration_is_named(home: Path, text: str, said: str) -> None:
    """The error is about that file, not about the stack file."""
    path = home / "envctl/config.toml"
    path.write_text(text)
    with pytest.raises(EnvctlError) as raised:
        choose({"XDG_CONFIG_HOME": str(home)})
    assert said.format(path) == raised.value.message
