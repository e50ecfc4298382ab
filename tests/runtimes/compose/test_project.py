"""The rendered Compose project: what may be in it, and that Compose reads every value as it was meant."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.observed import ImageDefaults
from envctl.plan import Plan
from envctl.runtimes.compose.project import before_name, render, written
from envctl.text import Hole, Password, Text, text
from envctl.workload import Limits, Probe, Workload
from tests.planning.made_up import API, DB, EVENTS, SHOP, WEB, Daemon, blueprint

IMAGE = ImageDefaults(entrypoint=("enter",), command=("serve", "all"))
HIDDEN = "hunter2hunter2hunter2"


def fill(hole: Hole) -> str:
    return HIDDEN if isinstance(hole, Password) else "24800"


def host_file(service: str, path: str) -> str:
    return f"/run/envctl/$odd/{service}/{path.rpartition('/')[2]}"


def rendered(*workloads: Workload, only: tuple[str, ...] | None = None) -> dict[str, Any]:
    drawn = blueprint(workloads or SHOP)
    services = only if only is not None else tuple(w.service for w in drawn.workloads)
    return render(drawn, plan_of(drawn), services, fill, host_file, {"api": IMAGE})


def plan_of(drawn: Blueprint) -> Plan:
    return Daemon(drawn).plan()


def service(workload: Workload) -> dict[str, Any]:
    found: dict[str, Any] = rendered(replace(workload, needs=()))["services"][workload.service]
    return found


def strings(value: object) -> list[str]:
    """Every value that is a text, however deep."""
    if isinstance(value, dict):
        return [text for content in value.values() for text in strings(content)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_published_ports_are_on_loopback_alone() -> None:
    """At the port that was planned, and none but the one the service says."""
    project, plan = rendered(), plan_of(blueprint())
    for workload in SHOP:
        assert [
            {
                "target": workload.port,
                "published": str(plan.ports[workload.service]),
                "host_ip": "127.0.0.1",
                "protocol": "tcp",
                "mode": "host",
            }
        ] == project["services"][workload.service]["ports"]


def test_a_service_without_a_port_publishes_nothing() -> None:
    """A worker is reached by nobody."""
    assert "ports" not in service(replace(WEB, port=None))


def test_nothing_gets_more_of_the_host_than_it_needs() -> None:
    """No privileges, no folder of the host, no network but its own, no way out of its limits."""
    allowed = {
        "image", "pull_policy", "restart", "environment", "networks", "stop_grace_period", "mem_limit", "memswap_limit",
        "cpus", "pids_limit", "entrypoint", "volumes", "secrets", "container_name", "labels", "command", "healthcheck",
        "ports", "depends_on",
    }  # fmt: skip
    for rendered_service in rendered()["services"].values():
        assert set(rendered_service) <= allowed
        assert all(mount["type"] == "volume" for mount in rendered_service.get("volumes", ()))


def test_network_and_volumes_are_there_before_compose_is() -> None:
    """Compose neither makes nor removes them, and calls them by their own names."""
    project = rendered()
    assert {"default": {"name": "shop_main", "external": True}} == project["networks"]
    assert {
        "db-data": {"name": "shop_main_db-data", "external": True},
        "events-data": {"name": "shop_main_events-data", "external": True},
    } == project["volumes"]
    assert [{"type": "volume", "source": "db-data", "target": "/var/lib/postgresql/data"}] == project["services"]["db"][
        "volumes"
    ]


def test_what_data_lies_over_is_in_its_container() -> None:
    """To read only, out of the way: else it would be nobody's to whoever prunes volumes."""
    drawn = blueprint((DB,))
    plan = replace(plan_of(drawn), beneath={drawn.volume("db-data"): ("envctl-snapshot__1-a-0", "shop_main__upper-x")})
    project = render(drawn, plan, ("db",), fill, host_file, {})
    data, *further = project["services"]["db"]["volumes"]
    assert "read_only" not in data
    assert [
        ("envctl-snapshot__1-a-0", "/run/envctl/kept/0", True),
        ("shop_main__upper-x", "/run/envctl/kept/1", True),
    ] == [(one["source"], one["target"], one["read_only"]) for one in further]
    assert {"db-data", "envctl-snapshot__1-a-0", "shop_main__upper-x"} == set(project["volumes"])
    assert all(volume["external"] for volume in project["volumes"].values())


def test_no_image_is_pulled_or_built_by_compose() -> None:
    """What runs is what was planned."""
    for rendered_service in rendered()["services"].values():
        assert "never" == rendered_service["pull_policy"]
    assert "shop/api:c0ffee" == rendered()["services"]["api"]["image"]


