"""What every kind of service promises: one suite, run on each."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from envctl.services import BY_NAME, KINDS, Service, kind_name
from envctl.text import MASK, PublishedPort, Text, text
from envctl.workload import Address, Workload

ROOT = Path("/made-up")
NEEDED: dict[str, dict[str, Any]] = {"app": {"image": "acme/web:1", "port": 8000}}
HOST = Address("127.0.0.1", text(PublishedPort("it")))
kinds = pytest.mark.parametrize("kind", KINDS, ids=kind_name)


def make(kind: type[Service], **fields: Any) -> Service:
    """The smallest service of a kind."""
    name = kind_name(kind)
    return kind.model_validate({"kind": name, **NEEDED.get(name, {}), **fields})


def told(service: str, attribute: str) -> Text:
    """What another service answers."""
    return text(f"<{service}.{attribute}>")


def workload(service: Service) -> Workload:
    """The service as `it` of the project `my-shop`."""
    return service.workload("it", "my-shop", ROOT, told)


def test_the_list_is_the_registry() -> None:
    """Each kind is found by the name its section says."""
    assert ["app", "postgres", "kafka", "redis"] == list(BY_NAME)
    assert list(KINDS) == list(BY_NAME.values())


@kinds
def test_the_workload_carries_its_name_kind_and_needs(kind: type[Service]) -> None:
    """Nothing of what the section says is lost on the way."""
    work = workload(make(kind, needs=["a", "b"]))
    assert ("it", kind_name(kind), ("a", "b")) == (work.service, work.kind, work.needs)
    assert work.image and work.port


@kinds
def test_a_workload_has_no_secret_in_it(kind: type[Service]) -> None:
    """A password is a hole: it stands in files, never in the environment, a command or a probe."""
    work = workload(make(kind))
    outside = [work.command, work.entrypoint, work.probe, *work.environment.values()]
    assert MASK not in "".join(map(str, outside))
    assert (kind_name(kind) in {"postgres", "redis"}) == any(MASK in str(content) for content in work.files.values())
    assert all(path.startswith("/run/secrets/it") for path in work.files)


@kinds
def test_a_store_keeps_its_data_and_shows_when_it_is_ready(kind: type[Service]) -> None:
    """Everything but an app is stateful, has a volume of its own name and a probe."""
    work = workload(make(kind))
    assert (kind_name(kind) != "app") == work.stateful
    assert tuple(mount.volume for mount in work.mounts) == make(kind).volumes_of("it")
    assert not work.stateful or (("it-data",) == make(kind).volumes_of("it") and work.probe is not None)


@kinds
def test_what_it_is_reached_by(kind: type[Service]) -> None:
    """url, host, port and address, inside and on the host; the port there is a hole."""
    service = make(kind)
    inside = service.settings("it", "my-shop", Address("it", text(str(service.listens))))
    outside = service.settings("it", "my-shop", HOST)
    assert {"url", "host", "port", "address"} <= set(inside)
    assert set(inside) == set(outside)
    assert (f"it:{service.listens}", "it") == (str(inside["address"]), str(inside["host"]))
    assert Text(("127.0.0.1:", PublishedPort("it"))) == outside["address"]
    assert str(outside["address"]) in str(outside["url"])


@kinds
def test_the_inner_port_is_the_one_that_is_told(kind: type[Service]) -> None:
    """What the network's services are told is where the workload says it listens for them."""
    work = workload(make(kind))
    assert make(kind).listens == (work.inner_port or work.port)


@kinds
def test_an_unknown_key_is_refused(kind: type[Service]) -> None:
    """No key too many."""
    with pytest.raises(ValidationError):
        make(kind, nonsense=1)


@kinds
def test_limits_are_left_to_the_stack(kind: type[Service]) -> None:
    """A service alone does not know its share: the workload's limits are filled in later."""
    unfilled = workload(make(kind, limits={"memory": "1GiB"})).limits
    assert [None, None, None] == [getattr(unfilled, field.name) for field in fields(unfilled)]


@kinds
def test_the_smallest_section_has_no_complaint(kind: type[Service]) -> None:
    """What the reference calls required is enough."""
    assert [] == list(make(kind).complaints("it", "my-shop"))
