"""`envctl ci comment`: what it passes on, what people see, and how it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.reports.comment import Commented
from tests.cli.made_up import Envctl, Ops

OP = "ci_comment.comment"
TEXT = "<!-- envctl: shop_a -->\n\n### Environment\n"
MADE = Commented("a", "shop", "created", 12, "https://example.com/pull/12#c1", TEXT)


@pytest.mark.parametrize(
    ("action", "said"), [("created", "was created"), ("updated", "was updated"), ("unchanged", "is as it should be")]
)
def test_it_says_what_became_of_the_comment(envctl: Envctl, ops: Ops, action: str, said: str) -> None:
    """In one line, with where it is; nothing on stderr but talk."""
    ops.answers[OP] = replace(MADE, action=action)
    assert f"the comment on pull request 12 {said}: https://example.com/pull/12#c1\n" == envctl("ci", "comment").out


def test_a_dry_run_is_the_comment_itself(envctl: Envctl, ops: Ops) -> None:
    """Ready to be looked at, also where no pull request is known."""
    ops.answers[OP] = replace(MADE, action="planned", pull=None, url=None)
    assert envctl("ci", "comment", "--dry-run").out == TEXT
    assert {"pull": None, "host": None, "dry_run": True} == ops.calls[OP][1]


def test_words_are_passed_on(envctl: Envctl, ops: Ops) -> None:
    """The environment chosen, the pull request and the machine's name."""
    envctl("ci", "comment", "--env", "demo", "--pull", "7", "--host", "ci-1")
    assert "demo" == ops.here[1]
    assert {"pull": 7, "host": "ci-1", "dry_run": False} == ops.calls[OP][1]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", ""])
def test_what_is_no_pull_request_is_refused(envctl: Envctl, number: str) -> None:
    """With an example of the command, by its two words."""
    ran = envctl("ci", "comment", "--pull", number)
    assert (2, "") == (ran.status, ran.out)
    assert "For example: envctl ci comment " in ran.err
    assert "envctl ci comment --help" in ran.err


def test_a_hint_names_the_same_environment(envctl: Envctl, ops: Ops) -> None:
    """A command of two words gets the options that chose the environment as well."""
    ops.answers[OP] = EnvctlError(Exit.UNHEALTHY, "no", hint="Run `envctl ci comment` again.")
    assert "Run `envctl ci comment --env demo` again." in envctl("ci", "comment", "--env", "demo").err
