"""How the doctor's findings are shown, and which status they give."""

from __future__ import annotations

import pytest

from envctl.reports.doctor import Diagnosis, Finding
from tests.cli.made_up import Envctl, Ops

WELL = Finding("engine", "ok", "Docker Engine 26.1.5")
LITTLE = Finding("disk", "warning", "2 GiB are free", "Make room.")
FULL = Finding("subnets", "failed", "0 of 512 are left", "Remove some.", 7)
WRONG = Finding("stack file", "failed", "it has a problem\nenvctl.toml:3: x", "mend it", 3)
NONE = Finding("compose", "failed", "it is not installed", "Install it.", 4)
THEIRS = Finding("lock folder", "failed", "it cannot be written to", "Make it writable.", 11)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([WELL], 0),
        ([WELL, LITTLE], 0),
        ([FULL], 7),
        ([WRONG, FULL], 7),
        ([WRONG, FULL, NONE], 4),
        ([WRONG], 3),
        ([THEIRS, WRONG], 3),
        ([THEIRS, LITTLE], 11),
    ],
)
@pytest.mark.parametrize("json", [False, True])
def test_the_worst_gives_the_status(envctl: Envctl, ops: Ops, findings: list[Finding], status: int, json: bool) -> None:
    """A warning is no failure; what stands in the way of everything comes first."""
    ops.answers["doctor.doctor"] = Diagnosis(tuple(findings))
    ran = envctl("doctor", *(["--json"] if json else []))
    assert status == ran.status
    if json:
        assert status == (ran.envelope["error"] or {"exit": 0})["exit"]
        assert [f.check for f in findings] == [f["check"] for f in ran.envelope["data"]["findings"]]


def test_what_is_wrong_has_its_remedy_beside_it(envctl: Envctl, ops: Ops) -> None:
    """All findings as a table, then each that needs something done; the failed ones are named again."""
    ops.answers["doctor.doctor"] = Diagnosis((WELL, LITTLE, WRONG))
    ran = envctl("doctor")
    assert [
        "ok        engine       Docker Engine 26.1.5",
        "warning   disk         2 GiB are free",
        "failed    stack file   it has a problem",
        "",
        "disk: 2 GiB are free",
        "  Make room.",
        "",
        "stack file: it has a problem",
        "envctl.toml:3: x",
        "  mend it",
    ] == ran.out.splitlines()
    assert "1 check failed: stack file" in ran.err
