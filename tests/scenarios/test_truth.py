"""The dry run tells the truth: what it prints is what the daemon then sees, no more and no less."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from secrets import token_hex
from typing import Any

import pytest
from docker.errors import NotFound

from envctl import labels
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

EXAMPLES = 20
READY = 'health = { command = ["true"], timeout = "30s" }'
CACHE = '[services.cache]\nkind = "redis"\n'
PAGE = f"""
[services.page]
image = "redis:8"
{IDLE}
{READY}
before = ["true"]
needs = ["app"]
"""
APP = f"""
[services.app]
image = "redis:8"
{IDLE}
{READY}
env.MODE = "MODE-IS"
volumes = {{ files = "/files" }}
"""
DATABASE = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
DUMP = "--\n-- PostgreSQL database dump\n--\nCREATE TABLE t (n int);\n--\n-- PostgreSQL database dump complete\n--\n"
# A program of a container, as an event names it: psql, maybe by a shell that waits until the server answers.
_PSQL = re.compile(r"exec_create: (sh -c .* envctl )?psql ", re.DOTALL)

Event = dict[str, Any]


class Heard:
    """The daemon's own story of one environment, as it happens."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.events: list[Event] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """From here to the end of the block. Something of ours at the end tells that everything before it has come."""
        end = f"envctl-test-end-{token_hex(4)}"
        stream = self.stage.docker.events(decode=True)
        reader = threading.Thread(target=self._read, args=(stream, end), daemon=True)
        reader.start()
        try:
            yield
        finally:
            self.stage.docker.volumes.create(end).remove()
            reader.join(60)
            stream.close()
        assert not reader.is_alive()

    def _read(self, stream: Any, end: str) -> None:
        for event in stream:
            if event["Actor"]["ID"] == end:
                return
            name = event["Actor"]["Attributes"].get("name", event["Actor"]["ID"])
            if name == self.stage.full() or name.startswith(f"{self.stage.full()}_"):
                self.events.append({**event, "name": name})

    def named(self, kind: str, action: str) -> list[str]:
        """The names of what this happened to."""
        return [e["name"] for e in self.events if (kind, action) == (e["Type"], e["Action"])]

    def services(self, action: str, role: str = "service") -> list[str]:
        """The services to whose container of that role this happened."""
        found = [e["Actor"]["Attributes"] for e in self.events if ("container", action) == (e["Type"], e["Action"])]
        return [a[labels.SERVICE] for a in found if a[labels.ROLE] == role]

    def resumed(self) -> list[str]:
        """Services that were paused and go on. What is removed while it is paused goes on too, to hear that it ends."""
        gone = {e["Actor"]["ID"] for e in self.events if ("container", "destroy") == (e["Type"], e["Action"])}
        found = [e["Actor"] for e in self.events if ("container", "unpause") == (e["Type"], e["Action"])]
        return [a["Attributes"][labels.SERVICE] for a in found if a["ID"] not in gone]

    def told(self, service: str) -> bool:
        """Whether a program was run in a service's container that changes its data."""
        name = f"{self.stage.full()}_{service}"
        return any(_PSQL.match(e["Action"]) for e in self.events if e["name"] == name)

    def steps(self) -> list[str]:
        """The same in the words of a plan."""
        own = f"{self.stage.full()}__"  # record, lease, project, bundle, and what takes the writes to a clone
        volumes = [name for name in self.named("volume", "create") if not name.startswith(own)]
        gone = [name for name in self.named("volume", "destroy") if not name.startswith(own)]
        networks = (
            self.stage.docker.networks.list(names=self.named("network", "create"))
            if self.named("network", "create")
            else []
        )
        return sorted([
            *(f"remove container {name}" for name in self.named("container", "destroy") if not name.startswith(own)),
            *(f"remove volume {name}" for name in gone),
            *(f"create volume {name}" for name in volumes),
            *(f"create network {n.name} ({n.attrs['IPAM']['Config'][0]['Subnet']})" for n in networks),
            *(f"start {service}" for service in self.services("start")),
            *(f"resume {service}" for service in self.resumed()),
            *(["tell db"] if self.told("db") else []),
        ])  # fmt: skip


def in_events(steps: list[str]) -> list[str]:
    """Steps as far as the daemon sees them. What is done to a database is told to it; a clone is a volume; the record
    is our own, and so is what takes the writes to a clone; a snapshot is no environment's.
    """
    told = ("set the password", "create the database", "load ")
    unseen = ("forget ", "build a snapshot ", *told)
    seen = {re.sub("^clone .* to volume", "create volume", step) for step in steps if not step.startswith(unseen)}
    seen = {step for step in seen if not (step.startswith("remove volume ") and "__" in step)}
    return sorted([*seen, *(["tell db"] if any(step.startswith(told) for step in steps) else [])])