def test_a_container_is_labelled_with_all_that_is_asked_of_it_later() -> None:
    """Whose it is, what it was made from, and the port it keeps."""
    plan = plan_of(blueprint())
    assert {
        labels.PROJECT: "shop",
        labels.ENVIRONMENT: "main",
        labels.BRANCH: "refs/heads/main",
        labels.SERVICE: "web",
        labels.KIND: "app",
        labels.ROLE: "service",
        labels.DIGEST: plan.digests["web"],
        labels.PORT: str(plan.ports["web"]),
        labels.PUBLIC: "true",
    } == rendered()["services"]["web"]["labels"]


def test_no_password_is_in_the_project() -> None:
    """Neither that of a store nor what an app is told of it: both are files."""
    assert HIDDEN not in json.dumps(rendered())


def test_a_password_that_is_to_be_seen_is_only_in_the_environment() -> None:
    """Of those whose stack file says so."""
    shown = replace(API, environment=API.hidden, hidden={}, needs=())
    project = rendered(shown)
    assert HIDDEN in project["services"]["api"].pop("environment")["DATABASE_URL"]
    assert HIDDEN in project["services"]["api-before"].pop("environment")["DATABASE_URL"]
    assert HIDDEN not in json.dumps(project)


def test_hidden_variables_are_read_by_a_shell_that_becomes_the_program() -> None:
    """The service, its one-shot and its health check, each with the words that it would have had without."""
    services = rendered()["services"]
    shell = ["/bin/sh", "-c", '. /run/secrets/.envctl-env && exec "$$@"', "envctl"]
    mount = {"source": "api_.envctl-env", "target": "/run/secrets/.envctl-env"}
    for name, command in (("api", ["serve", "all"]), ("api-before", ["migrate"])):
        assert ([*shell, "enter"], command) == (services[name]["entrypoint"], services[name]["command"])
        assert [mount] == services[name]["secrets"]
        assert "/run/secrets/.envctl-env" == services[name]["labels"][labels.HIDDEN]
    assert ["CMD", *shell, "healthy"] == services["api"]["healthcheck"]["test"]
    assert all(labels.HIDDEN not in services[name]["labels"] for name in ("db", "web"))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (("CMD", "ask", "me"), ["ask", "me"]),
        (("CMD-SHELL", "ask me"), ["/bin/sh", "-c", "ask me"]),
        (("NONE",), None),
        ((), None),
    ],
)
def test_an_images_own_health_check_sees_hidden_variables_too(said: tuple[str, ...], asked: list[str] | None) -> None:
    """Only where the stack file says none; when and how often it is asked stays the image's."""
    drawn = blueprint((replace(API, probe=None, needs=(), before=None),))
    image = {"api": replace(IMAGE, health=said)}
    project = render(drawn, plan_of(drawn), ("api",), fill, host_file, image)
    check = project["services"]["api"].get("healthcheck")
    assert asked == (check["test"][5:] if check else None)
    assert check is None or {"test"} == set(check)


def test_an_entrypoint_of_ones_own_drops_the_images_command() -> None:
    """As it does in Docker."""
    found = rendered(replace(API, entrypoint=("mine",), needs=()))["services"]["api"]
    assert ("mine", False) == (found["entrypoint"][-1], "command" in found)


def test_a_store_gets_its_password_as_a_file() -> None:
    """Of which only the path is said."""
    project = rendered(replace(DB, needs=()))
    assert [{"source": "db_db-password", "target": "/run/secrets/db-password"}] == project["services"]["db"]["secrets"]
    assert {"db_db-password": {"file": "/run/envctl/$$odd/db/db-password"}} == project["secrets"]


def test_services_wait_for_what_they_need() -> None:
    """Healthy where that can be asked, else started; a one-shot to its good end."""
    services = rendered(DB, replace(EVENTS, probe=None), API, WEB)["services"]
    needs = {
        "db": {"condition": "service_healthy", "required": True},
        "events": {"condition": "service_started", "required": True},
    }
    after = {"condition": "service_completed_successfully", "required": True}
    assert needs == services["api-before"]["depends_on"]
    assert {**needs, "api-before": after} == services["api"]["depends_on"]
    assert {"api": {"condition": "service_healthy", "required": True}} == services["web"]["depends_on"]


def test_what_runs_already_is_not_started_again() -> None:
    """It is left out, and so is the wait for it."""
    project = rendered(only=("api",))
    assert {"api", "api-before"} == set(project["services"])
    assert {} == project["services"]["api-before"]["depends_on"]
    assert {} == project["volumes"]


def test_a_one_shot_is_the_service_with_another_command() -> None:
    """The same image, environment and limits; no port, no check, and no name of its own in the network's eyes."""
    services = rendered(replace(API, needs=(), limits=Limits(2**29, 1.5, 100)))["services"]
    own, shot = services["api"], services[before_name("api")]
    assert ["migrate"] == shot["command"]
    assert ("before", "shop_main_api-before") == (shot["labels"][labels.ROLE], shot["container_name"])
    assert {"disable": True} == shot["healthcheck"]
    assert "ports" not in shot
    for key in ("image", "environment", "mem_limit", "cpus", "pids_limit"):
        assert own[key] == shot[key]


