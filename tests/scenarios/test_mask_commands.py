"""What masking would do is seen before any data moves, and no real value is seen with it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from tests.scenarios.elsewhere import DATABASE, running
from tests.scenarios.stage import LONGEST, Ran, Stage

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
data = "people"
[data.people]
from = "dump"
path = "people.sql"
"""
LIVE = """
[services.db]
kind = "postgres"
data = "far"
[data.far]
from = "live"
url = "FAR_URL"
"""
REAL = ("mabel.quince", "Quince", "Fenchurch", "4929123412341238", "hunter2", "+44 20 7946 0000")
DUMP = """--
-- PostgreSQL database dump
--

-- Dumped from database version 17.0

CREATE TYPE public.level AS ENUM ('basic', 'gold');
CREATE TABLE public.customers (
    id integer GENERATED ALWAYS AS IDENTITY, email text NOT NULL, full_name text NOT NULL, street_address text,
    phone text, card varchar(19), password_hash text, level public.level, created_at timestamptz,
    initial text GENERATED ALWAYS AS (left(full_name, 1)) STORED
);
ALTER TABLE public.customers OWNER TO shopkeeper;
CREATE TABLE public.orders (id integer NOT NULL, customer_email text, total numeric(10,2));
CREATE TABLE public."Odd Visits" (created_at date NOT NULL, "e mail" text) PARTITION BY RANGE (created_at);
CREATE TABLE public.visits_2025 PARTITION OF public."Odd Visits" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
COPY public.customers (id, email, full_name, street_address, phone, card, password_hash, level, created_at) FROM stdin;
1\tmabel.quince@corp.example\tMabel Quince\t12 Fenchurch Street\t+44 20 7946 0000\t4929123412341238\thunter2\tgold\t\
2025-03-01 10:00:00+00
2\tada.quince@corp.example\tAda Quince\t\\N\t\\N\t\\N\t\\N\tbasic\t2025-03-02 10:00:00+00
\\.
COPY public.orders (id, customer_email, total) FROM stdin;
1\tmabel.quince@corp.example\t12.50
\\.
COPY public.visits_2025 (created_at, "e mail") FROM stdin;
2025-03-01\tmabel.quince@corp.example
\\.
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_email_key UNIQUE (email);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_fkey FOREIGN KEY (customer_email)
    REFERENCES public.customers(email);
--
-- PostgreSQL database dump complete
--
"""
MASK = "[data.people.mask.columns]\n"
KEY = {"ENVCTL_MASK_KEY": "0123456789abcdef0123456789abcdef"}


def write(stage: Stage, mask: str = "") -> None:
    """The stack with the rules, and its dump."""
    stage.write(f"{STACK}{mask}", **{"people.sql": DUMP})


@pytest.fixture(scope="module")
def suggested(shared_stage: Stage) -> Ran:
    """What is suggested for the dump, with rows looked at."""
    write(shared_stage)
    return shared_stage.did("mask suggest")


def left(stage: Stage) -> set[str]:
    """What the daemon holds of servers that were there for a moment."""
    mine: dict[str, Any] = {"label": f"{labels.SNAPSHOT_PROJECT}={stage.project}"}
    containers = stage.docker.containers.list(all=True, filters=mine)
    return {str(v.name) for v in stage.docker.volumes.list(filters=mine)} | {str(c.name) for c in containers}


def quiet_about(*texts: str) -> None:
    """No real value stands in any of these."""
    assert [] == [value for value in REAL for text in texts if value in text]


