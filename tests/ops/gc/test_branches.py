"""What remotes and forges say of branches, asked all at once; who does not answer is unknown, and nobody raises."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.forge import Unknown
from envctl.ops.gc.branches import branches, pulls
from envctl.world import World
from tests.forges.made_up import KINDS, Handler, MadeUp, made_up, says
from tests.ops.fake import FakeEngine, here


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose caller has set nothing."""
    return replace(here(tmp_path, FakeEngine()).world, environ={})


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest) -> Iterator[MadeUp]:
    """A forge of each kind."""
    with made_up(request.param) as forge:
        yield forge


def remote(folder: Path, *names: str) -> str:
    """A repository with these branches."""

    def git(*words: str) -> str:
        author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        run = subprocess.run(("git", "-C", str(folder), *author, *words), check=True, capture_output=True, text=True)
        return run.stdout.strip()

    folder.mkdir()
    git("init", "--quiet", "--bare")
    tree = git("hash-object", "-t", "tree", "-w", "/dev/null")
    made = git("commit-tree", tree, "-m", "one")
    for name in names:
        git("update-ref", name, made)
    return str(folder)


def test_each_remote_says_its_own(world: World, tmp_path: Path) -> None:
    """One that is silent or none says nothing of the others."""
    one, other = remote(tmp_path / "one", "refs/heads/a", "refs/heads/b"), remote(tmp_path / "other", "refs/heads/a")
    gone = str(tmp_path / "gone")
    found = branches(world, [one, other, gone, one, "ext::true", ""])
    assert {one, other, gone, "ext::true", ""} == set(found)
    assert [frozenset({"refs/heads/a", "refs/heads/b"}), frozenset({"refs/heads/a"})] == [found[one], found[other]]
    assert all(isinstance(found[url], Unknown) for url in (gone, "ext::true", ""))


def test_nothing_asked_is_nothing_answered(world: World) -> None:
    """No environments, no requests."""
    assert ({}, {}) == (dict(branches(world, [])), dict(pulls(world, [])))


def test_pull_requests_are_those_of_each_branch(world: World, there: MadeUp) -> None:
    """By the full ref that a lease holds: `feature/a` and `feature-a` are two."""
    there.pulls = [(1, "feature/a", "merged", False), (2, "feature-a", "open", False), (3, "feature/a", "closed", True)]
    wanted = [(there.url, f"refs/heads/{name}") for name in ("feature/a", "feature-a", "Feature/A")]
    found = pulls(replace(world, environ=there.environ), [*wanted, wanted[0]])
    states = {ref: [p.state for p in answer] for (_, ref), answer in found.items() if not isinstance(answer, Unknown)}
    assert {
        "refs/heads/feature/a": ["merged"],
        "refs/heads/feature-a": ["open"],
        "refs/heads/Feature/A": [],
    } == states


def test_a_branch_that_no_forge_can_be_asked_for_costs_the_others_nothing(world: World, there: MadeUp) -> None:
    """Nor does a remote that is on no forge, or a folder."""
    there.pulls = [(1, "a", "merged", False)]
    right = (there.url, "refs/heads/a")
    odd = [(there.url, "refs/heads/\udce9"), (there.url, "refs/tags/v1"), ("/srv/git/x", "refs/heads/a"), ("", "")]
    found = pulls(replace(world, environ=there.environ), [right, *odd])
    assert not isinstance(found[right], Unknown)
    assert all(isinstance(found[each], Unknown) for each in odd)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_forge_that_fails_is_unknown_for_every_branch(world: World, there: MadeUp, status: int) -> None:
    """No branch counts as merged or without pull requests because nobody answered."""
    there.always = says(status)
    found = pulls(replace(world, environ=there.environ), [(there.url, f"refs/heads/{n}") for n in range(4)])
    assert 4 == len(found)
    assert all(isinstance(answer, Unknown) for answer in found.values())


def test_branches_are_asked_for_at_the_same_time(world: World, there: MadeUp) -> None:
    """Four requests meet at the forge before the first is answered."""
    meeting = threading.Barrier(4, timeout=30)

    def together(handler: Handler) -> None:
        meeting.wait()
        handler.answer(200, [])

    there.always = together
    found = pulls(replace(world, environ=there.environ), [(there.url, f"refs/heads/{n}") for n in range(4)])
    assert [()] * 4 == list(found.values())
