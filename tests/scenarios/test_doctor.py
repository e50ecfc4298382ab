"""The doctor on the real machine."""

from __future__ import annotations

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

APP = '[services.app]\nimage = "python:3.13-slim"\n'


def test_a_machine_that_can_run_the_tests_must_be_well(stage: Stage) -> None:
    """Every check is told, nothing fails, and nothing is left behind."""
    stage.write(APP)
    found = {finding["check"]: finding for finding in stage.data("doctor")["findings"]}
    must = {"docker command", "engine", "compose", "disk", "subnets", "ports", "stack file", "lock folder"}
    assert must == {check for check in must if found[check]["verdict"] in ("ok", "warning")}
    assert stage.project in found["stack file"]["found"]
    assert "failed" != found["data"]["verdict"]  # on a busy machine it may take too long to tell
    assert set() == stage.objects()


def test_a_stack_file_that_is_wrong_must_be_told(stage: Stage) -> None:
    """With its line, and with the status of a stack file that is wrong."""
    stage.write(f"{APP}prot = 80\n")
    envelope = stage.refused(3, "doctor")
    (said,) = [f["found"] for f in envelope["data"]["findings"] if f["verdict"] == "failed"]
    assert "services.app.prot: unknown key; did you mean port?" in said
