"""Which texts can be a branch: as git itself says."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.planning.refs import full_ref

HOSTILE = (
    "$(touch${IFS}pwned)", "`id`", "it's", 'say-"hi"', "-rf", "--help", "a;b&c|d", "%s%n", "😀", "x" * 250, "@", "<b>",
)  # fmt: skip
REFUSED = (
    "a b", "a\nb", "a..b", "../etc", "a.lock", "a.lock/b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{1}", ".a",
    "a/.b", "a//b", "a/", "/a", "a.", "\x7f", "$(touch pwned)", "refs/heads/", "refs/", "refs/x",
)  # fmt: skip
PIECES = (
    "a",
    "b",
    "/",
    ".",
    "..",
    "@",
    "@{",
    "{",
    "}",
    ".lock",
    "lock",
    "-",
    "$",
    "`",
    "'",
    '"',
    "😀",
    "\udcff",
    *" ~^:?*[\\\x01\x7f\n",
)


def said_by_git(ref: str) -> bool:
    """What `git check-ref-format` makes of it."""
    return subprocess.run(["git", "check-ref-format", os.fsencode(ref)], check=False).returncode == 0


def accepted(branch: str) -> bool:
    """Whether it can be a branch."""
    try:
        full_ref(branch)
    except EnvctlError:
        return False
    return True


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
@settings(max_examples=200)
def test_git_says_the_same(name: str) -> None:
    """Whatever is put together of what git minds: accepted here exactly where it is there."""
    assert said_by_git(f"refs/heads/{name}") == accepted(f"refs/heads/{name}")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_from_a_stranger_is_a_branch_s(name: str) -> None:
    """What git accepts stays as it is, as a name and as a full ref."""
    assert f"refs/heads/{name}" == full_ref(name) == full_ref(f"refs/heads/{name}")
    assert said_by_git(f"refs/heads/{name}")


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/pull/7/merge", "refs/merge-requests/7/head"])
def test_a_full_ref_stays(ref: str) -> None:
    """CI works for other refs than branches too."""
    assert ref == full_ref(ref)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_branch_is_refused(name: str) -> None:
    """With status 2, the variable's name, and its value in a form that is one line."""
    with pytest.raises(EnvctlError) as caught:
        full_ref(name)
    assert Exit.USAGE == caught.value.code
    assert "ENVCTL_BRANCH" in caught.value.message
    assert "\n" not in caught.value.message
