"""What `envctl init` writes runs as it stands: in an empty repository, without another word."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.stage import Stage, git

pytestmark = pytest.mark.docker

PATIENCE = 30  # seconds


@pytest.fixture
def repository(stage: Stage) -> Iterator[Stage]:
    """An empty git repository, whose folder has the project's name."""
    folder = stage.folder / stage.project
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    stage.folder, stage.by_branch = folder, True
    yield stage
    stage.did("down")
    assert set() == stage.objects()


def begin(stage: Stage, template: str) -> dict[str, str]:
    """`init` and `up`; the settings by which the services are reached."""
    begun = stage.data("init", "--template", template)
    assert (stage.project, True) == (begun["project"], begun["in_git"])
    assert "running" == stage.up()["state"]
    settings: dict[str, str] = stage.data("env")
    return settings


def ask(url: str, **body: str) -> Any:
    """What a URL answers; with a body it is a POST."""
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def wait_for(stage: Stage, said: str) -> None:
    """Follow what the worker prints until it says that."""
    with stage.running("logs", "-f", "worker") as process:
        assert process.stdout
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        assert any(said in line for line in process.stdout)
        late.cancel()


def test_an_api_keeps_what_it_is_given(repository: Stage) -> None:
    """`api`: Postgres keeps a note, Redis counts, and the answer names the environment."""
    begin(repository, "api")
    (url,) = (entry["url"] for entry in repository.data("urls"))
    assert "remember the milk" == ask(f"{url}/notes", text="remember the milk")["text"]
    assert ["remember the milk"] == [note["text"] for note in ask(f"{url}/notes")]
    first, second = ask(url), ask(url)
    assert (1, 2) == (first["visits"], second["visits"])
    assert first["environment"].startswith("main-")


def test_a_worker_works_off_its_jobs(repository: Stage) -> None:
    """`worker`: a job that is told to Kafka ends as a row in Postgres."""
    from confluent_kafka import Producer

    settings = begin(repository, "worker")
    producer = Producer({"bootstrap.servers": settings["EVENTS_BROKERS"]})
    producer.produce("jobs", "paint the shed")
    assert 0 == producer.flush(PATIENCE)
    wait_for(repository, "done: paint the shed")
    with psycopg.connect(settings["DB_URL"]) as db:
        assert [("paint the shed", "PAINT THE SHED")] == db.execute("SELECT job, result FROM results").fetchall()


def test_the_full_stack_does_an_order(repository: Stage) -> None:
    """`full`: an order goes through page, API, Postgres, Kafka, worker and Redis."""
    begin(repository, "full")
    (url,) = (entry["url"] for entry in repository.data("urls"))
    with urllib.request.urlopen(url, timeout=PATIENCE) as page:
        assert b"<h1>Orders</h1>" in page.read()
    assert {"id": 1, "item": "a lamp", "status": "received"} == ask(f"{url}/api/orders", item="a lamp")
    wait_for(repository, "order 1 done")
    assert [("a lamp", "done")] == [(order["item"], order["status"]) for order in ask(f"{url}/api/orders")]
    assert 1 == ask(f"{url}/api/about")["done"]
