"""What a bundle holds, on an engine made of values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Check
from envctl.ops.bundles import pack as packing
from envctl.ops.bundles.find import bundles, read
from envctl.ops.bundles.pack import pack
from envctl.ops.bundles.printed import printed
from envctl.ops.observe import observe
from envctl.ops.project import merged
from envctl.text import MASK
from tests.fakes.engine import FakeEngine
from tests.ops.fake import container, here

SECRET = "correct horse"
API = container("api", "exited", exit_code=3, checks=(Check("a", "b", 1, f"no {SECRET}"),))
PRINTED = {
    (API.id, "stdout"): [b"2026-01-01T00:00:01.000000001Z one", b"2026-01-01T00:00:03.000000001Z three"],
    (API.id, "stderr"): [f"2026-01-01T00:00:02.000000001Z two {SECRET}".encode()],
}


def engine() -> FakeEngine:
    """A database, and an app that has ended and knew a secret."""
    contents = {(API.id, "/run/secrets/KEY"): SECRET.encode()}
    return FakeEngine((container("db"), API), printed=dict(PRINTED), contents=contents)


def packed(folder: Path, held: FakeEngine) -> tuple[dict[str, bytes], list[str]]:
    """The files of the bundle, and the lines of its logs."""
    at = here(folder, held)
    bundle = pack(at.world, at.identity, observe(at.world, at.identity), "why not")
    assert bundle is not None
    contents = read(at.world, bundle)
    lines = [f"{line.service} {line.stream} {line.text}" for line in printed(contents, ())]
    return dict(contents.files), lines


def test_logs_are_in_the_order_of_time(tmp_path: Path) -> None:
    """Both streams in one file, and what was printed is masked where it is a secret."""
    files, lines = packed(tmp_path, engine())
    assert ["api stdout one", f"api stderr two {MASK}", "api stdout three"] == lines
    assert {"bundle.json", "project.json", "plan.txt", "logs/api.log", "logs/db.log"} == files.keys()


def test_no_file_holds_a_secret_and_each_says_how_it_ended(tmp_path: Path) -> None:
    """What a health check printed may hold one too."""
    files, _ = packed(tmp_path, engine())
    assert [] == [name for name, content in files.items() if SECRET.encode() in content]
    about = json.loads(files["bundle.json"])
    api = next(part for part in about["services"] if part["service"] == "api")
    assert (3, f"no {MASK}") == (api["exit_code"], api["checks"][0]["output"])
    assert "why not" == about["removed"]["because"]


def test_a_long_log_is_cut_at_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a whole line, and it is said."""
    monkeypatch.setattr(packing, "LOG", 120)
    held = engine()
    held.printed[(API.id, "stdout")] = [f"2026-01-01T00:00:{n:02}.000000001Z line {n}".encode() for n in range(60)]
    files, lines = packed(tmp_path, held)
    assert lines[-1].endswith("line 59")
    assert len(files["logs/api.log"]) <= 120
    assert files["logs/api.log"].startswith(b"2026-")
    about = json.loads(files["bundle.json"])
    assert "only its last" in next(part["log"] for part in about["services"] if part["service"] == "api")


def test_who_reads_a_log_that_was_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that are read; whole ones need no word."""
    monkeypatch.setattr(packing, "LOG", 60)
    at = here(tmp_path, engine())
    bundle = pack(at.world, at.identity, observe(at.world, at.identity), "why not")
    assert bundle is not None
    told: list[Event] = []
    printed(read(at.world, bundle), (), tell=told.append)
    assert [("api", "info")] == [(event.subject, event.phase) for event in told]
    assert "only its last" in told[0].what
    printed(read(at.world, bundle), ("db",), tell=told.append)
    assert 1 == len(told)


def test_a_log_that_goes_elsewhere_is_said_to(tmp_path: Path) -> None:
    """The rest is packed all the same."""

    class Silent(FakeEngine):
        def logs(self, container: str, **_: object) -> object:  # type: ignore[override]
            raise EnvctlError(Exit.DOCKER, "configured logging driver does not support reading")

    silent = Silent(engine().held)
    files, lines = packed(tmp_path, silent)
    assert [] == lines
    assert "cannot be read" in json.loads(files["bundle.json"])["services"][0]["log"]


def test_a_password_that_is_a_word_of_ours_breaks_nothing(tmp_path: Path) -> None:
    """Names and keys stay what they are."""
    held = engine()
    held.contents[(API.id, "/run/secrets/KEY")] = b"service"
    files, lines = packed(tmp_path, held)
    assert "api stdout one" == lines[0]
    assert "services" in json.loads(files["bundle.json"])


def test_nothing_is_packed_of_nothing(tmp_path: Path) -> None:
    """Where no container is, there is nothing to look at one day."""
    at = here(tmp_path, FakeEngine())
    assert pack(at.world, at.identity, observe(at.world, at.identity), "why not") is None
    assert () == bundles(at.world)


def test_what_cannot_be_written_leaves_no_bundle(tmp_path: Path) -> None:
    """Neither half a bundle nor a box."""

    class Full(FakeEngine):
        def put_archive(self, container: str, folder: str, archive: object) -> None:
            raise EnvctlError(Exit.NO_CAPACITY, "no space left on device")

    full = Full(engine().held)
    at = here(tmp_path, full)
    with pytest.raises(EnvctlError, match="no space"):
        pack(at.world, at.identity, observe(at.world, at.identity), "why not")
    assert () == full.vols
    assert {"db", "api"} == {c.service for c in full.held}


def test_a_later_rendering_goes_over_an_earlier_one() -> None:
    """Services that left the stack go; those that were not started now stay as they were."""
    old = {"services": {"db": {"image": "1"}, "gone": {}, "api": {"image": "1"}}, "volumes": {"a": {}}}
    new = {"services": {"api": {"image": "2"}}, "volumes": {"b": {}}, "name": "x"}
    both = merged(old, new, {"db", "api"})
    assert {"db": {"image": "1"}, "api": {"image": "2"}} == both["services"]
    assert ({"a": {}, "b": {}}, "x") == (both["volumes"], both["name"])
