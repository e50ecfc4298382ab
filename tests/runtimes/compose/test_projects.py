"""Five Compose projects as teams write them: two environments of each, and what Compose itself makes of them."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envctl import labels
from tests.scenarios.stage import Stage, staged

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

pytestmark = pytest.mark.docker

PROJECTS = Path(__file__).parent / "projects"
Attributes = Mapping[str, Any]

# Project → its stack file, what of it can be seen from outside.
STACKS = {
    "classic": 'compose = "compose.yaml"\npublic = ["web"]\n',
    "oneshots": 'compose = "docker-compose.yml"\nprofiles = ["backend"]\n',
    "merged": 'compose = ["docker-compose.yml", "docker-compose.dev.yml"]\n',
    "networks": 'compose = "compose.yaml"\npublic = ["proxy"]\n',
    "legacy": 'compose = "docker-compose.yml"\n',
}
FILES = {"merged": ("docker-compose.yml", "docker-compose.dev.yml")}


@pytest.fixture(scope="module", params=STACKS)
def wrapped(
    request: pytest.FixtureRequest, docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A project, up as two environments; nothing of them is left afterwards."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(PROJECTS / request.param, folder, dirs_exist_ok=True)
    with staged(docker, folder, keep=lambda: False) as stage:
        stage.write(STACKS[request.param])
        with ThreadPoolExecutor() as both:  # at the same time: they do not wait for each other
            list(both.map(lambda name: named(stage, name).up(), ("one", "two")))
        yield stage


def named(stage: Stage, name: str) -> Stage:
    """The same project's environment of this name."""
    other = copy.copy(stage)
    other.name = name
    return other


def services(stage: Stage, name: str) -> dict[str, Container]:
    """The containers of an environment."""
    mine: dict[str, Any] = {"label": [f"{labels.PROJECT}={stage.project}", f"{labels.ENVIRONMENT}={name}"]}
    found = stage.docker.containers.list(all=True, filters=mine)
    return {c.labels[labels.SERVICE]: c for c in found}


