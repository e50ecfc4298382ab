"""The nouns: texts with holes, secrets that do not print, observed objects, plans and reports."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl import labels, reports
from envctl.blueprint import references
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Container, Network, Observed, Record, Volume
from envctl.plan import Plan, Start
from envctl.reports.base import Report
from envctl.reports.plan import PlannedStep
from envctl.reports.settings import Settings
from envctl.reports.status import ServiceStatus, Status
from envctl.reports.up import CameUp, StartedFrom
from envctl.secret import Secret
from envctl.text import MASK, Hole, Named, Password, PublishedPort, Text, text

HIDDEN = "hunter2hunter2"
IDENTITY = Identity("shop", "main")
PARTS = st.one_of(st.text(), st.sampled_from([Password("db"), PublishedPort("web"), Named("KEY")]))


@dataclass(frozen=True)
class Holder:
    """Something with a secret in it."""

    secret: Secret


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(HIDDEN)),
        repr(Secret(HIDDEN)),
        f"{Secret(HIDDEN)}",
        f"{Secret(HIDDEN)!r:>30}",
        f"{Secret(HIDDEN):>30}",
        "%s %r" % (Secret(HIDDEN), Secret(HIDDEN)),  # noqa: UP031  # the old way must hold too
        repr(Holder(Secret(HIDDEN))),
        repr({"password": Secret(HIDDEN)}),
        str(ValueError(Secret(HIDDEN))),
        repr(EnvctlError(Exit.OUR_FAULT, "failed", data={"password": Secret(HIDDEN)}).data),
        Secret(HIDDEN).fingerprint(),
        Secret(HIDDEN).fingerprint(Secret("key")),
        repr(copy.deepcopy(Holder(Secret(HIDDEN)))),
    ],
)
def test_a_secret_does_not_print(shown: str) -> None:
    """In whatever way it gets into a text."""
    assert HIDDEN not in shown


def test_a_secret_shows_itself_when_it_is_asked_to() -> None:
    """And in no other way: neither as an object's dictionary nor as JSON."""
    assert HIDDEN == Secret(HIDDEN).reveal()
    assert not hasattr(Secret(HIDDEN), "__dict__")
    with pytest.raises(TypeError):
        json.dumps(Secret(HIDDEN))


def test_secrets_are_equal_when_their_values_are() -> None:
    """Then their fingerprints are too, and only then."""
    assert (Secret("a"), hash(Secret("a"))) == (Secret("a"), hash(Secret("a")))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret("a").fingerprint() != Secret("b").fingerprint()


def value(hole: Hole) -> str:
    return f"<{hole}>"


@given(st.lists(PARTS), st.lists(PARTS))
def test_joined_texts_read_as_their_parts_in_order(one: list[str | Hole], other: list[str | Hole]) -> None:
    """However they are nested."""
    assert text(*one, *other) == text(text(*one), text(*other)) == text(*one) + text(*other)
    assert "".join(p if isinstance(p, str) else value(p) for p in one) == text(*one).fill(value)
    assert [p for p in one if not isinstance(p, str)] == list(text(*one).holes())


@given(st.lists(PARTS))
def test_equal_texts_are_equal_values(parts: list[str | Hole]) -> None:
    """Neighbouring strings are one part and empty ones are none, so that a digest depends on nothing else."""
    joined = text(*parts).parts
    assert "" not in joined
    assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(joined))


def test_a_text_prints_with_its_passwords_hidden() -> None:
    """And its ports named: they are not decided yet."""
    url = text("postgres://u:", Password("db"), "@127.0.0.1:", PublishedPort("db"))
    assert f"postgres://u:{MASK}@127.0.0.1:<port of db>" == str(url)
    assert "" == str(Text())


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres:17", ("postgres:17", "REG/postgres:17", "REG/library/postgres:17")),
        ("postgres", ("postgres", "REG/postgres", "REG/library/postgres")),
        ("apache/kafka:4.1.1", ("apache/kafka:4.1.1", "REG/apache/kafka:4.1.1")),
        ("library/redis:8", ("library/redis:8", "REG/redis:8", "REG/library/redis:8")),
        ("docker.io/redis:8", ("docker.io/redis:8", "REG/redis:8", "REG/library/redis:8")),
        ("docker.io/library/redis:8", ("docker.io/library/redis:8", "REG/redis:8", "REG/library/redis:8")),
        ("index.docker.io/a/b:1", ("index.docker.io/a/b:1", "REG/a/b:1")),
        ("ghcr.io/a/b:1", ("ghcr.io/a/b:1",)),
        ("localhost/a:1", ("localhost/a:1",)),
        ("localhost:5000/a:1", ("localhost:5000/a:1",)),
        ("host:5000/a", ("host:5000/a",)),
        ("Host/a:1", ("Host/a:1",)),
        ("local/a:1", ("local/a:1", "REG/local/a:1")),
    ],
)
def test_images_of_docker_hub_alone_are_had_from_a_registry(image: str, expected: tuple[str, ...]) -> None:
    """As Docker tells a host from a name. Its own reference comes first, and without a registry it is the only one."""
    assert expected == references(image, "REG")
    assert expected == references(image, "REG/")
    assert (image,) == references(image, None)


