"""The stories that only look: ls, status, urls, env and logs, on an engine made of values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import COMPOSE_PROJECT, Network, Volume
from envctl.ops.logs import logs
from envctl.ops.ls import ls, rows
from envctl.ops.observe import observe
from envctl.ops.settings import settings
from envctl.ops.status import status
from envctl.ops.urls import urls
from envctl.reports.ls import EnvironmentRow
from envctl.reports.status import ServiceStatus
from envctl.reports.urls import Url
from tests.ops.fake import FakeEngine, container, here, own

UP = (
    container("db", health="healthy"),
    container("api", role="before", state="exited", exit_code=0),
    container("api"),
    container("web"),
)
NETWORK = Network(
    "n", "shop_main", {**own("", "network"), labels.CREATED: "2026-01-02T03:04:05+00:00"}, ("10.213.138.0/25",)
)


def test_an_environment_is_one_row() -> None:
    """Its services counted, one-shots not, with when it was made."""
    row = EnvironmentRow("main", "shop", "refs/heads/main", "running", 3, 3, "2026-01-02T03:04:05+00:00")
    assert (row,) == rows((*UP, NETWORK))


def test_an_environment_named_by_hand_once_is_still_one_row() -> None:
    """Some of its objects know the branch, others do not."""
    by_hand = replace(UP[0], labels={k: v for k, v in UP[0].labels.items() if k != labels.BRANCH})
    assert ["refs/heads/main"] == [row.branch for row in rows((by_hand, *UP[1:], NETWORK))]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"health": "unhealthy"}, "partial"),
        ({"health": "starting"}, "partial"),
        ({"state": "exited"}, "partial"),
        ({"state": "running"}, "running"),
        ({"state": "paused"}, "partial"),
    ],
)
def test_an_ill_service_makes_its_environment_partial(seen: dict[str, str], expected: str) -> None:
    """In `ls` as in `status`."""
    assert [expected] == [row.state for row in rows((*UP[:3], container("web", **seen)))]


def test_what_is_paused_altogether_is_paused() -> None:
    """In `ls` as in `status`, also beside what stopped."""
    still = (container("db", state="paused"), container("api", state="paused"), container("web", state="exited"))
    assert [("paused", 0)] == [(row.state, row.running) for row in rows(still)]


def test_volumes_alone_are_an_environment_that_is_stopped() -> None:
    """What is left takes room: it is shown."""
    left = Volume("shop_main_db-data", own(""))
    assert [("stopped", 0)] == [(row.state, row.services) for row in rows((left,))]


def test_what_is_not_ours_is_no_row(tmp_path: Path) -> None:
    """A container from an image that carries our labels, for one; whatever its name."""
    copied = replace(UP[0], name="copy"), replace(UP[1], image_id="committed")
    engine = FakeEngine(copied, (Network("b", "bridge"),), (Volume("data", own("")),), labelled={"committed": own("")})
    assert () == ls(here(tmp_path, engine).world).environments
    engine.held = (*copied, UP[2])
    assert [1] == [row.services for row in ls(here(tmp_path, engine).world).environments]


def test_rows_are_sorted_and_may_be_of_one_project() -> None:
    """So that two listings can be compared."""
    other = Volume("blog_main", {labels.PROJECT: "blog", labels.ENVIRONMENT: "main"})
    assert ["blog", "shop"] == [row.project for row in rows((NETWORK, other))]
    assert ["blog"] == [row.project for row in rows((NETWORK, other), "blog")]


def test_status_has_every_service_of_the_stack_file_in_its_order(tmp_path: Path) -> None:
    """Those that are not there are absent; those that left the file and still run come last."""
    found = status(here(tmp_path, FakeEngine((UP[0], UP[3], container("old")))))
    assert [("db", "running"), ("api", "absent"), ("web", "running"), ("old", "running")] == [
        (s.name, s.state) for s in found.services
    ]
    assert "partial" == found.state


def test_addresses_are_those_on_the_host_while_it_runs(tmp_path: Path) -> None:
    """One that stopped answers nowhere; only public ones have a URL."""
    stopped = container("api", state="exited", exit_code=3)
    db, api, web = status(here(tmp_path, FakeEngine((UP[0], stopped, UP[3])))).services
    assert ("127.0.0.1:24836", None) == (db.address, db.url)
    assert (None, 3, None) == (api.address, api.exit_code, api.health)
    assert ("127.0.0.1:24857", "http://127.0.0.1:24857") == (web.address, web.url)


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ((), "absent"),
        (UP, "running"),
        ((*UP[:3], container("web", health="unhealthy")), "partial"),
        (UP[:1], "partial"),
        (tuple(container(name, state="exited") for name in ("db", "api", "web")), "stopped"),
        (tuple(container(name, state="paused") for name in ("db", "api", "web")), "paused"),
        ((*UP[:3], container("web", state="paused")), "partial"),
        ((container("db", state="paused"), container("api", state="exited")), "paused"),
    ],
)
def test_the_state_of_an_environment(tmp_path: Path, containers: tuple[object, ...], expected: str) -> None:
    """Running only when all of it is, and none is ill."""
    engine = FakeEngine(containers)  # type: ignore[arg-type]
    assert expected == status(here(tmp_path, engine)).state


def test_a_service_absent_is_told_apart_from_one_that_stopped(tmp_path: Path) -> None:
    """By its state; its kind is known either way."""
    assert ServiceStatus("api", "app", "absent", None) == status(here(tmp_path, FakeEngine())).services[1]


def test_urls_are_those_of_public_services(tmp_path: Path) -> None:
    """In the order of the stack file."""
    assert (Url("web", "http://127.0.0.1:24857"),) == urls(here(tmp_path, FakeEngine(UP))).urls


def test_settings_are_what_a_program_on_the_host_needs(tmp_path: Path) -> None:
    """The password from the container that has it, the ports from the labels."""
    engine = FakeEngine(UP, contents={("id-shop_main_db", "/run/secrets/db-password"): b"s3cret"})
    variables = settings(here(tmp_path, engine)).variables
    assert "postgresql://postgres:s3cret@127.0.0.1:24836/shop" == variables["DB_URL"]
    assert ("127.0.0.1", "24836", "postgres", "s3cret", "shop") == tuple(
        variables[f"DB_{name}"] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE")
    )
    assert "http://127.0.0.1:24861" == variables["API_URL"]


def test_settings_that_are_not_known_are_not_made_up(tmp_path: Path) -> None:
    """A lost password: `up` makes a new one."""
    with pytest.raises(EnvctlError, match="db is not up") as caught:
        settings(here(tmp_path, FakeEngine(UP)))
    assert (Exit.NOT_FOUND, "Run `envctl up` first.") == (caught.value.code, caught.value.hint)


@pytest.mark.parametrize("look", [settings, urls, lambda at: list(logs(at, ()))])
def test_an_environment_that_is_not_there_is_said_so(tmp_path: Path, look: object) -> None:
    """With the command that brings it up."""
    assert callable(look)
    with pytest.raises(EnvctlError, match="the environment main of shop is not there") as caught:
        look(here(tmp_path, FakeEngine()))
    assert Exit.NOT_FOUND == caught.value.code
    assert "envctl up" in caught.value.hint


def test_strangers_are_seen_and_nothing_of_them_is_ours(tmp_path: Path) -> None:
    """What has our name, our labels or our project at Compose, each with the reason why it does not count."""
    nameless = replace(UP[0], labels={})
    committed = replace(UP[2], image_id="committed")
    composed = replace(UP[0], name="plain-1", labels={COMPOSE_PROJECT: "shop_main"})
    nets = (Network("n", "shop_main"), Network("d", "shop_main_default", {COMPOSE_PROJECT: "shop_main"}))
    vols = (Volume("shop_main_db-data"), Volume("elsewhere", own("", "data")))
    engine = FakeEngine((nameless, committed, composed), nets, vols, labelled={"committed": own("api")})
    at = here(tmp_path, engine)
    seen = observe(at.world, at.identity)
    assert not seen.exists
    assert {
        ("container", "shop_main_db", "it has no labels of ours", False),
        ("container", "shop_main_api", "its image gave it its labels", False),
        ("container", "plain-1", "it has no labels of ours, and to Compose it is of the project shop_main", True),
        ("network", "shop_main", "it has no labels of ours", False),
        (
            "network",
            "shop_main_default",
            "it has no labels of ours, and to Compose it is of the project shop_main",
            True,
        ),
        ("volume", "shop_main_db-data", "it has no labels of ours", False),
        ("volume", "elsewhere", "its name and its labels do not belong together", False),
    } == {(s.what, s.name, s.why, s.composed) for s in seen.strangers}


def test_what_is_observed_is_ours_and_all_subnets_there_are(tmp_path: Path) -> None:
    """Foreign networks count where a free subnet is looked for, and nowhere else."""
    foreign = Network("x", "bridge", {}, ("172.17.0.0/16",))
    engine = FakeEngine(
        (*UP, replace(UP[0], name="committed")), (NETWORK, foreign), (Volume("shop_main_a", own("", "data")),)
    )
    at = here(tmp_path, engine)
    seen = observe(at.world, at.identity)
    assert (UP, NETWORK) == (seen.containers, seen.network)
    assert ("10.213.138.0/25", "172.17.0.0/16") == seen.subnets
    assert seen.has_volume("shop_main_a")


def line(second: int, text: str) -> bytes:
    return f"2026-01-01T00:00:{second:02}.000000000Z {text}".encode()


LOGGED = {
    ("id-shop_main_api", "stdout"): [line(1, "a1"), line(4, "a4"), line(5, "a5")],
    ("id-shop_main_api", "stderr"): [line(2, "e2"), line(6, "e6")],
    ("id-shop_main_api-before", "stdout"): [line(0, "migrated\r")],
    ("id-shop_main_web", "stdout"): [line(3, "w3"), b"2026-01-01T00:00:09.000000000Z caf\xe9"],
}


def test_lines_of_all_services_come_in_the_order_of_time(tmp_path: Path) -> None:
    """Both streams and one-shots too, whatever bytes are in them."""
    found = logs(here(tmp_path, FakeEngine(UP, printed=LOGGED)), ())
    expected = ["migrated", "a1", "e2", "w3", "a4", "a5", "e6", "caf\ufffd"]
    assert expected == [printed.text for printed in found]


def test_lines_say_whose_they_are(tmp_path: Path) -> None:
    """Service, time and stream."""
    found = [*logs(here(tmp_path, FakeEngine(UP, printed=LOGGED)), ["api"])]
    assert [("api", "2026-01-01T00:00:02.000000000Z", "stderr")] == [
        (printed.service, printed.time, printed.stream) for printed in found if printed.text == "e2"
    ]
    assert {"api"} == {printed.service for printed in found}


@pytest.mark.parametrize(
    ("tail", "expected"), [(0, []), (1, ["e6", "caf\ufffd"]), (2, ["w3", "a5", "e6", "caf\ufffd"])]
)
def test_the_last_lines_are_counted_for_each_service(tmp_path: Path, tail: int, expected: list[str]) -> None:
    """And not for each of its streams."""
    found = logs(here(tmp_path, FakeEngine(UP, printed=LOGGED)), (), tail=tail)
    assert expected == [printed.text for printed in found]


def test_followed_lines_all_come_and_then_it_ends(tmp_path: Path) -> None:
    """Once no container prints any more."""
    found = logs(here(tmp_path, FakeEngine(UP, printed=LOGGED)), (), follow=True)
    assert 8 == len(list(found))


def test_a_service_that_is_not_there_has_no_log(tmp_path: Path) -> None:
    """It is said which there are."""
    with pytest.raises(EnvctlError, match="no service wbe") as caught:
        logs(here(tmp_path, FakeEngine(UP)), ["wbe", "api"])
    assert (Exit.NOT_FOUND, "There are: api, db, web.") == (caught.value.code, caught.value.hint)


NOW = datetime(2026, 1, 31, 8, 0, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, None),
        ("2026-01-31T08:00:00Z", NOW),
        ("2026-01-31T10:00:00+02:00", NOW),
        ("2026-01-31 08:00:00.5+00:00", NOW + 0.5),
        ("1969-12-31T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_a_log_is_read_from_a_time_on(tmp_path: Path, since: str | None, expected: float | None) -> None:
    """With its offset from UTC; what lies before all time is the whole log."""
    engine = FakeEngine(UP)
    list(logs(here(tmp_path, engine), ["db"], since=since))
    assert {expected} == set(engine.asked)


@pytest.mark.parametrize(
    ("since", "seconds"), [("90s", 90), ("1.5s", 1.5), ("10m", 600), ("1h30m", 5400), ("2d", 172800), ("0s", 0)]
)
def test_a_log_is_read_from_so_long_ago_on(tmp_path: Path, since: str, seconds: float) -> None:
    """Counted from now."""
    engine, before = FakeEngine(UP), datetime.now(UTC).timestamp()
    list(logs(here(tmp_path, engine), ["db"], since=since))
    (asked,) = set(engine.asked)
    assert asked is not None
    assert 0 <= asked + seconds - before <= 60


@pytest.mark.parametrize("since", ["", "soon", "10", "m", "-5m", "5m10", "1h 30m", "99999999999d", "9" * 400 + "s"])
def test_what_is_no_time_is_refused(tmp_path: Path, since: str) -> None:
    """However large; with what to write instead."""
    with pytest.raises(EnvctlError, match="neither a time nor a duration") as caught:
        logs(here(tmp_path, FakeEngine(UP)), ["db"], since=since)
    assert Exit.USAGE == caught.value.code
    assert "--since 10m" in caught.value.hint
