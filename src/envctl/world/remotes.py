"""What git says of remotes: where a branch is published, and which refs are there. Never prompts, never waits long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from envctl.forge import Commit, Remote, Unknown, without_credentials
from envctl.world.git import top
from envctl.world.shell import NOT_FOUND, TIMED_OUT, Finished, Shell

Configured = Mapping[str, Sequence[str]]

PATIENCE = 20.0  # seconds for a remote's answer
_HEADS = "refs/heads/"
_SILENT = {
    "LC_ALL": "C",  # its messages are read
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # also turns off what the configuration would ask with
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",  # not ext::, which runs whatever it is given
}
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=10"
_REF_LINE = re.compile(rb"[0-9a-f]{40,64}\t(refs/\S+)")
_SAID = 200  # characters of git's own words


def refs(shell: Shell, url: str, folder: Path | None = None, *, patience: float = PATIENCE) -> frozenset[str] | Unknown:
    """Every branch and tag of a remote, by full ref. Run in `folder`, whose credentials for it then count.

    A remote without any branch is Unknown too: it is more likely that something is wrong than that all are gone.
    """
    if url.startswith("-") or not re.search(r"[/:]", url) or any(ord(c) < ord(" ") for c in url):
        return Unknown("its URL is none that git can be asked for")
    env = dict(_SILENT)
    if not _value(shell, folder, "core.sshCommand"):
        env["GIT_SSH_COMMAND"] = _SSH
    asked = ("git", "ls-remote", "--quiet", "--heads", "--tags", "--", url)
    finished = shell.run(asked, env=env, cwd=folder, timeout=patience)
    if finished.status != 0:
        return Unknown(_reason(finished, folder))
    found = frozenset(_refs(finished.stdout))
    if not all(_REF_LINE.fullmatch(line) for line in finished.stdout.splitlines()):
        return Unknown("git answers in a way that nobody understands")
    if not any(ref.startswith(_HEADS) for ref in found):
        return Unknown("it has no branch at all, which is hard to believe")
    return found


def origin(shell: Shell, folder: Path, ref: str) -> Remote | None:
    """Where a local branch is published, as `git push` would have it; None where there is no remote to look at.

    An upstream of another name is where the branch came from, such as `main`, unless git is told to push to it.
    """
    said = _configured(shell, folder) if ref.startswith(_HEADS) else {}
    name = ref.removeprefix(_HEADS)
    own = {key: _last(said, f"branch.{name}.{key}") for key in ("pushremote", "remote", "merge")}
    chosen = (own["pushremote"], _last(said, "remote.pushdefault"), own["remote"], _usual(said))
    remote = next((one for one in chosen if one not in ("", ".")), "")
    url = said.get(f"remote.{remote}.url", (remote,))[0]  # a branch can name the URL itself
    if not re.search(r"[/:]", url):
        return None
    to_upstream = _last(said, "push.default") in ("upstream", "tracking") and own["remote"] == remote
    there = own["merge"] if to_upstream and own["merge"].startswith(_HEADS) else ref
    url = _absolute(shell, without_credentials(_rewritten(url, said)), folder)
    return Remote(url, there, _seen(shell, folder, remote, there))


def head(shell: Shell, folder: Path) -> Commit | None:
    """What is checked out in a folder; None where there is no commit. What git does not know of counts as a change."""
    asked = ("git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=normal")
    finished = shell.run(asked, env=_SILENT, cwd=folder, timeout=PATIENCE)
    if finished.status != 0:
        return None
    lines = finished.stdout.splitlines()
    sha = next((line.split()[-1].decode() for line in lines if line.startswith(b"# branch.oid ")), "")
    if not re.fullmatch(r"[0-9a-f]{40,64}", sha):
        return None
    return Commit(sha, dirty=any(not line.startswith(b"# ") for line in lines))


def _refs(stdout: bytes) -> Iterator[str]:
    for line in stdout.splitlines():
        ref = line.partition(b"\t")[2]
        if not ref.endswith(b"^{}"):  # what a tag points to
            yield ref.decode("utf-8", "surrogateescape")


def _value(shell: Shell, folder: Path | None, key: str) -> str:
    finished = shell.run(("git", "config", "--get", key), env=_SILENT, cwd=folder, timeout=PATIENCE)
    return finished.stdout.decode("utf-8", "surrogateescape").strip() if finished.status == 0 else ""


def _configured(shell: Shell, folder: Path) -> Configured:
    """The configuration of remotes and branches: each key with its values, in the order of git's files."""
    asked = ("git", "config", "--null", "--get-regexp", r"^(remote|branch|push|url)\.")
    finished = shell.run(asked, env=_SILENT, cwd=folder, timeout=PATIENCE)
    found: dict[str, list[str]] = {}
    for entry in finished.stdout.decode("utf-8", "surrogateescape").split("\0"):
        key, _, value = entry.partition("\n")
        found.setdefault(key, []).append(value)
    return found


def _last(said: Configured, key: str) -> str:
    """The value of a key that has one: the last one wins."""
    return said.get(key, ("",))[-1]


def _usual(said: Configured) -> str:
    """The remote where nothing names one: `origin`, else the only one."""
    remotes = {key[len("remote.") : -len(".url")] for key in said if re.fullmatch(r"remote\..+\.url", key, re.DOTALL)}
    return "origin" if "origin" in remotes or len(remotes) != 1 else remotes.pop()


def _rewritten(url: str, said: Configured) -> str:
    """The URL as `url.BASE.insteadOf` has it, the longest match first: elsewhere nobody knows these short forms."""
    rules = [
        (short, key[len("url.") : -len(".insteadof")])
        for key, values in said.items()
        if key.startswith("url.") and key.endswith(".insteadof")
        for short in values
        if short and url.startswith(short)
    ]
    if not rules:
        return url
    short, base = max(rules, key=lambda rule: len(rule[0]))
    return f"{base}{url.removeprefix(short)}"


def _seen(shell: Shell, folder: Path, remote: str, ref: str) -> bool:
    """Whether the branch was on the remote when that was last looked at."""
    tracking = f"refs/remotes/{remote}/{ref.removeprefix(_HEADS)}"
    asked = ("git", "show-ref", "--verify", "--quiet", "--", tracking)
    return shell.run(asked, env=_SILENT, cwd=folder, timeout=PATIENCE).status == 0


def _absolute(shell: Shell, url: str, folder: Path) -> str:
    """A folder's path that leads there from anywhere; git counts it from the top of the work tree."""
    if ":" in url or url.startswith("/"):
        return url
    return str(((top(shell, folder) or folder) / url).resolve())


def _reason(finished: Finished, folder: Path | None) -> str:
    """Why git could not tell, in one line."""
    if finished.status == TIMED_OUT:
        return "it did not answer in time"
    if finished.status == NOT_FOUND:
        return "git is not installed" if folder is None or folder.is_dir() else f"{folder} is gone"
    lines = [line.strip() for line in finished.stderr.decode("utf-8", "replace").splitlines()]
    said = next((line for line in lines if line.startswith(("fatal: ", "ssh: ", "error: "))), "")
    plain = re.sub(r"://[^/@\s]*@", "://", said.partition(": ")[2])
    plain = "".join(c if c.isprintable() else " " for c in plain)[:_SAID].strip()
    return plain or f"git could not ask it (status {finished.status})"
