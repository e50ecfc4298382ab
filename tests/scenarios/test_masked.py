"""Masked data on the real daemon: nothing raw gets in, what is not decided stops it, and the result is proven."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from envctl import labels
from envctl.errors import EnvctlError
from envctl.ops.snapshots.sources.live import LiveServer
from envctl.ops.snapshots.throwaway import serving
from envctl.seeds.servers.parts import Limits
from tests.scenarios.contents import called
from tests.scenarios.elsewhere import Elsewhere, running
from tests.scenarios.sites import site
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

KEY, OTHER = "one key of thirty-two characters", "another one that is as long as it"
STACK = """
[services.db]
kind = "postgres"
data = "shop"
[data.shop]
from = "dump"
path = "shop.sql"
[data.shop.mask]
[data.shop.mask.columns]
"""
RULES = """
"customers.name" = { mask = "name" }
"customers.email" = { mask = "email", identity = "email" }
"customers.born" = "shift"
"customers.id" = "keep"
"orders.buyer" = { mask = "email", identity = "email" }
"orders.*" = "keep"
"""
DUMP = r"""--
-- PostgreSQL database dump
--
CREATE TABLE public.customers (id bigint NOT NULL, name text NOT NULL, email text NOT NULL, born date);
CREATE TABLE public.orders (id bigint NOT NULL, customer bigint, buyer text, total numeric(10,2));
COPY public.customers (id, name, email, born) FROM stdin;
{customers}\.
COPY public.orders (id, customer, buyer, total) FROM stdin;
{orders}\.
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_email_key UNIQUE (email);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers(id);
--
-- PostgreSQL database dump complete
--
"""
COUNT = 300


def customer(number: int) -> str:
    """The address of one that is not to be seen."""
    return f"raw.customer.{number}@their-mail.test"


def dump() -> str:
    """Customers, and an order of each."""
    customers = "".join(f"{n}\tRawfirst{n} Rawlast{n}\t{customer(n)}\t1980-01-{n % 28 + 1:02}\n" for n in range(COUNT))
    orders = "".join(f"{n}\t{n}\t{customer(n)}\t{n}.50\n" for n in range(COUNT))
    return DUMP.replace("{customers}", customers).replace("{orders}", orders)


@pytest.fixture
def shop(stage: Stage) -> Stage:
    """A stack whose dump is masked."""
    stage.write(STACK + RULES, **{"shop.sql": dump()})
    stage.environ["ENVCTL_MASK_KEY"] = KEY
    return stage


@pytest.fixture(scope="module")
def masked(shared_stage: Stage) -> Stage:
    """One whose environment is there, for who only looks at it."""
    shared_stage.write(STACK + RULES, **{"shop.sql": dump()})
    shared_stage.environ["ENVCTL_MASK_KEY"] = KEY
    shared_stage.up()
    return shared_stage


def sql(stage: Stage, *statements: str) -> list[str]:
    """What statements print in the database."""
    commands = [f"--command={statement}" for statement in statements]
    status, output = stage.inside("db", "psql", "-X", "-q", "-At", "-U", "postgres", "-d", stage.project, *commands)
    assert 0 == status, output
    return output.splitlines()


def every_byte(stage: Stage) -> bytes:
    """Of the data, as the server has it on its disk."""
    sql(stage, "CHECKPOINT")
    files = stage.container("db").get_archive("/var/lib/postgresql/data")[0]
    return b"".join(files)


def traces(stage: Stage) -> set[str]:
    """What the daemon holds of the project's snapshots and their builders."""
    filters: dict[str, str | list[str] | bool] = {"label": f"{labels.SNAPSHOT_PROJECT}={stage.project}"}
    volumes = stage.docker.volumes.list(filters=filters)
    containers = stage.docker.containers.list(all=True, ignore_removed=True, filters=filters)
    return {*(str(c.name) for c in containers), *(str(v.name) for v in volumes)}


def anywhere(stage: Stage) -> Stage:
    """For commands that are for no environment."""
    other = copy.copy(stage)
    other.by_branch = True
    return other


def snapshot(stage: Stage) -> str:
    """The address of what the database started from."""
    volume = stage.docker.volumes.get(f"{stage.full()}_db-data")
    return str(volume.attrs["Labels"][labels.CLONE])


def raw(text: str) -> list[str]:
    """Values of the dump that a text holds, which it must not."""
    return [word for word in ("raw.customer", "Rawfirst", "Rawlast") if word in text]