def test_rules_that_do_not_fit_must_come_with_the_patch_that_mends_them(stage: Stage) -> None:
    """Each problem is named, the patch pasted makes it pass, and nothing is there afterwards: no container, no row."""
    write(stage, f'{MASK}"customers.mail" = "email"\n')
    refused = stage.refused(9, "mask check")
    said = " ".join(refused["error"]["details"])
    assert "customers.mail: there is no such column (did you mean customers.email?)" in said
    assert "customers.card: no rule covers it" in said
    assert "orders.customer_email" not in said  # it follows
    assert "initial" not in said  # it is computed
    patch = refused["data"]["patch"]["people"]
    assert {"customers.email", "customers.card", "orders.id", '"Odd Visits"."e mail"'} <= set(tomllib.loads(patch))

    write(stage, f"{MASK}{patch}")
    (found,) = stage.data("mask check")["checked"]
    tables = {one["table"]: one for one in found["tables"]}
    assert {"public.customers", "public.orders", "public.Odd Visits"} == set(tables)
    masked = {one["column"]: one["mask"] for one in tables["public.customers"]["masked"]}
    assert {"email": "email", "full_name": "name"}.items() <= masked.items()
    assert {"card", "phone", "street_address", "password_hash"} <= set(masked)
    assert "id" in tables["public.customers"]["kept"]
    assert ["customer_email"] == [one["column"] for one in tables["public.orders"]["masked"]]
    assert set() == left(stage) | stage.objects()


def test_a_suggestion_must_pass_the_check(stage: Stage, suggested: Ran) -> None:
    """As it is printed, with rows looked at or without; no value of a row is in it, nor on the way."""
    write(stage)
    quiet_about(suggested.stdout, suggested.stderr)
    told = stage.did("mask suggest", "--no-samples", "--write", "mask.toml")
    assert "mask.toml\n" == told.stdout
    written = (stage.folder / "mask.toml").read_text()
    stage.refused(2, "mask suggest", "--write", "mask.toml")
    assert written == (stage.folder / "mask.toml").read_text()
    for rules in (suggested.stdout, written):
        write(stage, rules)
        checked = stage.data("mask check")["checked"][0]["tables"]
        masked = {one["table"]: {c["column"] for c in one["masked"]} for one in checked}
        personal = {"email", "full_name", "street_address", "phone", "card", "password_hash"}
        assert personal <= masked["public.customers"]
    assert set() == left(stage) | stage.objects()


def test_a_preview_must_show_nobody(stage: Stage, suggested: Ran) -> None:
    """Made-up rows before and after; real ones on a terminal alone, and only who asks for them."""
    write(stage, suggested.stdout)
    assert "ENVCTL_MASK_KEY" in stage.refused(5, "mask preview")["error"]["message"]
    shown = stage.did("mask preview", env=KEY)
    quiet_about(shown.stdout, shown.stderr)
    (customers,) = [block for block in shown.stdout.split("\n\n") if block.startswith("public.customers\n")]
    assert 3 == len(re.findall(r"user_[0-9a-f]{16}@example\.com", customers))
    assert shown.stdout == stage.did("mask preview", env=KEY).stdout
    (table,) = json.loads(stage.did("mask preview", "db", "orders", "--rows", "5", "--json", env=KEY).stdout)["data"][
        "tables"
    ]
    assert 5 == len(table["columns"][0]["after"])

    stage.refused(2, "mask preview", "--show-real", env=KEY)
    ran = stage.envctl("mask preview", "--show-real", env=KEY)
    assert (2, "") == (ran.status, ran.stdout)
    seen = on_a_terminal(stage, "mask preview", "db", "customers", "--show-real")
    assert "mabel.quince@corp.example" in seen
    assert "user_" in seen
    assert set() == left(stage) | stage.objects()


