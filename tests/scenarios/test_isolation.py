"""Two branches of one repository run side by side and share nothing."""

from __future__ import annotations

import copy
import ipaddress
import json
import socket
from collections.abc import Iterator

import psycopg
import pytest
import redis
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not in its stubs

from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

RANGE = ipaddress.ip_network("10.213.0.0/16")
PORTS = {"web": 8000, "db": 5432, "events": 9092, "cache": 6379}
# Which of the addresses in $1 can be connected to, all tried at the same time.
CONNECT = """
import concurrent.futures, json, socket, sys
def open(target):
    try:
        socket.create_connection(target, timeout=2).close()
        return True
    except OSError:
        return False
targets = [tuple(target) for target in json.loads(sys.argv[1])]
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    print(json.dumps([target for target, reached in zip(targets, pool.map(open, targets)) if reached]))
"""


@pytest.fixture(scope="module")
def neighbour(shop: Stage) -> Iterator[Stage]:
    """The same repository's other branch, which differs by one letter from the first, up beside it."""
    other = copy.copy(shop)
    other.folder = shop.folder.with_name(f"{shop.folder.name}-neighbour")
    git(shop.folder, "worktree", "add", "--quiet", "-b", "feature/a", str(other.folder))
    other.name = other.up()["name"]
    yield other
    other.did("down")


@pytest.fixture(scope="module")
def mine(shop: Stage) -> dict[str, str]:
    """How the host reaches the first branch's services."""
    found: dict[str, str] = shop.data("env")
    return found


@pytest.fixture(scope="module")
def theirs(neighbour: Stage) -> dict[str, str]:
    """How the host reaches the other's."""
    found: dict[str, str] = neighbour.data("env")
    return found


