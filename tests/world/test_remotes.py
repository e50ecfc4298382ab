"""What git says of remotes, asked of the real git and of repositories on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from envctl.forge import Commit, Remote, Unknown
from envctl.world.remotes import head, origin, refs
from envctl.world.shell import Shell

BYTES = b"refs/heads/caf\xe9"  # Latin-1, not UTF-8


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in which no configuration of the machine's changes git's answers."""
    return Shell({"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"})


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A remote without a ref."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "bare.git")
    return tmp_path / "bare.git"


@pytest.fixture
def work(tmp_path: Path, bare: Path) -> Path:
    """A clone with one commit on `main`, pushed."""
    git(tmp_path, "clone", "--quiet", str(bare), "work")
    folder = tmp_path / "work"
    git(folder, "checkout", "--quiet", "-B", "main")
    commit(folder)
    git(folder, "push", "--quiet", "-u", "origin", "main")
    return folder


def git(folder: Path, *words: str | bytes) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    run = subprocess.run(("git", *author, *words), cwd=folder, check=True, capture_output=True)
    return run.stdout.decode("utf-8", "surrogateescape").strip()


def commit(folder: Path) -> None:
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "one")


def why(answer: object) -> str:
    """The reason for which something is unknown: one line."""
    assert isinstance(answer, Unknown)
    assert answer.why
    assert "\n" not in answer.why
    return answer.why


def test_refs_are_branches_and_tags(shell: Shell, work: Path, bare: Path) -> None:
    """By their full names, and not what an annotated tag points to."""
    git(work, "tag", "-a", "v1", "-m", "one")
    git(work, "push", "--quiet", "origin", "v1", "main:feature/a", "main:Feature/A", "main:refs/pull/1/head")
    expected = frozenset({"refs/heads/main", "refs/heads/feature/a", "refs/heads/Feature/A", "refs/tags/v1"})
    assert expected == refs(shell, str(bare), work)
    assert expected == refs(shell, f"file://{bare}")


def test_a_branch_that_is_no_text_stays_what_it_is(shell: Shell, work: Path, bare: Path) -> None:
    """Bytes that are not UTF-8 come through as the lease holds them; so do quotes, blanks' like and dollar signs."""
    names = [BYTES, b"refs/heads/$(id)", b"refs/heads/it's", "refs/heads/a\u00a0b\u2028c".encode()]
    for name in names:
        git(work, "push", "--quiet", "origin", b"main:" + name)
    expected = frozenset({"refs/heads/main", *(name.decode("utf-8", "surrogateescape") for name in names)})
    assert expected == refs(shell, str(bare), work)


def test_a_remote_without_a_branch_is_unknown(shell: Shell, bare: Path, work: Path) -> None:
    """Emptied, mirrored wrongly or made anew: not a reason to remove everything."""
    git(bare, "update-ref", "-d", "refs/heads/main")
    assert "no branch at all" in why(refs(shell, str(bare), work))
    git(work, "push", "--quiet", "origin", "main:refs/tags/v1")
    assert "no branch at all" in why(refs(shell, str(bare), work))


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch pwned'",
        "ext::touch% pwned",
        "--upload-pack=touch pwned",
        "-oProxyCommand=touch pwned",
        "ssh://-oProxyCommand=touch pwned/x",
        "fd::7",
        "origin",
        "",
        " ",
        "https://127.0.0.1:1/a\nb",
        "https://[::1",
        "/no/such/folder",
        "file:///no/such/folder",
        "https://127.0.0.1:1/x.git",
        "ssh://127.0.0.1:1/x.git",
        "git://127.0.0.1:1/x.git",
        "nowhere.invalid:x",
    ],
)
def test_who_cannot_be_asked_is_unknown(shell: Shell, work: Path, url: str) -> None:
    """Nothing is run, nobody is prompted, and the reason is one line."""
    why(refs(shell, url, work))
    assert not list(work.parent.rglob("pwned"))


