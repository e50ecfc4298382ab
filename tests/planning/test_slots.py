"""Subnets and ports: never somebody else's, and kept for as long as they can be."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.planning.slots import PREFIX, RANGE, SLOTS, assign, block, choose, left
from envctl.workload import PORTS

EPHEMERAL = 32768  # from here on Linux hands ports out by itself
EVERY = tuple(RANGE.subnets(new_prefix=PREFIX))
MAIN = IPv4Network("10.213.138.0/25")  # where `shop_main` begins to look
SERVICES = st.lists(st.sampled_from([f"s{n}" for n in range(PORTS)]), unique=True)


def any_port(_: int) -> bool:
    return True


def none_of(busy: object) -> Callable[[int], bool]:
    assert hasattr(busy, "__contains__")
    return lambda port: port not in busy


def test_blocks_of_ports_are_disjoint_and_below_the_ephemeral_ones() -> None:
    """Every subnet has its own, and the system hands none of them out."""
    ports = [port for subnet in EVERY for port in block(subnet)]
    assert SLOTS * PORTS == len(set(ports)) == len(ports)
    assert 1024 < min(ports) <= max(ports) < EPHEMERAL


@given(st.text(min_size=1))
def test_a_subnet_is_one_of_ours(name: str) -> None:
    """Whatever the environment's name."""
    assert choose(name, [], any_port) in EVERY


def test_an_environment_begins_at_its_own_place() -> None:
    """The same one gets the same subnet as long as it can, on every machine."""
    assert MAIN == choose("shop_main", [], any_port)


def test_a_taken_subnet_is_passed_over() -> None:
    """The next one is taken."""
    assert IPv4Network("10.213.138.128/25") == choose("shop_main", [str(MAIN)], any_port)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ("10.213.138.64/30", "10.213.138.128/25"),
        ("10.213.128.0/17", "10.213.0.0/25"),
        ("10.213.138.0/24", "10.213.139.0/25"),
        ("10.213.138.1/24", "10.213.139.0/25"),
        ("10.212.0.0/16", str(MAIN)),
        ("fd00::/8", str(MAIN)),
        ("::/0", str(MAIN)),
    ],
)
def test_foreign_networks_are_not_overlapped(taken: str, expected: str) -> None:
    """Larger and smaller ones; those of IPv6 or elsewhere are no matter."""
    assert IPv4Network(expected) == choose("shop_main", [taken], any_port)


@given(
    st.text(min_size=1),
    st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(17, 32)), max_size=40),
)
def test_no_subnet_overlaps_another(name: str, foreign: list[tuple[int, int]]) -> None:
    """Whatever else is there."""
    taken = [str(ip_network((int(RANGE.network_address) + low, prefix), strict=False)) for low, prefix in foreign]
    try:
        subnet = choose(name, taken, any_port)
    except EnvctlError:
        assert all(any(own.overlaps(ip_network(other)) for other in taken) for own in EVERY)
    else:
        assert not any(subnet.overlaps(ip_network(other)) for other in taken)


def test_a_subnet_whose_ports_are_busy_is_passed_over() -> None:
    """One listener within the block is enough."""
    assert IPv4Network("10.213.138.128/25") == choose("shop_main", [], none_of({block(MAIN)[7]}))


@pytest.mark.parametrize("taken", [["10.213.0.0/16"], ["10.0.0.0/8"], ["0.0.0.0/0"], [str(subnet) for subnet in EVERY]])
def test_when_every_subnet_is_taken_there_is_no_capacity(taken: list[str]) -> None:
    """It says what is full and how to make room."""
    with pytest.raises(EnvctlError, match=r"all 512 of 10\.213\.0\.0/16 are taken") as caught:
        choose("shop_main", taken, any_port)
    assert Exit.NO_CAPACITY == caught.value.code
    assert "envctl ls" in caught.value.hint


def test_who_has_the_subnets_is_said() -> None:
    """How many are envctl's own, which others lie across the range, and where only ports are missing."""
    first, *_, last = EVERY
    taken = ["10.213.0.0/17", "10.213.128.0/18", "10.213.192.0/18"]
    with pytest.raises(EnvctlError) as caught:
        choose("shop_main", [*taken[:2], *(str(s) for s in EVERY[384:])], any_port)
    assert (
        "128 are of envctl's own size: environments of any project",
        "2 networks of others overlap the range: 10.213.0.0/17, 10.213.128.0/18",
    ) == caught.value.details
    with pytest.raises(EnvctlError) as caught:
        choose("shop_main", [str(first)], none_of(range(block(EVERY[1])[0], block(last)[-1] + 1)))
    assert (
        "1 are of envctl's own size: environments of any project",
        "511 have no network, but another program listens on a port of theirs",
    ) == caught.value.details