def test_nothing_raw_must_be_there(masked: Stage) -> None:
    """Not in a page, an index, the log; what belongs together still does, and the snapshot says what was done."""
    assert [str(COUNT)] == sql(masked, "SELECT count(*) FROM customers WHERE email LIKE 'user\\_%@example.com'")
    joined = "SELECT count(*) FROM orders JOIN customers ON customers.id = customer AND email = buyer"
    assert [str(COUNT)] == sql(masked, joined)
    found = every_byte(masked)
    assert [] == [word for word in (b"raw.customer", b"Rawfirst", b"Rawlast") if word in found]
    certificate = anywhere(masked).data("snapshot inspect", snapshot(masked))["certificate"]
    assert {"public.customers": COUNT, "public.orders": COUNT} == certificate["rows"]
    assert ("email", "email") == (
        certificate["columns"]["public.customers.email"],
        certificate["columns"]["public.orders.buyer"],
    )
    assert (0, True) == (certificate["hits"], certificate["values"] >= 2 * COUNT)
    assert KEY not in str(certificate)


def test_two_must_get_the_same_and_one_with_another_key_must_not(masked: Stage) -> None:
    """The second is a clone of what is there already."""
    first = sql(masked, "TABLE customers ORDER BY id")
    second = called(masked, "two")
    second.up()
    assert first == sql(second, "TABLE customers ORDER BY id")
    third = called(masked, "three")
    third.environ = {**masked.environ, "ENVCTL_MASK_KEY": OTHER}
    third.up()
    after = sql(third, "TABLE customers ORDER BY id")
    assert len(first) == len(after)
    assert [] == [row for row in first if row in after]


def test_what_nobody_decided_must_stop_it(shop: Stage) -> None:
    """Before the first row, with the lines to paste, and nothing is left."""
    shop.write(STACK + RULES.replace('"customers.born" = "shift"\n', ""), **{"shop.sql": dump()})
    error = shop.refused(9, "up")["error"]
    assert '"customers.born" = ' in str(error["details"])
    assert set() == traces(shop)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (('"customers.born" = "emial"',), ("emial",)),
        (
            (
                '"customers.fax" = "phone"',
                '"clients.email" = "email"',
                '"customers.id" = "email"',
                '"customers.email" = { mask = "name" }',
            ),
            ("customers.fax", "clients.email", "customers.id", "customers.email"),
        ),
    ],
)
def test_a_rule_that_does_not_fit_must_stop_it(shop: Stage, rules: tuple[str, ...], said: tuple[str, ...]) -> None:
    """One that is not known, hits nothing, is for another type, or makes two of one: all of them are said."""
    names = tuple(rule.partition(" = ")[0] for rule in rules)
    others = "\n".join(line for line in RULES.splitlines() if not line.startswith(names))
    shop.write("\n".join((STACK, others, *rules, "")), **{"shop.sql": dump()})
    error = shop.refused(9, "up")["error"]
    text = f"{error['message']} {error['details']} {error['hint']}"
    assert [] == [word for word in said if word not in text]
    assert set() == traces(shop)


@pytest.mark.parametrize(("key", "said"), [(None, "is not set"), ("", "is empty"), ("short", "shorter than 16")])
def test_without_a_key_nothing_must_be_masked(shop: Stage, key: str | None, said: str) -> None:
    """And nothing of one is repeated."""
    shop.environ.pop("ENVCTL_MASK_KEY")
    if key is not None:
        shop.environ["ENVCTL_MASK_KEY"] = key
    error = shop.refused(5 if key is None else 9, "up")["error"]
    assert said in error["message"]
    assert set() == traces(shop)


@pytest.mark.parametrize("around", ["", "x" * 9000], ids=["as it is", "packed"])
def test_a_raw_value_in_a_column_that_is_kept_must_be_found(shop: Stage, around: str) -> None:
    """The rules say that notes are harmless, and they are not: there is no snapshot, and no value is shown.

    Also where the server packs them, so that no byte of it stands in its files.
    """
    noted = dump().replace("total numeric(10,2)", "total text").replace(".50", f" {around} of {customer(7)} {around}")
    shop.write(STACK + RULES, **{"shop.sql": noted})
    error = shop.refused(9, "up")["error"]
    assert "customers.email" in error["message"]
    assert ("long values of public.orders.total" in str(error["details"])) == bool(around)
    assert [] == raw(str(error))
    assert set() == traces(shop)