@contextmanager
def by_compose_itself(stage: Stage, project: str) -> Iterator[dict[str, Container]]:
    """The same project brought up by `docker compose`, from the very images that the environment has."""
    images = {name: container.attrs["Config"]["Image"] for name, container in services(stage, "one").items()}
    instead = stage.folder / "images.yml"
    instead.write_text(json.dumps({"services": {name: {"image": image} for name, image in images.items()}}))
    files = [word for file in (*FILES.get(project, ()), "images.yml") for word in ("-f", file)]
    files = files if project in FILES else ["-f", next(f.name for f in stage.folder.glob("*compose.y*ml")), *files]
    compose = ["docker", "compose", "-p", f"{stage.project}-plain", *files, "--profile", "backend"]
    try:
        done = subprocess.run(
            [*compose, "up", "-d", "--no-build"], cwd=stage.folder, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stderr
        mine: dict[str, Any] = {"label": f"com.docker.compose.project={stage.project}-plain"}
        found = stage.docker.containers.list(all=True, filters=mine)
        yield {c.labels["com.docker.compose.service"]: c for c in found}
    finally:
        subprocess.run([*compose, "down", "-v", "-t", "1"], cwd=stage.folder, capture_output=True, check=True)
        instead.unlink()


def essence(stage: Stage, containers: Mapping[str, Container], service: str, begin: str) -> dict[str, Any]:
    """All that makes a container what it is, names and addresses of its environment left out."""
    attrs, name_of = containers[service].attrs, naming(stage, containers, begin)
    config, host = dict(attrs["Config"]), dict(attrs["HostConfig"])
    config["Env"] = sorted(value.replace(begin, "PROJECT") for value in config["Env"] or [])
    config["Labels"] = {
        key: value
        for key, value in config["Labels"].items()
        if not key.startswith((labels.PREFIX, "com.docker.compose."))
    }
    if config["Hostname"] == attrs["Id"][:12]:
        config["Hostname"] = "its own"
    host["PortBindings"] = sorted(host["PortBindings"] or {})
    for key in ("NetworkMode", "PidMode", "IpcMode"):
        host[key] = name_of(host[key])
    host["VolumesFrom"] = [name_of(source) for source in host["VolumesFrom"] or []]
    host["Binds"] = sorted(name_of(bind) for bind in host["Binds"] or [])
    host["Mounts"] = sorted(
        ({**mount, "Source": name_of(mount.get("Source", ""))} for mount in host.get("Mounts") or []), key=str
    )
    return {"config": config, "host": host, "mounts": mounts(attrs, name_of), "networks": networks(attrs, name_of)}


def mounts(attrs: Attributes, name_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """What is mounted where; an anonymous volume has no name to compare."""
    found = []
    for mount in attrs["Mounts"]:
        source = mount["Source"] if mount["Type"] == "bind" else name_of(mount.get("Name", ""))
        found.append({**mount, "Source": source, "Name": ""})
    return sorted(found, key=lambda mount: str(mount["Destination"]))


def networks(attrs: Attributes, name_of: Callable[[str], str]) -> dict[str, set[str]]:
    """The networks a container is in, and the names it has there."""
    own = {attrs["Id"][:12], attrs["Name"].removeprefix("/"), attrs["Config"]["Labels"]["com.docker.compose.service"]}
    found = attrs["NetworkSettings"]["Networks"]
    return {name_of(name): {*(network["Aliases"] or ())} - own for name, network in found.items()}


def naming(stage: Stage, containers: Mapping[str, Container], begin: str) -> Callable[[str], str]:
    """Names of an environment's objects as the project's own file says them."""
    ids = {container.id: service for service, container in containers.items()}
    for container in containers.values():
        ids |= {n["NetworkID"]: name for name, n in container.attrs["NetworkSettings"]["Networks"].items()}

    def name_of(text: str) -> str:
        for known, said in ids.items():
            text = text.replace(f"container:{known}", said).replace(str(known), said)
        if len(text) == 64 and text.isalnum():
            return "anonymous"
        for prefix in (f"{begin}__further-network-", f"{begin}_", f"{stage.folder.name}-", begin):
            text = text.removeprefix(prefix)
        return text.replace("classic-uploads", "uploads") or "default"

    return name_of


def test_nothing_but_isolation_is_added(wrapped: Stage, request: pytest.FixtureRequest) -> None:
    """Each container is what `docker compose up` makes of the same files, but for its names, ports and labels."""
    project = request.node.callspec.params["wrapped"]
    ours = services(wrapped, "one")
    with by_compose_itself(wrapped, project) as theirs:
        assert set(theirs) == set(ours)
        for service, container in theirs.items():
            expected = essence(wrapped, theirs, service, f"{wrapped.project}-plain")
            found = essence(wrapped, ours, service, wrapped.full("one"))
            for part in ("config", "host", "mounts"):
                assert expected[part] == found[part], f"{service}: {part}"
            assert expected["networks"].keys() == found["networks"].keys()
            for network, names in expected["networks"].items():
                # What the project calls the container still leads to it.
                assert names <= found["networks"][network] <= {*names, container.name}, f"{service} in {network}"


def test_the_environments_share_nothing(wrapped: Stage) -> None:
    """No volume, network, address or port of one is the other's; every port is on loopback, in its own block."""
    seen = []
    for name in ("one", "two"):
        found = [c.attrs for c in services(wrapped, name).values()]
        seen.append(
            {
                *(m["Name"] for attrs in found for m in attrs["Mounts"] if m["Type"] == "volume"),
                *(n["NetworkID"] for attrs in found for n in attrs["NetworkSettings"]["Networks"].values()),
                *(n["IPAddress"] for attrs in found for n in attrs["NetworkSettings"]["Networks"].values()),
                *(p["HostPort"] for attrs in found for b in attrs["HostConfig"]["PortBindings"].values() for p in b),
            }
            - {""}
        )
        hosts = {p["HostIp"] for attrs in found for b in attrs["HostConfig"]["PortBindings"].values() for p in b}
        assert {"127.0.0.1"} == hosts
    assert set() == seen[0] & seen[1]
    subnets = [
        n.attrs["IPAM"]["Config"][0]["Subnet"]
        for n in wrapped.docker.networks.list()
        if n.name and n.name.startswith(wrapped.project) and "plain" not in n.name
    ]
    assert all(subnet.startswith("10.213.") for subnet in subnets), "the default address pools are left alone"


def test_up_again_has_nothing_to_do(wrapped: Stage) -> None:
    """Neither a container nor a one-shot that is done runs anew."""
    wrapped.name = "one"
    before = wrapped.ids()
    assert [] == wrapped.up()["steps"]
    assert before == wrapped.ids()
    assert "running" == wrapped.data("status")["state"]
