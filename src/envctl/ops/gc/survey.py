"""Looks at every environment the daemon holds, and more closely at those that may go."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from envctl import labels
from envctl.identity import Identity
from envctl.lease import lease_of
from envctl.observed import Container, Network, Observed, Stranger, Volume
from envctl.ops.observe import sorted_out
from envctl.planning import clock
from envctl.planning.ownership import Object, identity_of, is_bundle
from envctl.standing import Standing, Uses
from envctl.units import parse_moment
from envctl.world import World
from envctl.world.connections import Connections, peers, read_connections
from envctl.world.daemon import is_near
from envctl.world.machine import uptime
from envctl.world.parallel import together

_TABLES = ("cat", "/proc/net/tcp", "/proc/net/tcp6")
_PATIENCE = 20.0  # seconds for a container to show them
_HEAD = b"local_address"  # of each table. No status tells: `cat` fails without IPv6, `docker` without a daemon


def survey(world: World, project: str | None) -> tuple[tuple[Standing, ...], tuple[Stranger, ...]]:
    """Every environment that anything is there of, and what only says that it is of one; in few questions.

    With a project those of that one.
    """
    engine = world.engine
    around: tuple[Object, ...] = (*engine.listed(surely=False), *engine.networks(), *engine.volumes())
    ours, strangers = sorted_out(world, (o for o in around if project in (None, o.labels.get(labels.PROJECT))))
    found: dict[str, list[tuple[Identity, Object]]] = defaultdict(list)
    for thing in ours:
        identity = None if is_bundle(thing) else identity_of(thing.labels)
        if identity is not None:
            found[identity.full].append((identity, thing))
    return tuple(_standing([i for i, _ in found[f]], [o for _, o in found[f]]) for f in sorted(found)), strangers


def sized(world: World, standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """The same with what each takes of the disk."""
    volumes, containers = world.engine.sizes()

    def size(one: Standing) -> int:
        return sum(volumes.get(v.name, 0) for v in one.volumes) + sum(containers.get(c.id, 0) for c in one.containers)

    return tuple(replace(one, size=size(one)) for one in standings)


def again(world: World, identity: Identity, observed: Observed) -> Standing:
    """One environment as it was observed now, with who uses it."""
    networks = (*((observed.network,) if observed.network else ()), *observed.further_networks)
    return looked_at(world, _standing([identity], [*observed.containers, *networks, *observed.volumes]))


def looked_at(world: World, standing: Standing, seen: Connections | None = None) -> Standing:
    """The same with who uses it."""
    seen = connections(world) if seen is None else seen
    alive = [c for c in standing.containers if c.state in ("running", "paused")]
    found = together(world.shell, [partial(_uses, world, container, standing.networks, seen) for container in alive])
    unknown = next((uses.unknown for uses in found if uses.unknown), "")
    return replace(
        standing, uses=Uses((*(what for uses in found for what in uses.seen), *_guests(world, standing)), unknown)
    )


def connections(world: World) -> Connections:
    """Those of this machine; of a daemon that listens elsewhere, whose ports may be others' here, none are known."""
    return read_connections() if is_near(world.environ) else Connections()


def _guests(world: World, standing: Standing) -> tuple[str, ...]:
    """Containers of others that run in its networks or on its volumes."""
    own = {container.id for container in standing.containers}
    found = world.engine.running_with([n.id for n in standing.networks], [v.name for v in standing.volumes])
    return tuple(f"the container {c.name}, which is another's, runs with it" for c in found if c.id not in own)


def doubt(world: World, now: datetime, standings: Sequence[Standing]) -> str:
    """Why what time it is cannot be trusted; empty where it can."""
    up = uptime(world.engine.daemon())
    started = () if up is None else _started_before(world, now - timedelta(seconds=up), standings)
    return clock.doubt(now, world.clock(), up, started)


def _started_before(world: World, boot: datetime, standings: Sequence[Standing]) -> Iterator[datetime]:
    """When those running containers were started that are older than the machine is up."""
    alive = [c for one in standings for c in one.containers if c.state in ("running", "paused")]
    older = [c.id for c in alive if (made := parse_moment(c.created)) and made < boot]
    for closer in together(world.shell, [partial(world.engine.inspect, one) for one in older]):
        if closer and closer.state in ("running", "paused") and (began := parse_moment(closer.started_at or "")):
            yield began


def _standing(identities: Sequence[Identity], objects: Sequence[Object]) -> Standing:
    volumes = tuple(o for o in objects if isinstance(o, Volume))
    return Standing(
        identity=next((i for i in identities if i.branch), identities[0]),
        lease=lease_of(volumes),
        containers=tuple(o for o in objects if isinstance(o, Container)),
        networks=tuple(o for o in objects if isinstance(o, Network)),
        volumes=volumes,
    )


def _uses(world: World, container: Container, networks: Sequence[Network], seen: Connections) -> Uses:
    """Programs that somebody runs in a container, and connections from outside to what it publishes."""
    name = container.service or container.name
    programs = tuple(f"{program} runs in {name}" for program in world.engine.open_execs(container.id))
    ports = {int(value) for key, value in container.labels.items() if _is_port(key) and value.isdecimal()}
    if not ports or ports & seen.open:
        return Uses((*programs, *((f"a connection to {name}",) if ports & seen.open else ())))
    if ports <= seen.listening or container.state == "paused":
        return Uses(programs)
    return _from_inside(world, container, networks, programs)  # we do not share the network of the daemon's machine


def _is_port(key: str) -> bool:
    return key == labels.PORT or key.startswith(f"{labels.PORT}.")


def _from_inside(world: World, container: Container, networks: Sequence[Network], programs: tuple[str, ...]) -> Uses:
    """What comes from outside comes to a container from its network's gateway."""
    gateways = {str(next(ipaddress.ip_network(subnet).hosts())) for n in networks for subnet in n.subnets}
    finished = world.shell.run(("docker", "exec", container.id, *_TABLES), timeout=_PATIENCE)
    if _HEAD not in finished.stdout:
        return Uses(programs, f"the connections of {container.service} cannot be seen from here")
    busy = gateways & peers(finished.stdout.decode("ascii", "replace"))
    return Uses((*programs, *((f"a connection to {container.service}",) if busy else ())))