def reached(stage: Stage, targets: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those of the targets that can be connected to from inside an environment."""
    status, output = stage.inside("tools", "python", "-c", CONNECT, json.dumps(targets))
    assert 0 == status, output
    return [(host, port) for host, port in json.loads(output)]


def addresses(stage: Stage) -> list[tuple[str, int]]:
    """Every service's own address in its network."""
    networks = {service: stage.container(service).attrs["NetworkSettings"]["Networks"] for service in PORTS}
    assert {(stage.full(),)} == {tuple(network) for network in networks.values()}
    return [(networks[service][stage.full()]["IPAddress"], port) for service, port in PORTS.items()]


def published(settings: dict[str, str]) -> list[int]:
    """The ports of the host at which the services answer."""
    return [int(port) for name, port in settings.items() if name.endswith("_PORT")]


def test_names_must_differ(shop: Stage, neighbour: Stage, mine: dict[str, str], theirs: dict[str, str]) -> None:
    """feature-a and feature/a are two environments, with two networks and two sets of ports."""
    assert shop.name != neighbour.name
    assert 4 == len(published(mine)) == len(published(theirs))
    assert set() == set(published(mine)) & set(published(theirs))


def test_subnets_must_not_overlap(shop: Stage, neighbour: Stage) -> None:
    """Each network has a small subnet of its own from our range."""
    configs = [stage.docker.networks.get(stage.full()).attrs["IPAM"]["Config"] for stage in (shop, neighbour)]
    one, other = (ipaddress.ip_network(config[0]["Subnet"]) for config in configs)
    assert [1, 1] == [len(config) for config in configs]
    assert not one.overlaps(other)
    assert all(net.subnet_of(RANGE) and net.prefixlen >= 24 for net in (one, other))  # type: ignore[arg-type]  # both IPv4


def test_passwords_must_differ(mine: dict[str, str], theirs: dict[str, str]) -> None:
    """Each environment has passwords of its own, and no two services share one."""
    both = [value for settings in (mine, theirs) for key, value in settings.items() if "PASSWORD" in key]
    assert 4 == len(set(both)) == len(both)


def test_data_must_not_be_shared(mine: dict[str, str], theirs: dict[str, str]) -> None:
    """A row, a key and a topic of one branch are not there in the other."""
    with psycopg.connect(mine["DB_URL"]) as database:
        database.execute("CREATE TABLE only_here (id int)")
    redis.Redis.from_url(mine["CACHE_URL"]).set("only:here", "1")
    admin = AdminClient({"bootstrap.servers": mine["EVENTS_BROKERS"]})
    admin.create_topics([NewTopic("only-here", 1, 1)])["only-here"].result(30)
    try:
        with psycopg.connect(theirs["DB_URL"]) as database:
            assert (None,) == database.execute("SELECT to_regclass('only_here')").fetchone()
        assert 0 == redis.Redis.from_url(theirs["CACHE_URL"]).exists("only:here")
        topics = AdminClient({"bootstrap.servers": theirs["EVENTS_BROKERS"]}).list_topics(timeout=30).topics
        assert {"orders", "payments"} == {name for name in topics if not name.startswith("_")}
    finally:
        admin.delete_topics(["only-here"])["only-here"].result(30)
        with psycopg.connect(mine["DB_URL"]) as database:
            database.execute("DROP TABLE only_here")
        redis.Redis.from_url(mine["CACHE_URL"]).delete("only:here")


def test_a_password_must_not_open_the_neighbours_database(mine: dict[str, str], theirs: dict[str, str]) -> None:
    """What one branch knows is of no use at the other's port."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(theirs["DB_URL"].replace(theirs["DB_PASSWORD"], mine["DB_PASSWORD"]))


def test_a_service_must_reach_its_own(shop: Stage, neighbour: Stage) -> None:
    """From inside, the stores answer by name and by address: the ways that are tried on the neighbour do work."""
    own = [*PORTS.items(), *addresses(shop)]
    assert own == reached(shop, own)
    own = [*PORTS.items(), *addresses(neighbour)]
    assert own == reached(neighbour, own)


def test_a_service_must_not_reach_the_neighbour(shop: Stage, neighbour: Stage) -> None:
    """From inside, the other branch's services answer neither by container name or ID, nor by address."""
    for stage, other in ((shop, neighbour), (neighbour, shop)):
        containers = {service: other.container(service) for service in PORTS}
        by_name = [(str(containers[service].name), port) for service, port in PORTS.items()]
        by_id = [(str(containers[service].short_id), port) for service, port in PORTS.items()]
        in_network = [(f"{service}.{other.full()}", port) for service, port in PORTS.items()]
        assert [] == reached(stage, [*by_name, *by_id, *in_network, *addresses(other)])


def test_a_service_name_must_mean_its_own_service(shop: Stage, neighbour: Stage) -> None:
    """`db` is this branch's database on either side."""
    for stage in (shop, neighbour):
        _, found = stage.inside("tools", "python", "-c", "import socket; print(socket.gethostbyname('db'))")
        assert dict(zip(PORTS, addresses(stage), strict=True))["db"][0] == found.strip()


def test_ports_must_be_published_on_loopback_only(
    shop: Stage, neighbour: Stage, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """Each published port answers at 127.0.0.1 and at no other address of this machine, from inside or outside."""
    for stage, settings in ((shop, mine), (neighbour, theirs)):
        bindings = [b for service in PORTS for b in stage.container(service).ports.values() if b]
        assert {"127.0.0.1"} == {binding["HostIp"] for found in bindings for binding in found}
        assert sorted(published(settings)) == sorted(int(b["HostPort"]) for found in bindings for b in found)
    gateways = [
        stage.docker.networks.get(stage.full()).attrs["IPAM"]["Config"][0].get("Gateway")
        or stage.container("db").attrs["NetworkSettings"]["Networks"][stage.full()]["Gateway"]
        for stage in (shop, neighbour)
    ]
    targets = [(host, port) for host in gateways for port in (*published(mine), *published(theirs))]
    assert [] == reached(shop, targets)
    for target in targets:
        with pytest.raises(OSError), socket.create_connection(target, timeout=2):
            pass
