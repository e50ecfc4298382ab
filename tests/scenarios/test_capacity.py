"""What the machine cannot hold is refused before anything of it is there, by the real machine's own numbers."""

from __future__ import annotations

import resource

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

APP = f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}\n'
GREEDY = f'{APP}[limits]\nmemory = "900GiB"\n'
TIB = 1 << 40


def test_memory_that_is_not_there_must_be_said(stage: Stage) -> None:
    """Nothing is made; the dry run says the same; who insists is obeyed."""
    stage.write(GREEDY)
    for words in (["up"], ["up", "--dry-run"], ["plan"]):
        error = stage.refused(7, *words)["error"]
        (said,) = error["details"]
        assert said.startswith("memory: the limits of what would be started add up to 900 GiB")
        assert "--overcommit" in error["hint"]
    assert set() == stage.objects()
    ran = stage.did("up", "--overcommit")
    assert "overcommitted  memory: the limits" in ran.stderr
    assert [] == stage.up()["steps"]  # what runs is no matter of memory any more


def test_disk_that_is_not_there_must_be_said(stage: Stage) -> None:
    """A dump whose content would not fit is not even read."""
    stage.write('[services.db]\nkind = "postgres"\ndata = "all"\n[data.all]\nfrom = "dump"\npath = "all.sql"\n')
    with (stage.folder / "all.sql").open("wb") as dump:
        dump.truncate(8 * TIB)
    (said,) = stage.refused(7, "up")["error"]["details"]
    assert said.startswith("disk: about 16 TiB are needed in /")
    assert set() == stage.objects()


def test_open_files_that_are_not_there_must_be_said(stage: Stage) -> None:
    """A soft limit is raised, a hard one said."""
    stage.write(APP)

    def limits(soft: int, hard: int) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with stage.running("up", "--json", preexec_fn=lambda: limits(50, 50)) as process:
        said, _ = process.communicate(timeout=60)
    assert 7 == process.returncode
    assert "open files: 68 are needed, and this process may have 50" in said
    assert set() == stage.objects()
    with stage.running("up", preexec_fn=lambda: limits(50, 1000)) as process:
        process.communicate(timeout=60)
    assert 0 == process.returncode