def on_a_terminal(stage: Stage, *words: str) -> str:
    """What somebody sees there on stdout."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        stage.words(*words), cwd=stage.folder, env={**stage.environ, **KEY}, stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        while piece := _read(ours):
            seen += piece
        _, said = process.communicate(timeout=LONGEST)
    os.close(ours)
    assert 0 == process.returncode, said
    return seen.decode()


def _read(terminal: int) -> bytes:
    """What is next; nothing once the other end is closed."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def test_a_column_that_a_migration_adds_must_fail_the_check_of_the_environment(stage: Stage, suggested: Ran) -> None:
    """The source knows nothing of it; in CI it is the environment that shows it, and what to paste."""
    rules = suggested.stdout
    assert "is not there" in stage_error(stage, rules)
    write(stage)
    stage.up()
    write(stage, rules)
    assert 1 == len(stage.data("mask check", "db", "--schema", "environment")["checked"])
    database = stage.project.replace("-", "_")
    added = "ALTER TABLE customers ADD COLUMN nickname text"
    assert 0 == stage.inside("db", "psql", "-U", "postgres", "-d", database, "-c", added)[0]
    refused = stage.refused(9, "mask check", "--schema", "environment")
    assert ["customers.nickname: no rule covers it (text)"] == refused["error"]["details"][:-1]
    assert "--schema environment" in refused["error"]["hint"]
    write(stage, f"{rules}{refused['data']['patch']['people']}")
    stage.did("mask check", "--schema", "environment")
    assert "customers.nickname" in " ".join(stage.refused(9, "mask check")["error"]["details"])  # not in the dump yet


def stage_error(stage: Stage, rules: str) -> str:
    """Of a check of an environment that was never brought up."""
    write(stage, rules)
    message: str = stage.refused(5, "mask check", "--schema", "environment")["error"]["message"]
    return message


def test_seed_must_refuse_data_without_rules(stage: Stage) -> None:
    """With --masked: before anything is looked at, with the command to begin with. A plan is refused too."""
    write(stage)
    for words in ((), ("--dry-run",)):
        error = stage.refused(9, "seed", "--masked", *words)["error"]
        assert "nothing says how the data of db is masked" in error["message"]
        assert f"`envctl mask suggest --env {stage.name} db`" in error["hint"]
    assert "there is no [data.people.mask]" in " ".join(stage.refused(9, "mask check")["error"]["details"])


def test_data_that_is_there_must_not_be_filled_past_the_rules(stage: Stage, suggested: Ran) -> None:
    """A server that began without data is not loaded with the dump as it is; `seed --masked` gives it masked rows."""
    stage.write('[services.db]\nkind = "postgres"\n')
    stage.up()
    write(stage, suggested.stdout)
    error = stage.refused(9, "up", env=KEY)["error"]
    assert "db holds data already" in error["message"]
    stage.did("seed", "--masked", env=KEY)
    query = "SELECT c.email, o.customer_email FROM customers c JOIN orders o ON o.customer_email = c.email"
    database = stage.project.replace("-", "_")
    status, joined = stage.inside("db", "psql", "-U", "postgres", "-d", database, "-A", "-t", "-c", query)
    assert 0 == status
    assert re.fullmatch(r"(user_[0-9a-f]{16}@example\.com)\|\1\n", joined)


def test_a_live_server_must_be_looked_at_and_left_alone(stage: Stage, tmp_path: Path) -> None:
    """A policy for it passes the check; neither its rows nor its password are printed, and nothing is there after."""
    with running(tmp_path) as server:
        stage.environ["FAR_URL"] = server.url
        before = server.sql("SELECT count(*), max(email) FROM customers")
        stage.write(LIVE)
        ran = stage.did("mask suggest")
        assert "person" not in ran.stdout + ran.stderr
        assert "c4nary" not in ran.stdout + ran.stderr
        assert '"customers.email" = "email"' in ran.stdout
        assert "and 1000 rows." in ran.stderr
        stage.write(f"{LIVE}{ran.stdout}")
        stage.did("mask check")
        assert before == server.sql("SELECT count(*), max(email) FROM customers")
        server.sql("CREATE ROLE looker LOGIN PASSWORD 'c4nary-looker'", "GRANT USAGE ON SCHEMA public TO looker")
        stage.environ["FAR_URL"] = f"postgresql://looker:c4nary-looker@{server.host}/{DATABASE}"
        error = stage.refused(9, "mask suggest")["error"]
        assert "permission denied" in error["message"]
        assert "pg_read_all_data" in error["hint"]
    assert set() == left(stage) | stage.objects()