def test_what_is_left_can_be_counted() -> None:
    """Overlapping ones count once."""
    assert SLOTS == left([]) == left(["192.168.0.0/16"])
    assert SLOTS - 3 == left(["10.213.0.0/24", "10.213.0.0/25", "10.213.200.0/25"])
    assert SLOTS - 2 == left(["10.213.255.255/32", "10.213.0.0/30", "10.214.0.0/25"])
    assert 0 == left(["10.0.0.0/8"])


def test_when_every_port_is_taken_there_is_no_capacity() -> None:
    """As on a machine where all are listened on."""
    with pytest.raises(EnvctlError, match="no subnet is left"):
        choose("shop_main", [], lambda port: False)


def free(_service: str, _port: int) -> bool:
    return True


@given(SERVICES)
def test_every_service_gets_a_port_of_its_own_in_the_block(services: list[str]) -> None:
    """A full block included."""
    ports = assign(services, block(MAIN), {}, free)
    assert set(services) == set(ports)
    assert len(services) == len(set(ports.values()))
    assert set(ports.values()) <= set(block(MAIN))


@given(
    SERVICES, st.dictionaries(st.sampled_from([f"s{n}" for n in range(PORTS)]), st.sampled_from(block(MAIN))), st.data()
)
def test_no_port_is_given_twice_and_none_that_is_busy(
    services: list[str], kept: dict[str, int], data: st.DataObject
) -> None:
    """Whatever the containers' labels say, and whatever else listens."""
    busy = data.draw(st.sets(st.sampled_from(block(MAIN))))
    try:
        ports = assign(services, block(MAIN), kept, lambda _, port: port not in busy)
    except EnvctlError as error:
        assert Exit.NO_CAPACITY == error.code
        assert len(set(block(MAIN)) - busy - set(kept.values())) < len(services)
    else:
        assert len(services) == len(set(ports.values()))
        assert not busy & set(ports.values())


def test_a_port_is_kept() -> None:
    """Also one of another block, as from a network that was there before."""
    assert {"db": 20000} == assign(["db"], block(MAIN), {"db": 20000}, free)


def test_a_port_that_somebody_took_meanwhile_is_given_up() -> None:
    """That service moves; the others stay where they are."""
    kept = {"db": block(MAIN)[0], "web": block(MAIN)[1]}
    ports = assign(["db", "web"], block(MAIN), kept, lambda _, port: port != kept["web"])
    assert kept["db"] == ports["db"]
    assert ports["web"] not in kept.values()


def test_a_service_may_keep_what_it_listens_on_itself() -> None:
    """Busy is asked for each service: what it holds itself is free for it alone."""
    kept = {"db": block(MAIN)[0]}
    held = assign(["db", "web"], block(MAIN), kept, lambda service, port: port != kept["db"] or service == "db")
    assert kept["db"] == held["db"]


def test_the_kept_port_of_a_service_that_moves_goes_to_nobody_else() -> None:
    """Neither to one that is new."""
    one, two, three = ports = block(MAIN)[:3]
    assigned = assign(["web", "db"], ports, {"db": one}, lambda service, port: service == "web" or port != one)
    assert {two, three} == set(assigned.values())


@given(SERVICES, SERVICES)
def test_ports_stay_while_services_come_and_go(before: list[str], after: list[str]) -> None:
    """Who is in both stack files keeps its address."""
    first = assign(before, block(MAIN), {}, free)
    second = assign(after, block(MAIN), {s: first[s] for s in before if s in after}, free)
    assert {s: first[s] for s in before if s in after} == {s: second[s] for s in before if s in after}


def test_an_environment_brought_up_again_gets_the_ports_it_had() -> None:
    """After `down` nothing is kept, and yet bookmarks work: every service begins at its own place."""
    assert {"web": 24857, "api": 24861, "db": 24836} == assign(["web", "api", "db"], block(MAIN), {}, free)


def test_more_services_than_ports_are_refused() -> None:
    """The message names who got none, and of which ports."""
    services = [f"s{n}" for n in range(PORTS + 1)]
    with pytest.raises(EnvctlError, match=r"no port is left for s32: 24832–24863 are taken") as caught:
        assign(services, block(MAIN), {}, free)
    assert Exit.NO_CAPACITY == caught.value.code