def test_a_url_s_password_is_not_in_the_reason(shell: Shell, work: Path) -> None:
    """Git itself would print it."""
    assert "hunter2" not in why(refs(shell, "https://me:hunter2@127.0.0.1:1/x.git", work))


@pytest.mark.parametrize("scheme", ["http", "ssh", "git"])
def test_who_says_nothing_is_unknown_in_time(shell: Shell, work: Path, scheme: str) -> None:
    """A server that takes the connection and is silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/x.git"
        assert "in time" in why(refs(shell, url, work, patience=0.5))
        assert time.monotonic() - begun < 8


def test_a_folder_that_is_gone_is_unknown(shell: Shell, bare: Path, tmp_path: Path) -> None:
    """Who has removed the checkout has not removed the branch."""
    assert "is gone" in why(refs(shell, str(bare), tmp_path / "gone"))


def test_a_machine_without_git_knows_nothing(tmp_path: Path, bare: Path) -> None:
    """Neither of remotes nor of what is checked out."""
    without = Shell({"PATH": str(tmp_path)})
    assert "git is not installed" == why(refs(without, str(bare), tmp_path))
    assert (None, None) == (origin(without, tmp_path, "refs/heads/main"), head(without, tmp_path))


def test_a_branch_is_published_at_its_upstream(shell: Shell, work: Path, bare: Path) -> None:
    """The one that was pushed has been seen there."""
    assert Remote(str(bare), "refs/heads/main", published=True) == origin(shell, work, "refs/heads/main")


def test_a_branch_that_was_never_pushed_was_never_seen(shell: Shell, work: Path, bare: Path) -> None:
    """It goes to `origin`, and cannot be gone from there."""
    git(work, "checkout", "--quiet", "-b", "new")
    assert Remote(str(bare), "refs/heads/new", published=False) == origin(shell, work, "refs/heads/new")


def test_a_branch_begun_from_another_is_not_that_one(shell: Shell, work: Path, bare: Path) -> None:
    """`git checkout -b feature origin/main` has `main` as its upstream: what happens to `main` is nothing to it."""
    git(work, "checkout", "--quiet", "-b", "feature", "origin/main")
    assert Remote(str(bare), "refs/heads/feature", published=False) == origin(shell, work, "refs/heads/feature")
    git(work, "push", "--quiet", "origin", "feature")
    assert Remote(str(bare), "refs/heads/feature", published=True) == origin(shell, work, "refs/heads/feature")


def test_an_upstream_of_another_name_counts_where_git_pushes_to_it(shell: Shell, work: Path, bare: Path) -> None:
    """With `push.default = upstream`, and with no other value."""
    git(work, "checkout", "--quiet", "-b", "a")
    git(work, "push", "--quiet", "-u", "origin", "a:me/a")
    assert Remote(str(bare), "refs/heads/a", published=False) == origin(shell, work, "refs/heads/a")
    git(work, "config", "push.default", "upstream")
    assert Remote(str(bare), "refs/heads/me/a", published=True) == origin(shell, work, "refs/heads/a")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"remote.origin.url": "https://e.com/o"}, "https://e.com/o"),
        ({"remote.up.url": "https://e.com/up"}, "https://e.com/up"),
        ({"remote.up.url": "https://e.com/up", "remote.x.url": "https://e.com/x"}, None),
        ({"remote.up.url": "https://e.com/up", "remote.origin.url": "https://e.com/o"}, "https://e.com/o"),
        ({"remote.a.url": "h:a", "remote.origin.url": "h:o", "branch.main.remote": "a"}, "h:a"),
        ({"remote.a.url": "h:a", "remote.origin.url": "h:o", "remote.pushDefault": "a"}, "h:a"),
        (
            {"remote.a.url": "h:a", "remote.b.url": "h:b", "branch.main.remote": "a", "branch.main.pushRemote": "b"},
            "h:b",
        ),
        ({"remote.origin.url": "h:o", "branch.main.remote": "."}, "h:o"),
        ({"branch.main.remote": "https://e.com/fork"}, "https://e.com/fork"),
        ({"branch.main.remote": "gone"}, None),
        ({"remote.origin.url": "https://me:hunter2@e.com/o"}, "https://e.com/o"),
        ({"remote.origin.url": "https://tok3n@e.com:8443/o"}, "https://e.com:8443/o"),
        ({"remote.origin.url": "git@e.com:a/b.git"}, "git@e.com:a/b.git"),
        ({"remote.origin.url": "ssh://git:hunter2@e.com:22/a"}, "ssh://git@e.com:22/a"),
        ({"remote.origin.url": "w:a", "url.https://e.com/.insteadOf": "w:"}, "https://e.com/a"),
        ({"remote.origin.url": "w:a", "url.https://t:s@e.com/.insteadOf": "w:"}, "https://e.com/a"),
        ({"remote.with.dot.url": "https://e.com/dot", "branch.main.remote": "with.dot"}, "https://e.com/dot"),
    ],
)
def test_the_remote_is_the_one_git_pushes_to(
    shell: Shell, tmp_path: Path, settings: dict[str, str], expected: str | None
) -> None:
    """What is configured for the branch, for all, `origin`, the only one; its URL in full and without credentials."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "r")
    for key, value in settings.items():
        git(tmp_path / "r", "config", "--add", key, value)
    found = origin(shell, tmp_path / "r", "refs/heads/main")
    assert (expected is None) is (found is None)
    assert found is None or Remote(str(expected), "refs/heads/main", published=False) == found


