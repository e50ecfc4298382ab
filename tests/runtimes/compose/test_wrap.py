"""What an environment takes over of a team's Compose project, and what is refused, decided without Docker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.composition import Composition
from envctl.runtimes.compose.isolation import refusals
from envctl.runtimes.compose.project import escaped
from envctl.runtimes.compose.wrap import plain, variables, wrap
from envctl.workload import Limits, Mount, Port, Workload

WEB: dict[str, Any] = {"image": "caddy:2", "networks": {"default": None}}


def read(*, public: tuple[str, ...] = (), **document: Any) -> Composition:
    """A project of these sections."""
    return wrap(document, public, {})


def workload(service: dict[str, Any], **others: Any) -> Workload:
    """The service `web` of a project."""
    found = read(services={"web": {**WEB, **service}, **others}).workloads
    return next(work for work in found if work.service == "web")


def definition(service: dict[str, Any], **others: Any) -> dict[str, Any]:
    """What is left of its definition."""
    composed = workload(service, **others).composed
    assert composed is not None
    return dict(composed.definition)


JSON = st.recursive(st.text(alphabet="$a{} \\"), lambda inner: st.lists(inner) | st.dictionaries(st.text("$ab"), inner))


@given(JSON)
def test_what_compose_doubled_is_halved(value: Any) -> None:
    """Compose prints each `$` twice, keys included; what is read is what was meant."""

    def doubled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key.replace("$", "$$"): doubled(content) for key, content in value.items()}
        return [doubled(item) for item in value] if isinstance(value, list) else value.replace("$", "$$")

    assert value == plain(doubled(value))


def test_what_is_not_named_is_kept_as_it_is() -> None:
    """Words that nobody here knows too."""
    odd = {"x-own": {"a": 1}, "gpus": "all", "environment": {"A": None, "B": ""}, "command": [], "sysctls": {"a": "1"}}
    assert {**odd, "image": None, "networks": {"default": {}}} == {**definition(odd), "image": None}


def test_what_the_environment_says_itself_is_taken_out() -> None:
    """Names, published ports, the order, and what means nothing to a running service."""
    said = {
        "build": {"context": "/web"},
        "container_name": "mine",
        "depends_on": {"db": {"condition": "service_started"}},
        "develop": {"watch": []},
        "ports": [{"target": 80, "published": "80"}],
        "profiles": ["dev"],
        "pull_policy": "build",
        "scale": 1,
    }
    assert {"networks"} == set(definition(said, db=WEB))


def test_what_a_container_was_called_still_leads_to_it() -> None:
    """In each of its networks, beside the aliases it has there."""
    networks = {"default": None, "back": {"aliases": ["a"], "priority": 3}}
    found = definition({"container_name": "my_db", "networks": networks})["networks"]
    assert {"default": {"aliases": ["my_db"]}, "back": {"aliases": ["a", "my_db"], "priority": 3}} == found


def test_each_port_of_the_container_is_published_once() -> None:
    """The first TCP port is the service's own; where it was published before does not matter."""
    ports = [
        {"target": 53, "protocol": "udp", "published": "53"},
        {"target": 80, "published": "8080", "protocol": "tcp"},
        {"target": 80, "published": "8081", "protocol": "tcp"},
        {"target": 443},
    ]
    work = workload({"ports": ports})
    assert (80, (Port(53, "udp"), Port(443))) == (work.port, work.further_ports)
    assert (None, (Port(53, "udp"),)) == (
        workload({"ports": ports[:1]}).port,
        workload({"ports": ports[:1]}).further_ports,
    )


def test_named_volumes_are_the_environments() -> None:
    """Folders of the host and nameless volumes are no business of its; only what is used is made."""
    mounts = [
        {"type": "volume", "source": "data", "target": "/data"},
        {"type": "volume", "target": "/nameless"},
        {"type": "bind", "source": "/src", "target": "/src"},
    ]
    found = read(services={"web": {**WEB, "volumes": mounts}}, volumes={"data": {"name": "fixed"}, "unused": None})
    assert (Mount("data", "/data"),) == found.workloads[0].mounts
    assert {"data"} == set(found.volumes)


