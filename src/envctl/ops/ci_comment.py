"""The story of `ci comment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from envctl.errors import EnvctlError, Exit
from envctl.forge import Comment, Refused, Repository, Unknown
from envctl.forges import Forge, forge_of
from envctl.lease import Lease, lease_of
from envctl.ops.ci_job import job_of
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.planning.ci import VARIABLES, Job
from envctl.planning.comment import Known, comment_text, marker, mine, same
from envctl.reports.comment import Commented
from envctl.world import remotes

T = TypeVar("T")
_UNCHANGED = "No comment was written."
_STATUS: Mapping[int, Exit] = {401: Exit.USAGE, 403: Exit.USAGE, 404: Exit.NOT_FOUND, 410: Exit.NOT_FOUND}
_LIMITED = 429


def comment(here: Here, *, pull: int | None = None, host: str | None = None, dry_run: bool = False) -> Commented:
    """Tell a pull request about the environment, in the one comment of ours that there is on it."""
    said = job_of(here.world.environ)
    text = _text(here, said, host)
    number = pull if pull is not None else said.pull
    name, project = here.identity.name, here.identity.project
    if dry_run:
        return Commented(name, project, "planned", number, None, text)
    forge = _forge(here, said, number)
    assert number is not None  # noqa: S101  # _forge() has looked
    me = _told(forge.viewer(), forge, "who the token belongs to")
    found = _told(forge.comments(number), forge, f"the comments on pull request {number}")
    before = mine(found, me, marker(here.identity))
    if before is not None and same(before.text, text):
        return Commented(name, project, "unchanged", number, before.url, text)
    written, action = _write(forge, number, before, text)
    url = _told(written, forge, f"pull request {number} to take the comment").url
    return Commented(name, project, action, number, url, text)


def _write(forge: Forge, number: int, before: Comment | None, text: str) -> tuple[Comment | Unknown, str]:
    """Update the comment; write it where there is none, or where somebody has just removed it."""
    if before is not None:
        written = forge.update(before, text)
        if not isinstance(written, Refused) or written.status != 404:  # noqa: PLR2004  # not found
            return written, "updated"
    return forge.create(number, text), "created"


def _text(here: Here, said: Job, host: str | None) -> str:
    observed = observe(here.world, here.identity)
    lease = lease_of(observed.volumes)
    until, pinned = (lease.expires, bool(lease.pinned)) if isinstance(lease, Lease) else (None, False)
    return comment_text(
        here.identity, status_of(here, observed), Known(said.commit or _commit(here), until, pinned), host
    )


def _commit(here: Here) -> str:
    found = remotes.head(here.world.shell, here.written.root)
    return found.sha if found else ""


def _forge(here: Here, said: Job, number: int | None) -> Forge:
    """The forge to write to. Raises EnvctlError(USAGE) where it is not told which, or may not be written to."""
    if number is None:
        raise EnvctlError(
            Exit.USAGE,
            "it is not known which pull request is meant",
            unchanged=_UNCHANGED,
            hint=f"Name it: `--pull NUMBER`. In CI it is read from {VARIABLES}.",
        )
    repository = said.repository or _repository(here)
    forge = forge_of(repository, here.world.environ) if repository else None
    if forge is None:
        what = f"{repository.host} is no forge that is known here" if repository else "there is no remote on a forge"
        raise EnvctlError(
            Exit.USAGE,
            f"it is not known where to write: {what}",
            unchanged=_UNCHANGED,
            hint="GITHUB_SERVER_URL and GITHUB_API_URL, or CI_SERVER_URL, name a server of one's own.",
        )
    if forge.unable:
        raise EnvctlError(Exit.USAGE, forge.unable, unchanged=_UNCHANGED, hint=forge.needs)
    return forge


def _repository(here: Here) -> Repository | None:
    """Where the checkout's branch is published."""
    branch = here.identity.branch or "refs/heads/HEAD"
    remote = remotes.origin(here.world.shell, here.written.root, branch)
    return Repository.of(remote.url) if remote else None


def _told(answer: T | Unknown, forge: Forge, asked: str) -> T:
    """What the forge answered. Raises EnvctlError when it did not."""
    if not isinstance(answer, Unknown):
        return answer
    status = answer.status if isinstance(answer, Refused) else 0
    code = Exit.NO_CAPACITY if status == _LIMITED else _STATUS.get(status, Exit.UNHEALTHY)
    again = "Run the same command again later: it updates the comment if that was written after all."
    raise EnvctlError(
        code,
        f"{forge.repository.path}: {answer.why}",
        details=(f"It was asked for {asked}.",),
        unchanged=_UNCHANGED if status else "Whether a comment was written is not known.",
        hint=forge.needs if code in (Exit.USAGE, Exit.NOT_FOUND) else again,
    )