@pytest.mark.parametrize("cut", ["in its rows", "in an insert", "off"])
def test_a_dump_that_cannot_be_masked_must_be_refused(shop: Stage, cut: str) -> None:
    """With its line, and without a value."""
    broken = {
        "in its rows": dump().replace("5\t5\traw", "5\traw"),
        "in an insert": dump().replace(
            "ALTER", f"INSERT INTO public.orders VALUES (1, 1, '{customer(1)}', 1);\nALTER", 1
        ),
        "off": dump().partition("5\t5\traw")[0],
    }[cut]
    shop.write(STACK + RULES, **{"shop.sql": broken})
    error = shop.refused(9, "up")["error"]
    assert [] == raw(str(error))
    assert set() == traces(shop)


def test_a_snapshot_without_its_certificate_must_not_be_used(masked: Stage) -> None:
    """Whoever took it away: masked data is only what is proven to be."""
    marker = masked.docker.volumes.get(f"envctl-snapshot__{snapshot(masked)}")
    whole = marker.attrs["Labels"]
    try:
        marker.remove()
        bare = {key: value for key, value in whole.items() if key != labels.SNAPSHOT_CERTIFICATE}
        masked.docker.volumes.create(marker.name, labels=bare)
        error = called(masked, "four").refused(9, "up")["error"]
    finally:
        masked.docker.volumes.get(str(marker.name)).remove()
        masked.docker.volumes.create(marker.name, labels=whole)
    assert "no certificate" in error["message"]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A server with the same customers."""
    with running(tmp_path_factory.mktemp("elsewhere")) as server:
        server.sql("CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL)")
        server.sql(
            f"INSERT INTO people SELECT n, 'raw.customer.' || n || '@mail.test' FROM generate_series(1, {COUNT}) n"
        )
        yield server


LIVE = """
[services.db]
kind = "postgres"
data = "shop"
[data.shop]
from = "live"
url = "FAR_URL"
[data.shop.mask]
unlisted = "keep"
columns = { "people.email" = "email" }
"""


def test_a_live_server_must_be_masked_too(stage: Stage, elsewhere: Elsewhere) -> None:
    """On its way: nothing of it lies anywhere in between. For a subset it is read twice, and is the same both times."""
    stage.write(LIVE + '[data.shop.subset]\npeople = "id <= 200 and now() > current_date"\n')
    stage.environ |= {"FAR_URL": elsewhere.url, "ENVCTL_MASK_KEY": KEY}
    stage.up()
    assert ["200"] == sql(stage, "SELECT count(*) FROM people WHERE email LIKE 'user\\_%@example.com'")
    assert b"raw.customer" not in every_byte(stage)


def test_a_live_server_must_be_read_as_it_was(stage: Stage, elsewhere: Elsewhere) -> None:
    """In parts, by several sessions, while it changes; when it goes away nobody waits for it, or repeats a value."""
    stage.write(LIVE)
    stage.environ |= {"FAR_URL": elsewhere.url, "ENVCTL_MASK_KEY": KEY}
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with site(stage, "db") as made, serving(made):
        database = made.workload.database
        assert database is not None
        assert database.live is not None
        with LiveServer(database, database.live, Limits(large=0, part=1)).plain(made) as plain:
            sessions = int(elsewhere.sql(f"SELECT count(*) {others}")[0])
            elsewhere.sql("UPDATE customers SET email = 'changed'")
            with plain.text() as blocks:
                text = b"".join(blocks)
            assert (1000, 0) == (text.count(b"@example.org\n"), text.count(b"changed"))
            assert (1, 1.0) == (sessions, plain.share())
            with pytest.raises(EnvctlError) as raised, plain.text() as blocks:
                for block in blocks:
                    if block.startswith(b'COPY "public"'):
                        elsewhere.sql(f"SELECT pg_terminate_backend(pid) {others}")
        left = stage.docker.containers.list(all=True, filters={"label": f"{labels.SNAPSHOT}={made.address}"})
        assert [made.server] == [container.name for container in left]
        assert ["0"] == elsewhere.sql(f"SELECT count(*) {others}")
    assert "live shop could not be copied: terminating connection" in raised.value.message
    assert "example.org" not in f"{raised.value.message} {raised.value.details}"
