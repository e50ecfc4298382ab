"""A stack that wraps a Compose project in daily use: changes, one-shots, failures, and what is wrong with its files."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

WRAPS = 'compose = "compose.yaml"\n'
REDIS = "    image: redis:8\n"


def write(stage: Stage, services: str, stack: str = WRAPS, **files: str) -> None:
    """A project of these services."""
    stage.write(stack, compose__yaml="", **files)
    (stage.folder / "compose.yaml").write_text(f"services:\n{services}")


def starts(report: dict[str, Any]) -> list[str]:
    """What `up` started."""
    return [step["step"].removeprefix("start ") for step in report["steps"] if step["step"].startswith("start ")]


SHOP = """\
  web:
    build: web
    init: true
    ports: ["80:8000", "9000:9000"]
    environment: {{ MODE: "{mode}" }}
    depends_on:
      migrate: {{ condition: service_completed_successfully }}
      store: {{ condition: service_healthy }}
  side:
    image: redis:8
    network_mode: service:web
  migrate:
    image: redis:8
    command: redis-cli -h store incr migrated
    depends_on:
      store: {{ condition: service_healthy }}
  store:
    image: redis:8
    volumes: ["data:/data"]
    command: redis-server --appendonly yes
    healthcheck: {{ test: [CMD, redis-cli, ping], interval: 1s, retries: 60 }}
volumes:
  data:
"""
DOCKERFILE = 'FROM python:3.13-slim\nCOPY . /srv\nCMD ["python", "-m", "http.server", "8000", "-d", "/srv"]\n'


def migrated(stage: Stage) -> str:
    """How often the one-shot ran."""
    return stage.inside("store", "redis-cli", "get", "migrated")[1].strip()


def page(stage: Stage) -> str:
    """What the page says."""
    url = stage.data("env")["WEB_URL"]
    with urllib.request.urlopen(f"{url}/page.txt", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_change_must_reach_exactly_its_service(stage: Stage) -> None:
    """And who shares its container's network; the one-shot is done, and its data stays."""
    files = {"web__Dockerfile": DOCKERFILE, "web__page.txt": "one"}
    write(stage, SHOP.format(mode="a"), f'{WRAPS}public = ["web"]\n', **files)
    stage.up()
    first = stage.ids()
    assert ("one", "1") == (page(stage), migrated(stage))
    assert {"WEB_URL", "WEB_HOST", "WEB_PORT", "WEB_PORT_9000"} == set(stage.data("env"))
    assert ["web"] == [url["service"] for url in stage.data("urls")]

    (stage.folder / "compose.yaml").write_text("services:\n" + SHOP.format(mode="b"))
    assert ["web", "side"] == starts(stage.up())
    second = stage.ids()
    assert {"web", "side"} == {service for service in first if first[service] != second[service]}

    (stage.folder / "web/page.txt").write_text("two")
    assert ["web", "side"] == starts(stage.up())
    assert ("two", "1") == (page(stage), migrated(stage))

    stage.container("store").remove(force=True)
    assert ["store", "migrate"] == starts(stage.up())
    assert "2" == migrated(stage)
    assert [] == stage.up()["steps"]


def test_after_a_reboot_all_must_come_back(stage: Stage) -> None:
    """Everything stopped, as after a reboot: the same containers at the same ports; the one-shot runs once more."""
    write(stage, SHOP.format(mode="a"), web__Dockerfile=DOCKERFILE, web__page__txt="one")
    stage.up()
    ids, ports = stage.ids(), stage.data("env")
    for container in stage.ids().values():
        stage.docker.containers.get(container).stop(timeout=1)
    assert "stopped" == stage.data("status")["state"]
    stage.up()
    assert (ids["store"], ports) == (stage.ids()["store"], stage.data("env"))
    assert "running" == stage.data("status")["state"]