@pytest.mark.parametrize(
    ("service", "ends"),
    [
        ({}, "always"),
        ({"restart": "no"}, "always"),
        ({"restart": "on-failure:3"}, "always"),
        ({"restart": "always"}, ""),
        ({"restart": "unless-stopped"}, ""),
        ({"deploy": {"restart_policy": {"condition": "any"}}}, ""),
        ({"ports": [{"target": 80}]}, ""),
        ({"healthcheck": {"test": ["CMD", "true"]}}, ""),
    ],
)
def test_who_may_come_to_an_end(service: dict[str, Any], ends: str) -> None:
    """A service that nobody calls and nothing would start again may be a one-shot."""
    composed = workload(service).composed
    assert composed is not None
    assert ends == composed.ends


def test_who_is_waited_for_to_complete_is_a_one_shot() -> None:
    """Whatever else it says."""
    after = {"depends_on": {"web": {"condition": "service_completed_successfully"}}}
    composed = workload({"restart": "always", "ports": [{"target": 80}]}, api={**WEB, **after}).composed
    assert composed is not None
    assert "once" == composed.ends


def test_who_holds_on_to_whose_container() -> None:
    """Shared namespaces, links, volumes of another, and `restart: true`; an order alone holds nobody."""
    service = {
        "network_mode": "service:a",
        "pid": "service:b",
        "links": ["c:alias", "d"],
        "volumes_from": ["e:ro"],
        "depends_on": {"f": {"condition": "service_started", "restart": True}, "g": {"condition": "service_healthy"}},
    }
    work = workload({**service, "networks": None}, **dict.fromkeys("abcdefg", WEB))
    assert work.composed is not None
    assert (tuple("abcdef"), ()) == (work.composed.bound, work.composed.networks)
    assert {"f", "g"} == set(work.needs)


def test_a_service_of_a_disabled_profile_is_not_waited_for() -> None:
    """`required: false` says that it may be missing."""
    assert () == workload({"depends_on": {"gone": {"condition": "service_started", "required": False}}}).needs


def test_an_image_that_another_service_builds_is_that_one() -> None:
    """Not one of a registry's, whatever a registry has under that name."""
    built = {**WEB, "image": "app:dev", "build": {"context": "/app", "tags": ["app:latest"]}}
    one, other = read(services={"web": built, "worker": {**WEB, "image": "app:dev"}}).workloads
    assert one.build is not None
    assert (one.build, None) == (other.build, other.image)
    assert "tags" not in getattr(one.build, "definition", {"tags"})


@pytest.mark.parametrize(
    ("build", "context", "dockerfile", "folders"),
    [
        ({"context": "/app"}, "/app", "/app/Dockerfile", ()),
        ({"context": "/app", "dockerfile": "docker/api"}, "/app", "/app/docker/api", ()),
        ({"context": "/app", "dockerfile": "/else/where"}, "/app", "/else/where", ()),
        ({"context": "/app", "dockerfile_inline": "FROM scratch"}, "/app", None, ()),
        ({"context": "https://example.com/a.git"}, None, None, ()),
        (
            {"context": "/app", "additional_contexts": {"a": "/a", "b": "docker-image://b"}},
            "/app",
            "/app/Dockerfile",
            ("/a",),
        ),
    ],
)
def test_what_a_build_reads_here(
    build: dict[str, Any], context: str | None, dockerfile: str | None, folders: tuple[str, ...]
) -> None:
    """The folders and files of this machine, whose content names the image."""
    found: Any = workload({"build": build}).build
    assert (context and Path(context), dockerfile and Path(dockerfile)) == (found.context, found.dockerfile)
    assert tuple(map(Path, folders)) == found.folders


def test_a_build_is_given_its_secrets_alone() -> None:
    """By the names they have in the project."""
    secrets = {"a": {"name": "p_a", "file": "/a"}, "b": {"name": "p_b", "file": "/b"}}
    web = {**WEB, "build": {"context": "/app", "secrets": [{"source": "a"}]}}
    build: Any = read(services={"web": web}, secrets=secrets).workloads[0].build
    assert {"a": {"file": "/a"}} == build.secrets


@pytest.mark.parametrize(
    "service",
    [
        {"mem_limit": "67108864", "cpus": 0.5, "pids_limit": 9},
        {"deploy": {"resources": {"limits": {"memory": "67108864", "cpus": 0.5, "pids": 9}}}},
    ],
)
def test_its_own_limits_are_known(service: dict[str, Any]) -> None:
    """In either way of saying them; without a bound there is none."""
    assert Limits(64 * 2**20, 0.5, 9) == workload(service).limits
    assert Limits() == workload({"pids_limit": -1}).limits


