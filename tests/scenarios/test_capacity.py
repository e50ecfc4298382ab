"""What the machine cannot hold is refused before anything of it is there, by the real machine's own numbers."""

from __future__ import annotations

import json
import os
import resource
import subprocess

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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system to fill")
def test_a_full_runtime_folder_must_be_said(stage: Stage) -> None:
    """Where a secret cannot be written whole the service is not started on half of it; with room again it is."""
    stage.write('[services.cache]\nkind = "redis"\n')
    script = (
        'mount -t tmpfs -o size=64k,mode=700 tmpfs "$XDG_RUNTIME_DIR" && '
        'head -c 1M /dev/zero > "$XDG_RUNTIME_DIR/full" 2>/dev/null; "$@"'
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", *stage.words("up", "--json")],
        env=stage.environ,
        cwd=stage.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 7 == done.returncode, f"{done.stdout}{done.stderr}"
    assert "No space left on device" in json.loads(done.stdout)["error"]["message"]
    assert "" == done.stderr
    assert not [thing for thing in stage.objects() if thing.startswith("container")]
    assert "running" == stage.up()["state"]
