"""What the remotes and forges say of branches: asked all at the same time, and never an error. Silence is Unknown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from envctl.forge import Pull, Repository, Unknown
from envctl.forges import Forge, forge_of
from envctl.world import World, remotes
from envctl.world.parallel import together

Found = tuple[Pull, ...] | Unknown
_AT_ONCE = 6  # requests: forges want few from one client


def branches(world: World, urls: Iterable[str]) -> Mapping[str, frozenset[str] | Unknown]:
    """The full refs of branches and tags at each remote's URL."""
    each = sorted(set(urls))
    return dict(
        zip(each, together(world.shell, [partial(remotes.refs, world.shell, url) for url in each]), strict=True)
    )


def pulls(world: World, wanted: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Found]:
    """The pull requests of each (remote's URL, full ref)."""
    forges: dict[str, Forge | None] = {}
    for url in {url for url, _ in wanted}:
        repository = Repository.of(url)
        forges[url] = forge_of(repository, world.environ) if repository else None
    each = sorted(set(wanted))
    works: list[Callable[[], Found]] = [partial(_asked, forges[url], ref) for url, ref in each]
    return dict(zip(each, together(world.shell, works, at_most=_AT_ONCE), strict=True))


def _asked(forge: Forge | None, ref: str) -> Found:
    return Unknown("its remote is on no forge that is known here") if forge is None else forge.pulls(ref)