def test_limits_are_real_ones() -> None:
    """Without swap beside them; what is not limited is not mentioned."""
    limited = service(replace(WEB, limits=Limits(2**29, 1.5, 100)))
    assert (2**29, 2**29, 1.5, 100) == tuple(
        limited[key] for key in ("mem_limit", "memswap_limit", "cpus", "pids_limit")
    )
    assert not {"mem_limit", "memswap_limit", "cpus", "pids_limit"} & set(service(WEB))


def test_health_is_seen_at_once() -> None:
    """Asked often while it starts, and only where there is something to ask."""
    check = service(replace(WEB, probe=Probe(("ask", "me"), 90.0)))["healthcheck"]
    assert (["CMD", "ask", "me"], "200ms") == (check["test"], check["start_interval"])
    assert "healthcheck" not in service(replace(WEB, probe=None))


@pytest.mark.parametrize("patience", [0.1, 1.0, 5.0, 8.0, 10.0, 60.0, 90.0, 3600.0])
def test_a_service_is_given_its_time_and_no_more(patience: float) -> None:
    """Failures count from the end of the start period on: the last one that is forgiven falls on the patience's end."""
    check = service(replace(WEB, probe=Probe(("ask",), patience)))["healthcheck"]
    start, interval = (float(check[key].removesuffix("s")) for key in ("start_period", "interval"))
    unhealthy = start + (check["retries"] - 1) * interval
    assert patience - 0.01 <= unhealthy <= max(patience, patience / 2 + 4) + 0.01
    assert (3, True) == (check["retries"], 2 <= interval <= 10)
    assert start >= patience / 2  # in which it is asked every moment


def test_an_images_own_words_stay_where_the_stack_file_says_nothing() -> None:
    """Neither command nor entrypoint is emptied."""
    assert not {"command", "entrypoint"} & set(service(WEB))
    said = service(replace(WEB, entrypoint=("sh", "-c"), command=("true",)))
    assert (["sh", "-c"], ["true"]) == (said["entrypoint"], said["command"])


HOSTILE = (
    "", " ", "  leading and trailing  ", "$", "$$", "$$$", "$HOME", "${HOME}", "${HOME:-x}", "${X", "$(id)", "`id`",
    "%", "%s", "'", '"', "\\", "\\n", "\\ud83d\\ude00", "\n", "a\nb\n", "\t", "\r\n", "#",
    "# no comment", "a: b", "- a", "{}", "[]", "{{.Name}}", "*", "&a", "!!x", "~", "null", "true", "yes", "no",
    "0", "0777", "1e3", "1_000", "2026-01-01", "=", "a=b", "--flag", "@", "|", ">", "\x07", "\x7f", "\x80", "\x85", "ä",
    "漢字", "\ud7ff", "\ue000", "😀",
    "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "x" * 70_000,
)  # fmt: skip


def hostile() -> Workload:
    """A service whose every value is one that something would like to read in its own way."""
    environment: dict[str, Text] = {f"V{n}": text(value) for n, value in enumerate(HOSTILE)}
    words = tuple(HOSTILE)
    return replace(
        WEB, needs=(), environment=environment, command=words, entrypoint=words, before=words, probe=Probe(words)
    )


def test_every_dollar_is_doubled() -> None:
    """Wherever it stands, Compose would look for a variable."""
    for value in strings(rendered(hostile())):
        assert "$" not in value.replace("$$", "")


def test_a_branch_that_is_no_text_is_written_as_one() -> None:
    """Bytes that are not UTF-8 stop no environment."""
    assert b'{"branch": "caf\xef\xbf\xbd"}' == written({"branch": "caf\udce9"})


@pytest.mark.docker
def test_compose_reads_every_value_as_it_was_meant(tmp_path: Path) -> None:
    """Byte for byte, with variables of those names set and a `.env` beside it."""
    (tmp_path / ".env").write_text("HOME=leaked\nX=leaked\nV3=leaked\n")
    asked = subprocess.run(
        ("docker", "compose", "--project-directory", str(tmp_path), "--env-file", "/dev/null", "--file", "-", "config",
         "--format", "json"),
        input=written(rendered(hostile())),
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "V5": "leaked"},
    )  # fmt: skip
    assert 0 == asked.returncode, asked.stderr.decode()
    web = json.loads(asked.stdout)["services"]["web"]
    shown = [value.replace("$", "$$") for value in HOSTILE]  # as Compose writes a plain $ in turn
    assert shown == [web["environment"][f"V{n}"] for n in range(len(HOSTILE))]
    assert shown == web["command"] == web["entrypoint"]
    assert ["CMD", *shown] == web["healthcheck"]["test"]
