"""What changed in the stack file or in the code is made so, and nothing else is touched."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from confluent_kafka.admin import AdminClient

from tests.scenarios.stacks import IDLE, SITE, TOOLS, WEB
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

EVENTS = '[services.events]\nkind = "kafka"\n'


def app(mode: str, rest: str = "") -> str:
    """A stack of an app with a volume, a container that needs it, and a database."""
    return f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
volumes = {{ files = "/files" }}
env.MODE = "{mode}"
{TOOLS}needs = ["app", "db"]
[services.db]
kind = "postgres"
{rest}"""


def anew(stage: Stage, before: dict[str, str]) -> set[str]:
    """The services whose container is another one than before, or gone."""
    now = stage.ids()
    return {service for service in before | now if before.get(service) != now.get(service)}


def page(stage: Stage) -> bytes:
    """What the page says."""
    (url,) = stage.data("urls")
    with urlopen(f"{url['url']}/hello.txt") as answer:
        found: bytes = answer.read()
    return found


def partitions(stage: Stage) -> dict[str, int]:
    """The broker's topics and how many partitions they have."""
    topics = AdminClient({"bootstrap.servers": stage.data("env")["EVENTS_BROKERS"]}).list_topics(timeout=30).topics
    return {name: len(topic.partitions) for name, topic in topics.items() if not name.startswith("_")}


def test_a_changed_value_must_recreate_its_service_only(stage: Stage) -> None:
    """Another value of one service's `env`: that container is a new one, with the value; all others stay."""
    stage.write(app("old"))
    stage.up()
    before = stage.ids()
    stage.write(app("new"))
    stage.up()
    assert {"app"} == anew(stage, before)
    assert (0, "new\n") == stage.inside("app", "printenv", "MODE")
    assert [] == stage.up()["steps"]


def test_a_removed_service_must_go_and_its_volume_stay(stage: Stage) -> None:
    """A service that left the stack file has no container; when it comes back, it finds its files."""
    extra = f'[services.extra]\nimage = "python:3.13-slim"\n{IDLE}\nvolumes = {{ papers = "/papers" }}\n'
    stage.write(app("old", extra))
    stage.up()
    assert 0 == stage.inside("extra", "sh", "-c", "echo kept > /papers/note")[0]
    before, volumes = stage.ids(), {thing for thing in stage.lasting() if thing.startswith("volume ")}

    stage.write(app("old"))
    stage.up()
    assert {"extra"} == anew(stage, before)
    assert "extra" not in stage.ids()
    assert volumes == {thing for thing in stage.lasting() if thing.startswith("volume ")}
    assert [] == stage.up()["steps"]

    stage.write(app("old", extra))
    stage.up()
    assert {"extra"} == anew(stage, before)
    assert (0, "kept\n") == stage.inside("extra", "cat", "/papers/note")


def test_a_new_topic_must_leave_the_broker_alone(stage: Stage) -> None:
    """Topics are created and widened on the running broker; one that left the stack file keeps its events."""
    stage.write(f"{EVENTS}topics = {{ orders = 3 }}\n")
    stage.up()
    before = stage.ids()
    stage.write(f"{EVENTS}topics = {{ orders = 5, payments = 1 }}\n")
    stage.up()
    assert {"orders": 5, "payments": 1} == partitions(stage)
    stage.write(f"{EVENTS}topics = {{ payments = 1 }}\n")
    stage.up()
    assert {"orders": 5, "payments": 1} == partitions(stage)
    assert before == stage.ids()
    assert [] == stage.up()["steps"]


def test_changed_code_must_be_built_and_started(stage: Stage) -> None:
    """Another file in the folder that is built: the page shows it, and nothing else is recreated."""
    stage.write(WEB + TOOLS, **SITE)
    stage.up()
    before, image = stage.ids(), stage.container("web").image
    stage.write(WEB + TOOLS, **{**SITE, "web__hello.txt": "changed"})
    stage.up()
    assert {"web"} == anew(stage, before)
    assert image != stage.container("web").image
    assert b"changed" == page(stage)
    assert [] == stage.up()["steps"]


def test_compose_must_make_nothing_anew_by_itself(stage: Stage) -> None:
    """A container that only has to be started is the same one, though its image's name now means another image."""
    stage.write(TOOLS)
    stage.up()
    image = f"{stage.project}/tools:1"
    repository, _, tag = image.partition(":")
    stage.docker.images.get(str(stage.container("tools").attrs["Image"])).tag(repository, tag)
    stage.write(TOOLS.replace("python:3.13-slim", image))
    stage.up()
    before = stage.ids()
    stage.container("tools").commit(repository, tag, changes="LABEL dev.envctl.environment=elsewhere")
    stage.container("tools").stop()
    stage.up()
    assert before == stage.ids()


def test_up_with_build_must_build_anew(stage: Stage) -> None:
    """`--build` makes the image again although one of its name is there, here one that holds something else."""
    stage.write(WEB + TOOLS, **SITE)
    stage.up()
    before = stage.ids()
    repository, _, tag = str(stage.container("web").attrs["Config"]["Image"]).rpartition(":")
    stage.container("tools").commit(repository, tag)

    did = stage.data("up", "--build")
    assert "its image is built anew" in [step["because"] for step in did["steps"]]
    assert {"web"} == anew(stage, before)
    assert b"hello" == page(stage)
