"""Help, guesses and examples, for every command there is."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import pytest

from envctl.cli import HELP
from envctl.cli.app import COMMANDS, GROUPS, first_words
from envctl.cli.options import EVERY as COMMON
from envctl.cli.reference import group_help
from tests.cli.made_up import WORDS, Envctl, Ops


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(envctl: Envctl, command: str, flag: str) -> None:
    """Every command explains itself on stdout, with an example of its own."""
    ran = envctl(*command.split(), flag)
    assert (0, "") == (ran.status, ran.err)
    usage, examples = ran.out.split("Examples:")
    assert f"Usage: envctl {command}" in usage
    assert f"envctl {command}" in examples


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_work(envctl: Envctl, ops: Ops, command: str) -> None:
    """Every example is a command line that envctl accepts."""
    for example, _ in COMMANDS[command].examples:
        called = re.fullmatch(r'(?:eval "\$\()?envctl (.*?)(?:\)")?(?: > \S+)?', example)
        assert called is not None, example
        assert 0 == envctl(*shlex.split(called[1])).status, example


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command: str) -> None:
    """No option or argument without a word about it, and every command takes --json and --quiet."""
    own = inspect.signature(COMMANDS[command].entry(), eval_str=True).parameters.values()
    assert all(parameter.annotation.__metadata__[0].help for parameter in own)
    assert {"json", "quiet"} <= {parameter.name for parameter in own}


def test_common_options_are_spelled_the_same_everywhere() -> None:
    """`--env`, `--file`, `--json`, `--no-wait` and `--quiet` mean the same wherever they are."""
    names = {option.name for option in COMMON}
    for command in COMMANDS.values():
        assert {option.name for option in command.options} <= names
        assert {f"--{option.name.replace('_', '-')}" for option in command.options} <= {
            flag for option in command.options for flag in option.flags
        }


@pytest.mark.parametrize(
    ("words", "guess"),
    [(["stauts"], "'status'"), (["dwon"], "'down'"), (["up", "--dryrun"], "--dry-run"), (["ls", "--jsno"], "--json")],
)
def test_a_slip_gets_a_guess(envctl: Envctl, words: list[str], guess: str) -> None:
    """A word that is nearly right is answered with the right one."""
    ran = envctl(*words)
    assert (2, "") == (ran.status, ran.out)
    assert guess in ran.err


def test_an_option_before_the_command_is_sent_behind_it(envctl: Envctl) -> None:
    """`envctl --env x up` says where the option belongs."""
    ran = envctl("--env", "x", "up")
    assert 2 == ran.status
    assert "envctl COMMAND --env" in ran.err


@pytest.mark.parametrize("command", WORDS)
def test_a_missing_argument_gets_an_example(envctl: Envctl, command: str) -> None:
    """A command without what it needs shows how it is called."""
    ran = envctl(*command.split())
    assert 2 == ran.status
    assert COMMANDS[command].examples[0][0] in ran.err


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_shows_its_commands(envctl: Envctl, group: str) -> None:
    """The first word of a command of two shows which there are, guesses at a slip, and has no options of its own."""
    ran = envctl(group)
    assert (0, "", ran.out) == (ran.status, ran.err, envctl(group, "--help").out)
    (own,) = [[name.split()[1] for name in COMMANDS if name.split()[0] == group]]
    listed = re.findall(r"^  ([a-z-]+)  ", ran.out.partition("Commands:")[2], re.MULTILINE)
    assert own == listed
    slip = envctl(group, f"{own[0]}x")
    assert (2, "") == (slip.status, slip.out)
    assert f"'{own[0]}'" in slip.err
    assert f"envctl {group} --help lists the commands." in slip.err
    document = envctl(group, "--json").envelope
    assert (group, "usage") == (document["command"], document["error"]["code"])


def test_the_help_lists_groups_in_their_place() -> None:
    """As commands come in the list, and each first word once."""
    listed = re.findall(r"^  ([a-z-]+)  ", group_help().partition("Commands:")[2], re.MULTILINE)
    assert first_words() == listed


def test_nothing_said_is_help(envctl: Envctl) -> None:
    """`envctl` alone shows the help, and `--version` the version."""
    assert (0, Path(HELP).read_text()) == (envctl().status, group_help())
    assert re.fullmatch(r"envctl \d+\.\d+\.\d+\n", envctl("--version").out)


def test_the_ready_help_is_the_real_one() -> None:
    """The help that is shown without loading Typer is what Typer would say (`python -m envctl.cli.reference`)."""
    assert group_help() == Path(HELP).read_text(encoding="utf-8")