def test_variables_of_secrets_and_configs_are_asked_for() -> None:
    """Files and contents need none."""
    secrets = {"a": {"environment": "B"}, "c": {"file": "/c"}}
    assert ("A", "B") == variables({"secrets": secrets, "configs": {"d": {"environment": "A"}, "e": None}})


def test_an_external_network_is_replaced_with_a_word() -> None:
    """The environment gets its own, and nobody wonders."""
    found = read(services={"web": {**WEB, "networks": {"proxy": None}}}, networks={"proxy": {"external": True}})
    assert ("proxy",) == found.further_networks
    assert "the external network proxy is not joined" in found.notices[0]


SHARED: list[tuple[dict[str, Any], str]] = [
    ({"services": {"a": {"network_mode": "host"}}}, "services.a.network_mode"),
    ({"services": {"a": {"network_mode": "bridge"}}}, "services.a.network_mode"),
    ({"services": {"a": {"network_mode": "container:b"}}}, "services.a.network_mode"),
    ({"services": {"a": {"pid": "container:b"}}}, "services.a.pid"),
    ({"services": {"a": {"ipc": "container:b"}}}, "services.a.ipc"),
    ({"services": {"a": {"volumes_from": ["container:b:ro"]}}}, "services.a.volumes_from"),
    ({"services": {"a": {"external_links": ["b"]}}}, "services.a.external_links"),
    ({"services": {"a": {"networks": {"n": {"ipv4_address": "10.0.0.2"}}}}}, "services.a.networks.n.ipv4_address"),
    ({"services": {"a": {"networks": {"n": {"ipv6_address": "fd00::2"}}}}}, "services.a.networks.n.ipv6_address"),
    ({"services": {"a": {"scale": 2}}}, "services.a.scale"),
    ({"services": {"a": {"deploy": {"replicas": 3}}}}, "services.a.deploy.replicas"),
    ({"services": {"a": {"deploy": {"replicas": 0}}}}, "services.a.deploy.replicas"),
    ({"services": {"a": {"labels": {"dev.envctl.project": "other"}}}}, "services.a.labels"),
    ({"networks": {"n": {"driver": "macvlan"}}}, "networks.n.driver"),
    ({"networks": {"n": {"ipam": {"config": [{"subnet": "10.0.0.0/24"}]}}}}, "networks.n.ipam.config"),
    ({"networks": {"n": {"ipam": {"driver": "other"}}}}, "networks.n.ipam.driver"),
    ({"networks": {"n": {"driver_opts": {"com.docker.network.bridge.name": "br0"}}}}, "networks.n.driver_opts"),
    ({"networks": {"_n": {}}}, "networks._n"),
    ({"volumes": {"v": {"external": True}}}, "volumes.v.external"),
    ({"volumes": {"_record-1": None}}, "volumes._record-1"),
]


@pytest.mark.parametrize(("document", "at"), SHARED, ids=[at for _, at in SHARED])
def test_what_breaks_isolation_is_refused(document: dict[str, Any], at: str) -> None:
    """At its key, with a reason and with what to do."""
    (found,) = refusals({"services": {}, **document})
    assert at == found.at
    assert found.message
    assert found.hint


def test_what_is_harmless_is_not() -> None:
    """Privileges and folders of the host are the team's own business."""
    harmless = {
        "privileged": True,
        "pid": "host",
        "ipc": "shareable",
        "network_mode": "service:b",
        "scale": 1,
        "deploy": {"replicas": 1},
        "volumes": [{"type": "bind", "source": "/var/run/docker.sock", "target": "/var/run/docker.sock"}],
    }
    networks = {"n": {"internal": True, "driver": "bridge", "ipam": {}, "driver_opts": {"a": "b"}}, "e": None}
    assert [] == refusals({"services": {"a": harmless}, "networks": networks, "volumes": {"v": {"driver": "local"}}})


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Not one thing at each attempt."""
    document: dict[str, Any] = {
        "services": {"a": {"network_mode": "host", "scale": 2}},
        "networks": {"n": {"driver": "x"}},
    }
    assert ["services.a.network_mode", "services.a.scale", "networks.n.driver"] == [r.at for r in refusals(document)]


def test_what_is_read_and_written_again_is_the_same() -> None:
    """Taken apart and escaped for Compose, a value is what Compose printed."""
    printed = {"A": "$$HOME ${not} 100% $$$$"}
    assert {"A": "$$HOME $${not} 100% $$$$"} == escaped(plain(printed))