def test_a_one_shot_that_fails_must_be_named(stage: Stage) -> None:
    """Who waits for it is not started; mended, `up` goes on from there."""
    web = f"  web:\n{REDIS}    depends_on: {{ migrate: {{ condition: service_completed_successfully }} }}\n"
    shot = f'  migrate:\n{REDIS}    command: sh -c "echo no such table >&2; exit %d"\n'
    write(stage, web + shot % 3)
    error = stage.refused(8, "up")["error"]
    assert "migrate exited with status 3" == error["message"]
    assert "migrate | no such table" in error["details"]
    write(stage, web + shot % 0)
    stage.up()
    states = {service["name"]: service["state"] for service in stage.data("status")["services"]}
    assert {"web": "running", "migrate": "finished"} == states
    assert ["1/1"] == [
        f"{row['running']}/{row['services']}"
        for row in stage.data("ls")["environments"]
        if row["project"] == stage.project
    ]


def test_an_external_network_and_odd_options_must_not_be_in_the_way(stage: Stage) -> None:
    """The environment has its own; what a volume or network says beside is kept."""
    extra = """
networks:
  proxy: { external: true }
  default: { labels: { com.example.tier: back }, driver_opts: { com.docker.network.driver.mtu: "1300" } }
volumes:
  scratch: { driver: local, driver_opts: { type: tmpfs, device: tmpfs, o: "size=1m" }, labels: { com.example.a: b } }
"""
    write(stage, f'  Web.App_1:\n{REDIS}    networks: [proxy, default]\n    volumes: ["scratch:/scratch"]\n{extra}')
    ran = stage.did("up")
    assert "the external network proxy is not joined" in ran.stderr
    network = stage.docker.networks.get(stage.full()).attrs
    assert ("1300", "back") == (
        network["Options"]["com.docker.network.driver.mtu"],
        network["Labels"]["com.example.tier"],
    )
    volume = stage.docker.volumes.get(f"{stage.full()}_scratch").attrs
    assert ("tmpfs", "b") == (volume["Options"]["type"], volume["Labels"]["com.example.a"])
    assert 0 == stage.envctl("exec", "Web.App_1", "redis-cli", "ping").status
    assert {stage.full(), f"{stage.full()}__further-network-proxy"} == set(
        stage.container("Web.App_1").attrs["NetworkSettings"]["Networks"]
    )


def test_secrets_and_configs_must_arrive_byte_for_byte(stage: Stage) -> None:
    """From files, from `.env` and from the file itself; what is secret stands in no label or variable."""
    services = f"""\
  web:
{REDIS}    secrets: [token, key]
    configs: [motd]
secrets:
  token: {{ environment: TOKEN }}
  key: {{ file: ./key.txt }}
configs:
  motd: {{ content: "costs $$5, ${{UNIT:-100%}}" }}
"""
    write(stage, services)
    (stage.folder / ".env").write_text("TOKEN='hunter2 $HOME \"q\"'\n")
    (stage.folder / "key.txt").write_text("k$y\n")
    stage.up()
    files = ("/run/secrets/token", "/run/secrets/key", "/motd")
    assert (0, 'hunter2 $HOME "q"k$y\ncosts $5, 100%') == stage.inside("web", "cat", *files)
    assert "hunter2" not in str(stage.container("web").attrs)
    assert [] == stage.up()["steps"]


@pytest.mark.parametrize(
    ("services", "said"),
    [
        ("  web:\n    image: a\n    ports: 3\n", "services.web.ports must be a list"),
        ("  web:\n   image: a\n  - b\n", "compose.yaml:1: did not find expected key"),
        ("  web:\n    image: ${MISSING:?say which}\n", "required variable MISSING is missing a value: say which"),
        ("  web:\n    image: a\n    depends_on: [db]\n", 'undefined service "db"'),
        ("  web:\n    image: a\n    env_file: no.env\n", "no.env"),
        ("  web:\n    command: b\n", "web"),
    ],
)
def test_what_compose_cannot_read_must_be_passed_on(stage: Stage, services: str, said: str) -> None:
    """With the file, in Compose's own words; nothing is started."""
    write(stage, services)
    error = stage.refused(3, "up")["error"]
    assert "compose.yaml" in error["message"]
    assert said in "\n".join(error["details"])
    assert set() == stage.objects()


