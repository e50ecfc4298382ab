"""Who reads as a consumer group now, as services of the environment."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Container, Observed
from envctl.offsets import Group, Member
from envctl.planning.offsets import UNMOVED
from envctl.world import World

_HOSTS = "/etc/hosts"  # the daemon writes a container's own addresses there
_SHORT = 12  # characters of its ID, as which a container knows itself
_STAYS = "A service that is paused stays a member, and one that was killed until its session is over (45 s by default)."


def refuse_active(world: World, identity: Identity, observed: Observed, group: Group) -> None:
    """Members keep their place in memory and would commit that again. Raises EnvctlError(DATA_REFUSED)."""
    if not group.active:
        return
    known = _by_address(world, observed)
    raise EnvctlError(
        Exit.DATA_REFUSED,
        f"the consumer group {group.name} has members now, so its offsets cannot be set",
        details=tuple(sorted({_told(member, known) for member in group.members})),
        unchanged=UNMOVED,
        hint=f"{_advice(identity, {c.name for m in group.members if (c := known.get(m.host))})}\n{_STAYS}",
    )


def _advice(identity: Identity, containers: set[str]) -> str:
    if not containers:
        return "Stop its consumers, then run the same command again."
    return (
        f"Stop it with `docker stop {' '.join(sorted(containers))}`, run the same command again, "
        f"and start it with `envctl up --env {identity.name}`."
    )


def _told(member: Member, known: Mapping[str, Container]) -> str:
    container = known.get(member.host)
    whose = f"the service {container.service}" if container else f"a program at {member.host}"
    return f"{member.client}: {whose}"


def _by_address(world: World, observed: Observed) -> dict[str, Container]:
    """The environment's containers that have processes, by their addresses in its networks."""
    alive = [c for c in observed.containers if c.state in ("running", "paused")]
    return {address: one for one in alive for address in _addresses(world.engine.read_file(one.id, _HOSTS), one.id)}


def _addresses(hosts: bytes | None, container: str) -> list[str]:
    lines = [line.split() for line in (hosts or b"").decode("utf-8", "replace").splitlines()]
    return [words[0] for words in lines if container[:_SHORT] in words[1:]]