def remove(stage: Stage, *services: str) -> None:
    """Remove containers, as far as they are there."""
    for service in services:
        with suppress(NotFound):
            stage.container(service).remove(force=True)


def remove_volume(stage: Stage, service: str, volume: str) -> None:
    remove(stage, service)
    stage.docker.volumes.get(f"{stage.full()}_{volume}").remove()


def remove_record(stage: Stage) -> None:
    for volume in stage.docker.volumes.list(filters=stage.mine()):
        if "__record" in str(volume.name):
            volume.remove()


def remove_network(stage: Stage) -> None:
    for name in stage.ids():
        remove(stage, name)
    stage.docker.networks.get(stage.full()).remove()


HAPPENINGS: dict[str, Callable[[Stage], object]] = {
    "nothing": lambda stage: None,
    "a store is gone": lambda stage: remove(stage, "cache"),
    "an app is gone": lambda stage: remove(stage, "app"),
    "a one-shot is gone": lambda stage: remove(stage, "page-before"),
    "a store was stopped": lambda stage: stage.container("cache").stop(),
    "a database was killed": lambda stage: stage.container("db").kill(),
    "a page was stopped": lambda stage: stage.container("page").stop(),
    "an app was paused": lambda stage: stage.container("app").pause(),
    "a volume is gone": lambda stage: remove_volume(stage, "cache", "cache-data"),
    "data is gone": lambda stage: remove_volume(stage, "db", "db-data"),
    "the network is gone": remove_network,
    "everything is gone": lambda stage: stage.did("down"),
}
EDITS: dict[str, Callable[[str], str]] = {
    "nothing": lambda stack: stack,
    "a value": lambda stack: stack.replace("MODE-IS", "MODE-WAS"),
    "a service left": lambda stack: stack.replace(CACHE, ""),
    "one with a one-shot left": lambda stack: stack.replace(PAGE, ""),
    "another volume": lambda stack: stack.replace("files =", "papers ="),
}


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """A stack with a bit of everything."""
    shared_stage.write(APP + PAGE + CACHE + DATABASE, **{"catalogue.sql": DUMP})
    shared_stage.up()
    return shared_stage


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_what_the_plan_prints_is_what_happens(stage: Stage, seed: int) -> None:
    """Whatever happened to the environment and its stack file: the plan's steps are those `up` reports and takes."""
    random = Random(seed)
    happened = random.choice(list(HAPPENINGS))
    edited = random.choice(list(EDITS))
    stage.write(APP + PAGE + CACHE + DATABASE, **{"catalogue.sql": DUMP})
    stage.up()
    HAPPENINGS[happened](stage)
    stage.write(EDITS[edited](APP + PAGE + CACHE + DATABASE))
    command = ("seed",) if random.random() < 0.2 and stage.ids() else ("up",)
    heard = Heard(stage)

    planned = [step["step"] for step in stage.data(*command, "--dry-run")["steps"]]
    with heard.listening():
        did = stage.data(*command)
    assert in_events(planned) == heard.steps(), f"{happened}; {edited}; {command}"
    assert command == ("seed",) or planned == [step["step"] for step in did["steps"]]
    assert set(heard.services("start", "before")) <= set(heard.services("start"))
    changes = ("create", "destroy", "start", "exec_create: psql")
    assert planned or [] == [e for e in heard.events if e["Action"].startswith(changes)]
    assert [] == stage.data("plan")["steps"]


def test_data_must_stay_when_its_record_is_gone(stage: Stage) -> None:
    """Only who gives it up, as by `reset`, gets other data; then all is as it was in the beginning."""
    stage.write(APP + PAGE + CACHE + DATABASE, **{"catalogue.sql": DUMP})
    stage.up()
    remove_record(stage)
    before = stage.container("db").id
    assert "envctl reset" in stage.refused(9, "up")["error"]["hint"]
    assert before == stage.container("db").id
    stage.did("reset")
    assert [] == stage.data("plan")["steps"]


@pytest.mark.parametrize("command", ["plan", "up", "seed"])
def test_a_dry_run_must_change_nothing(stage: Stage, command: str) -> None:
    """The daemon hears of nothing, also where there would be much to do."""
    stage.write(APP.replace("MODE-IS", "other") + PAGE + DATABASE)
    heard = Heard(stage)
    with heard.listening():
        stage.did(command, *(() if command == "plan" else ("--dry-run",)))
    asking = ("exec_", "health_status", "archive-path", "mount", "unmount")  # and a password that is read
    assert [] == [e["Action"] for e in heard.events if not e["Action"].startswith(asking)]
