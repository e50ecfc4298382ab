"""Messages of Kafka and keys of Redis that are made of a database's rows, on the real daemon."""

from __future__ import annotations

import json
from collections.abc import Mapping
from signal import SIGKILL

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from envctl.errors import EnvctlError, Exit
from envctl.ops.snapshots.build import find_or_build
from envctl.snapshot import Snapshot
from tests.scenarios.contents import PATIENCE, called, redis
from tests.scenarios.stage import Stage
from tests.scenarios.test_interrupts import interrupt
from tests.scenarios.test_masked import COUNT, KEY, RULES, customer, dump, sql, traces
from tests.scenarios.test_masked import STACK as DATABASE

pytestmark = pytest.mark.docker

PARTITIONS = 3
STORES = f"""
[services.events]
kind = "kafka"
data = "messages"
topics = {{ orders = {PARTITIONS}, others = 2 }}
[services.cache]
kind = "redis"
data = "carts"
"""
ROWS = """
[data.messages]
from = "rows"
of = "shop"
[data.messages.messages.orders]
table = "orders"
key = "${id}"
value = { id = "${id}", buyer = "${buyer}", customer = { mail = "${customer.email}", name = "${customer.name}" } }
headers = { source = "seed", who = "${buyer}" }
timestamp = "${customer.born}"
where = "id <> 7"
[data.messages.messages.others]
table = "customers"
value = "${email}"
where = "id < 100"
limit = 10
[data.carts]
from = "rows"
of = "shop"
[data.carts.keys."cart:${id}"]
table = "customers"
value = { name = "${name}", mail = "${email}" }
[data.carts.keys."order:${buyer}"]
table = "orders"
value = { json = { total = "${total}" } }
"""
ASKED = """
SELECT json_build_object('id', o.id, 'buyer', o.buyer, 'customer', json_build_object('mail', c.email, 'name', c.name)),
    extract(epoch FROM c.born)::bigint * 1000
FROM orders o JOIN customers c ON c.id = o.customer WHERE o.id <> 7 ORDER BY o.id
"""


@pytest.fixture
def shop(stage: Stage) -> Stage:
    """A masked database, and what is made of it."""
    stage.write(DATABASE + RULES + STORES + ROWS, **{"shop.sql": dump()})
    stage.environ["ENVCTL_MASK_KEY"] = KEY
    return stage


def murmur2(key: bytes) -> int:
    """The hash that Java's producers choose a partition by, as Kafka documents it."""
    scramble, mask = 0x5BD1E995, 0xFFFFFFFF
    found = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for at in range(0, whole, 4):
        word = int.from_bytes(key[at : at + 4], "little") * scramble & mask
        found = (found * scramble & mask) ^ ((word ^ word >> 24) * scramble & mask)
    if rest := key[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * scramble & mask
    found = (found ^ found >> 13) * scramble & mask
    return found ^ found >> 15


def messages(stage: Stage, topic: str = "orders", partitions: int = PARTITIONS) -> list[Message]:
    """Every message of a topic, by partition."""
    consumer = Consumer({"bootstrap.servers": stage.data("env")["EVENTS_BROKERS"], "group.id": "test"})
    found: list[Message] = []
    for number in range(partitions):
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=PATIENCE)
        consumer.assign([TopicPartition(topic, number, first)])
        while len([one for one in found if one.partition() == number]) < end - first:
            found += consumer.consume(end - first, PATIENCE)
    consumer.close()
    assert [None] * len(found) == [one.error() for one in found]
    return found


def values(stage: Stage) -> dict[bytes, object]:
    """What they say, by their keys."""
    return {one.key() or b"": json.loads(one.value() or b"") for one in messages(stage)}


def hashes(stage: Stage, key: str) -> Mapping[str, str]:
    """A hash of Redis."""
    lines = redis(stage, "HGETALL", key)
    return dict(zip(lines[::2], lines[1::2], strict=True))


def build(stage: Stage, service: str) -> Snapshot:
    """Find or build what a service's data starts from."""
    here = stage.here()
    blueprint = here.blueprint()
    workload = blueprint.workload(service)
    assert workload is not None
    image = next(one for one in blueprint.images[service].candidates if here.world.engine.image(one))
    return find_or_build(here, blueprint, workload, image)