def container(name: str, state: str = "running", health: str | None = None, role: str = "service") -> Container:
    return Container(name, name, {labels.SERVICE: "api", labels.ROLE: role}, "image", state, health)


@pytest.mark.parametrize(
    ("state", "health", "ready"),
    [
        ("running", None, True),
        ("running", "healthy", True),
        ("running", "starting", False),
        ("running", "unhealthy", False),
        ("exited", None, False),
        ("paused", "healthy", False),
    ],
)
def test_ready_is_running_and_healthy_if_it_can_tell(state: str, health: str | None, ready: bool) -> None:
    """A service without a check is taken at its word."""
    assert ready is container("a", state, health).ready


def test_a_services_container_is_not_its_one_shot() -> None:
    """Whichever the daemon names first."""
    observed = Observed((container("shot", role="before"), container("own")))
    found = observed.container("api")
    assert found is not None
    assert "own" == found.name
    assert observed.container("db") is None


@pytest.mark.parametrize(
    "observed", [Observed((container("a"),)), Observed(network=Network("1", "n")), Observed(volumes=(Volume("v"),))]
)
def test_an_environment_exists_when_anything_of_it_does(observed: Observed) -> None:
    """A volume alone is enough; foreign subnets and images are not."""
    assert observed.exists
    assert not Observed(subnets=("10.0.0.0/8",), images={"a": "b"}).exists


def record(number: int, **facts: str) -> Volume:
    own = {labels.ROLE: "record", **{labels.FACT + key: value for key, value in facts.items()}}
    return Volume(Record(number).name(IDENTITY), own)


def test_a_record_is_read_back_from_its_volume() -> None:
    """Its number from the name, its facts from the labels."""
    assert Record(7, {"data.db": "x"}) == Record.of(record(7, **{"data.db": "x"}))


def test_the_newest_record_is_the_record() -> None:
    """A run that died while replacing it left the older one; the tenth is newer than the ninth."""
    observed = Observed(volumes=(record(10, a="new"), record(9, a="old"), Volume("shop_main_db-data")))
    assert Record(10, {"a": "new"}) == observed.record
    assert Record() == Observed().record


def test_a_plan_prints_each_step_with_its_cause() -> None:
    """In the order of the stages; an empty one says so."""
    plan = Plan(stores=(Start("new", "db"),), services=(Start("it is exited", "web"),))
    assert "start db  # new\nstart web  # it is exited" == str(plan)
    assert "nothing to do" == str(Plan())


def test_every_report_is_plain_data() -> None:
    """Frozen dataclasses, so that one value serves people and machines."""
    for module in iter_modules(reports.__path__, "envctl.reports."):
        import_module(module.name)
    kinds = Report.__subclasses__()
    assert 5 < len(kinds)
    for kind in kinds:
        assert is_dataclass(kind)
        assert kind.__dataclass_params__.frozen


def test_settings_do_not_show_passwords_in_a_traceback() -> None:
    """They are printed on request only."""
    assert HIDDEN not in repr(Settings({"DB_PASSWORD": HIDDEN}))
    assert {"DB_PASSWORD": HIDDEN} == Settings({"DB_PASSWORD": HIDDEN}).data()


def test_what_up_did_is_the_status_with_the_steps_beside_it() -> None:
    """The same keys as `status`, so that a script reads either."""
    status = Status("main", "shop", None, "running", (ServiceStatus("db", "postgres", "running", None),))
    data = CameUp(status, (PlannedStep("start db", "new"),), 1.5).data()
    assert {*status.data(), "steps", "seconds", "other_folders", "snapshot"} == set(data)
    assert [{"step": "start db", "because": "new"}] == data["steps"]
    assert status.data()["services"] == data["services"]
    assert data["snapshot"] is None
    origin = StartedFrom("1a" * 16, None, "environment shop/main-0a", 0.5)
    begun = {"address": "1a" * 16, "name": None, "source": "environment shop/main-0a", "away": 0.5}
    assert begun == CameUp(status, (), 1.5, snapshot=origin).data()["snapshot"]


def test_every_exit_status_is_its_own() -> None:
    """No two names for one number, and none that a shell or a signal means something else by."""
    assert len(Exit) == len({int(code) for code in Exit})
    assert {0, 130} | set(range(1, 12)) | set(range(125, 128)) == {int(code) for code in Exit}


def test_every_label_is_ours_and_its_own() -> None:
    """One prefix, and none spelled twice."""
    own = [value for name, value in vars(labels).items() if name.isupper() and name != "PREFIX"]
    assert all(label.startswith(labels.PREFIX) for label in own)
    assert len(own) == len(set(own))


def test_a_full_name_means_one_environment() -> None:
    """Neither part can hold the underscore between them."""
    assert "shop_main" == IDENTITY.full
    assert {"project", "name", "branch"} == {field.name for field in fields(Identity)}
