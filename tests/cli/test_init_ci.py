"""`envctl init --ci`: what it excludes, and what it says next."""

from __future__ import annotations

import pytest

from tests.cli.made_up import Envctl, Ops


@pytest.mark.parametrize("other", ["--template=api", "--from=compose.yaml"])
def test_ci_is_for_a_stack_that_is_there(envctl: Envctl, ops: Ops, other: str) -> None:
    """A stack is begun first."""
    ran = envctl("init", "--ci", "github", other)
    assert 2 == ran.status
    assert "Nothing was written." in ran.err


def test_who_has_a_gitlab_file_is_told_to_include_ours(envctl: Envctl, ops: Ops) -> None:
    """Where .gitlab-ci.yml was not written it has to be changed."""
    ran = envctl("init", "--ci", "gitlab")
    assert 0 == ran.status
    assert "  .gitlab/envctl.yml" in ran.out
    assert "let it include" in ran.err


def test_another_service_needs_no_include(envctl: Envctl, ops: Ops) -> None:
    """Only GitLab reads one file for all."""
    assert "include" not in envctl("init", "--ci", "github").err