def test_whoever_is_the_same_in_the_database_must_be_the_same_everywhere(shop: Stage) -> None:
    """Masked rows make masked messages and keys, in the partitions that Java's producers choose and in the order of
    their times; another branch starts on copies of them, and a reset puts them back.
    """
    shop.up()
    rows = [line.rsplit("|", 1) for line in sql(shop, ASKED)]
    expected = {str(json.loads(text)["id"]).encode(): (json.loads(text), int(sent)) for text, sent in rows}
    found = messages(shop)
    assert COUNT - 1 == len(found) == len(expected)
    assert expected == {m.key(): (json.loads(m.value() or b""), m.timestamp()[1]) for m in found}
    assert all((murmur2(m.key() or b"") & 0x7FFFFFFF) % PARTITIONS == m.partition() for m in found)
    assert -973932308 & 0xFFFFFFFF == murmur2(b"21"), "as Kafka's own tests have it"
    assert [("source", b"seed"), ("who", expected[found[0].key() or b""][0]["buyer"].encode())] == found[0].headers()
    for number in range(PARTITIONS):
        times = [m.timestamp()[1] for m in found if m.partition() == number]
        assert sorted(times) == times
    plain = {(m.key(), (m.value() or b"").decode(), m.partition()) for m in messages(shop, "others", 2)}
    addresses = sql(shop, "SELECT email FROM customers WHERE id < 10 ORDER BY id")
    assert {(None, address, number % 2) for number, address in enumerate(addresses)} == plain
    name, mail = sql(shop, "SELECT name, email FROM customers WHERE id = 5")[0].split("|")
    assert {"name": name, "mail": mail} == hashes(shop, "cart:5")
    assert ['{"total":5.50}'] == redis(shop, "GET", f"order:{mail}"), "the same address in another table"
    assert [str(2 * COUNT)] == redis(shop, "DBSIZE")
    for service, folder in (("events", "/var/lib/kafka/data"), ("cache", "/data")):
        whole = b"".join(shop.container(service).get_archive(folder)[0])
        assert customer(5).encode() not in whole, service
        assert mail.encode() in whole, service

    other = called(shop, "two")
    ran = other.did("up")
    assert "building" not in ran.stderr
    assert {key: value for key, (value, _) in expected.items()} == values(other)
    redis(other, "FLUSHALL")
    redis(other, "SET", "mine", "1")
    assert [str(2 * COUNT)] == redis(shop, "DBSIZE"), "nobody else's are touched"
    other.did("reset", "cache", "events")
    assert [str(2 * COUNT)] == redis(other, "DBSIZE")
    redis(other, "FLUSHALL")
    other.did("seed", "cache")
    assert ({"name": name, "mail": mail}, [str(2 * COUNT)]) == (hashes(other, "cart:5"), redis(other, "DBSIZE"))


def test_a_builder_that_is_killed_must_leave_nothing_for_long(shop: Stage) -> None:
    """Neither the copy of the database that it read, nor half a broker is there once the next one is done."""
    assert -SIGKILL == interrupt(shop, "reading the rows of shop", "up", number=SIGKILL).status
    made = [build(shop, service) for service in ("db", "cache", "events")]
    assert {name for one in made for name in (one.marker, one.parts[0].held.volume)} == traces(shop)
    assert made[0].short in made[1].about["rows"]
    assert made == [build(shop, service) for service in ("db", "cache", "events")]
    assert {"masked dump shop", "rows carts", "rows messages"} == {one.source for one in made}


RAW = DATABASE.partition("[data.shop.mask]")[0]
MADE = '[data.made]\nfrom = "rows"\nof = "shop"\n'
CART = (
    f"""[services.cache]\nkind = "redis"\ndata = "made"\n{MADE}[data.made.keys."cart:${{id}}"]\ntable = "customers"\n"""
)
EVENTS = f"""[services.events]\nkind = "kafka"\ndata = "made"\ntopics = {{ t = 1 }}\n{MADE}"""
WRONG = {
    CART.replace("customers", "custmers") + 'value = "x"': (
        'data.made.keys."cart:${id}".table: there is no table custmers',
        "did you mean customers?",
    ),
    CART + 'value = { n = "${nme}" }': (
        'data.made.keys."cart:${id}".value.n: customers has no column nme',
        "did you mean name?",
    ),
    CART.replace("${id}", "one") + 'value = "${name}"': (
        f"{COUNT} rows of made make only 1 keys: some have the same, or went",
        "Put a column into the key that tells its rows apart, such as the primary key; or raise `maxmemory`.",
    ),
    EVENTS + '[data.made.messages.t]\ntable = "orders"\nvalue = "${id}"\ntimestamp = "${total}"': (
        "data.made.messages.t.timestamp: ${total} is of type numeric(10,2), and neither a date nor a point in time",
        "Correct it in the stack file.",
    ),
}


def test_what_cannot_be_made_must_leave_nothing(stage: Stage) -> None:
    """What is wrong is named, and of half a store no snapshot is made."""
    for stores, said in WRONG.items():
        stage.write(RAW + stores, **{"shop.sql": dump()})
        with pytest.raises(EnvctlError) as refused:
            build(stage, "events" if "kafka" in stores else "cache")
        assert (Exit.DATA_REFUSED, *said) == (refused.value.code, refused.value.message, refused.value.hint)
        database = build(stage, "db")
        assert {database.marker, database.parts[0].held.volume} == traces(stage)