def test_a_remote_in_a_folder_beside_is_named_from_the_root(shell: Shell, work: Path, bare: Path) -> None:
    """Who asks from elsewhere finds it too."""
    git(work, "remote", "set-url", "origin", "../bare.git")
    (work / "deep").mkdir()
    found = origin(shell, work / "deep", "refs/heads/main")
    assert found == Remote(str(bare), "refs/heads/main", published=True)


@pytest.mark.parametrize("ref", ["refs/tags/v1", "HEAD", "", "refs/heads/"])
def test_what_is_no_branch_is_published_as_nothing_seen(shell: Shell, work: Path, ref: str) -> None:
    """A tag, a commit or nothing has no place of its own."""
    found = origin(shell, work, ref)
    assert found is None or not found.published


def test_no_repository_has_no_remote(shell: Shell, tmp_path: Path) -> None:
    """Nor a commit; and neither does a repository that was made a minute ago."""
    assert (None, None) == (origin(shell, tmp_path, "refs/heads/main"), head(shell, tmp_path))
    git(tmp_path, "init", "--quiet", "new")
    assert (None, None) == (origin(shell, tmp_path / "new", "refs/heads/main"), head(shell, tmp_path / "new"))
    assert (None, None) == (origin(shell, tmp_path / "no", "refs/heads/main"), head(shell, tmp_path / "no"))


def test_a_commit_is_clean_until_a_file_differs(shell: Shell, work: Path) -> None:
    """Changed, staged or unknown to git, seen from any folder of it; what is ignored is no difference."""
    sha = git(work, "rev-parse", "HEAD")
    (work / ".gitignore").write_text("*.log\n")
    assert Commit(sha, dirty=True) == head(shell, work)
    git(work, "add", ".")
    assert Commit(sha, dirty=True) == head(shell, work)
    git(work, "commit", "--quiet", "-m", "two")
    (work / "x.log").touch()
    (work / "deep").mkdir()
    assert Commit(git(work, "rev-parse", "HEAD"), dirty=False) == head(shell, work / "deep")
    git(work, "checkout", "--quiet", "--detach")
    assert Commit(git(work, "rev-parse", "HEAD"), dirty=False) == head(shell, work)