def test_the_file_that_is_wrong_must_be_named(stage: Stage) -> None:
    """Of several; and a file that is not there, and values that are nobody's business."""
    stage.write('compose = ["a.yaml", "b.yaml"]\n')
    (stage.folder / "a.yaml").write_text(f"services:\n  web:\n{REDIS}")
    (stage.folder / "b.yaml").write_text("services:\n  web:\n    ports: 3\n")
    assert "b.yaml" in stage.refused(3, "up")["error"]["message"]
    (stage.folder / "b.yaml").unlink()
    error = stage.refused(3, "plan")["error"]
    assert "b.yaml" in error["message"]
    (stage.folder / "b.yaml").write_text('services:\n  web:\n    environment: { PASSWORD: "hunter2${" }\n')
    assert "hunter2" not in stage.envctl("up", "--json").stdout


@pytest.mark.parametrize(
    ("stack", "services", "said"),
    [
        (WRAPS, f"  web:\n{REDIS}    network_mode: host\n", "compose.yaml: services.web.network_mode"),
        (WRAPS, f"  web:\n{REDIS}    scale: 3\n", "compose.yaml: services.web.scale"),
        (
            f'{WRAPS}public = ["wbe"]\n',
            f"  web:\n{REDIS}",
            "project.public[0]: the Compose project has no service 'wbe'",
        ),
        (f'{WRAPS}public = ["web"]\n', f"  web:\n{REDIS}", "web publishes no TCP port"),
        (WRAPS, f'  web:\n{REDIS}    ports: ["7000-7032"]\n', "publishes 33 ports"),
        (WRAPS, "  web:\n    build: nowhere\n", "there is no"),
        (
            f'{WRAPS}[limits]\nmemory = "64MiB"\n',
            f"  web:\n{REDIS}    mem_limit: 1g\n",
            "limits.memory: 64 MiB is less",
        ),
        (f'{WRAPS}profiles = ["none"]\n', f"  web:\n{REDIS}    profiles: [dev]\n", "no service"),
    ],
)
def test_what_cannot_be_had_must_be_refused(stage: Stage, stack: str, services: str, said: str) -> None:
    """With where it stands, before anything is touched."""
    write(stage, services, stack)
    error = stage.refused(3, "up")["error"]
    assert said in "\n".join([error["message"], *error["details"]])
    assert set() == stage.objects()


def test_down_must_not_need_the_project(stage: Stage) -> None:
    """Whatever became of its files, what is there can go."""
    write(stage, f"  web:\n{REDIS}")
    stage.up()
    (stage.folder / "compose.yaml").unlink()
    stage.did("down")
    assert set() == stage.objects()


def test_init_must_write_a_stack_that_comes_up(stage: Stage) -> None:
    """Called as Compose calls it, with the override that Compose reads; a second time it writes over nothing."""
    services = f'name: {stage.project}\nservices:\n  web:\n{REDIS}    ports: ["80"]\n'
    (stage.folder / "docker-compose.yml").write_text(services)
    (stage.folder / "docker-compose.override.yml").write_text('services: { web: { ports: ["6379"] } }\n')
    began = stage.data("init", "--from", "docker-compose.yml")
    assert (stage.project, ["envctl.toml"]) == (began["project"], began["files"])
    stage.up()
    assert {"WEB_URL", "WEB_HOST", "WEB_PORT", "WEB_PORT_6379"} == set(stage.data("env"))
    before = (stage.folder / "envctl.toml").read_text()
    assert ["envctl.toml"] == stage.refused(11, "init", "--from", "docker-compose.yml")["error"]["details"]
    assert before == (stage.folder / "envctl.toml").read_text()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--from", "compose.yaml", "--template", "api"), 2, "exclude each other"),
        (("--profile", "dev"), 2, "--profile needs --from"),
        (("--from", "none.yaml"), 3, "none.yaml"),
        (("--from", "compose.yaml"), 3, "services.web.network_mode"),
    ],
)
def test_init_must_write_nothing_that_cannot_come_up(
    stage: Stage, words: tuple[str, ...], status: int, said: str
) -> None:
    """Nor where it is asked for what does not go together."""
    (stage.folder / "compose.yaml").write_text(f"services:\n  web:\n{REDIS}    network_mode: host\n")
    error = stage.refused(status, "init", *words)["error"]
    assert said in "\n".join([error["message"], *error["details"]])
    assert not (stage.folder / "envctl.toml").exists()
