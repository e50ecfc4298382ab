"""Whose environments `gc` means, and what it says of a project that nothing is of."""

from __future__ import annotations

from dataclasses import replace

from tests.cli.made_up import RECLAIMED, Envctl, Ops


def test_an_empty_project_is_none(envctl: Envctl, ops: Ops) -> None:
    """A variable that is not set must not make it all projects."""
    ran = envctl("gc", "--project", "", "--dry-run")
    assert 2 == ran.status
    assert "--project is empty" in ran.err
    assert "gc.reclaim.gc" not in ops.calls


def test_a_project_that_nothing_is_of_is_told(envctl: Envctl, ops: Ops) -> None:
    """On stderr, and it is no failure."""
    ops.answers["gc.reclaim.gc"] = replace(
        RECLAIMED, environments=(), bundles=(), left=(), snapshots=(), remark="Did you mean shop?"
    )
    ran = envctl("gc", "--project", "shpo")
    assert (0, "") == (ran.status, ran.out)
    assert "Did you mean shop?" in ran.err
