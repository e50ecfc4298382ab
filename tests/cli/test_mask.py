"""`mask check`, `mask suggest`, `mask preview` and `seed --masked`: what they are asked and what they print."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from tests.cli.made_up import MASK_SHOWN, MASK_SUGGESTED, Envctl, Ops

REFUSED = EnvctlError(
    Exit.DATA_REFUSED,
    "the rules of masking do not fit the data: 1 problem in catalogue",
    details=(
        "customers.phone: no rule covers it (text)",
        '# into [data.catalogue.mask.columns]\n"customers.phone" = "phone"',
    ),
    unchanged="No data was moved.",
    hint="Paste these lines, then run `envctl mask check` again.",
    data={"patch": {"catalogue": '"customers.phone" = "phone"\n'}},
)


def test_a_check_says_what_becomes_of_each_column(envctl: Envctl) -> None:
    """A line a table with what is masked and how, and what is kept; a rule for some rows and a warning are told."""
    ran = envctl("mask", "check")
    assert [
        "db: catalogue, the schema of its source",
        "TABLE              MASKED                                  KEPT",
        "public.customers   email (email), card (card, some rows)   id",
        "public.orders      -                                       id, total",
        "only rows of orders: created_at > now() - interval '30 days'",
        "warning: customers.card: is read by the CHECK card_check",
    ] == ran.out.splitlines()
    said = "catalogue: every column is covered: 2 masked, 3 kept, in 2 tables; of 2 of them not all rows come.\n"
    assert said in ran.err


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((), ((), "source")),
        (("db", "other"), (("db", "other"), "source")),
        (("--schema", "environment"), ((), "environment")),
    ],
)
def test_a_check_is_asked_for_services_and_a_schema(
    envctl: Envctl, ops: Ops, words: tuple[str, ...], asked: tuple[object, ...]
) -> None:
    """All that are masked and their sources, unless something else is said."""
    envctl("mask", "check", *words)
    assert ("HERE", *asked) == ops.calls["mask.check.check"][0]


def test_there_are_two_schemas(envctl: Envctl, ops: Ops) -> None:
    """Another word is refused before anything is looked at."""
    assert (2, {}) == (envctl("mask", "check", "--schema", "production").status, ops.calls)


def test_what_does_not_fit_comes_with_what_to_paste(envctl: Envctl, ops: Ops) -> None:
    """Every problem, then lines of the stack file as they are; a script gets them apart."""
    ops.answers["mask.check.check"] = REFUSED
    ran = envctl("mask", "check")
    assert (9, "") == (ran.status, ran.out)
    assert (
        '  customers.phone: no rule covers it (text)\n  # into [data.catalogue.mask.columns]\n  "customers' in ran.err
    )
    said = envctl("mask", "check", "--json").envelope
    assert (False, {"catalogue": '"customers.phone" = "phone"\n'}) == (said["ok"], said["data"]["patch"])


def test_a_check_is_one_document(envctl: Envctl) -> None:
    """These keys scripts rely on."""
    (one,) = envctl("mask", "check", "--json").envelope["data"]["checked"]
    assert ["service", "data_name", "schema", "tables", "warnings", "subset", "cut"] == list(one)
    assert ("created_at > now() - interval '30 days'", 2) == (one["subset"]["orders"], len(one["cut"]))
    assert {
        "column": "card", "mask": "card", "identity": "card", "settings": {"keep_last": 4}, "where": "paid",
    } == one["tables"][0]["masked"][1]  # fmt: skip
    assert ["id"] == one["tables"][0]["kept"]


def test_a_suggestion_is_all_of_stdout(envctl: Envctl, ops: Ops) -> None:
    """It can be appended to a stack file; what there is to say of it is talk."""
    ran = envctl("mask", "suggest")
    assert MASK_SUGGESTED.toml == ran.out
    assert {"data": {"catalogue": {"mask": {"unlisted": "refuse"}}}} == tomllib.loads(ran.out)
    assert "catalogue: 1 of 3 columns to mask, from names, types and 12 rows.\n" in ran.err
    assert "decide about public.customers.spot: see the comments.\n" in ran.err
    assert "then: `envctl mask check db`\n" in ran.err
    assert (("HERE", None), {"sampled": True, "file": None}) == ops.calls["mask.suggest.suggest"]


def test_a_suggestion_without_rows_says_so(envctl: Envctl, ops: Ops) -> None:
    """It is less sure, and nobody read anything."""
    ops.answers["mask.suggest.suggest"] = replace(MASK_SUGGESTED, sampled=0, columns=MASK_SUGGESTED.columns[:2])
    ran = envctl("mask", "suggest", "db", "--no-samples")
    assert "from names and types alone.\n" in ran.err
    assert "see the comments" not in ran.err
    assert (("HERE", "db"), {"sampled": False, "file": None}) == ops.calls["mask.suggest.suggest"]


def test_a_suggestion_goes_to_a_file(envctl: Envctl, ops: Ops) -> None:
    """Whose name is then the result."""
    ops.answers["mask.suggest.suggest"] = replace(MASK_SUGGESTED, file="mask.toml")
    assert "mask.toml\n" == envctl("mask", "suggest", "--write", "mask.toml").out
    assert Path("mask.toml") == ops.calls["mask.suggest.suggest"][1]["file"]


def test_a_preview_shows_before_and_after(envctl: Envctl, ops: Ops) -> None:
    """The columns that are masked, row by row; long values are cut, and null is told from nothing."""
    ran = envctl("mask", "preview", "db", "customers", "--rows", "2")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["email", "email", "ann@example.org", "user_1@example.com"] == lines[2]
    assert ["null", "null"] == lines[3]
    assert ["notes", "text", f"{'x' * 47}…", f"{'y' * 47}…"] == lines[4]
    assert ["''", "''"] == lines[5]
    assert ["kept:", "id,", "city"] == lines[6]
    assert "made-up rows" in ran.err
    assert (("HERE", "db", "customers"), {"rows": 2, "real": False}) == ops.calls["mask.preview.preview"]


@pytest.mark.parametrize("rows", ["0", "101", "many"])
def test_a_preview_is_of_a_few_rows(envctl: Envctl, ops: Ops, rows: str) -> None:
    """One to a hundred."""
    assert (2, {}) == (envctl("mask", "preview", "--rows", rows).status, ops.calls)


@pytest.mark.parametrize(("terminal", "json"), [(False, False), (True, True), (False, True)])
def test_real_rows_go_nowhere_but_to_a_terminal(
    envctl: Envctl, ops: Ops, monkeypatch: pytest.MonkeyPatch, terminal: bool, json: bool
) -> None:
    """Into no pipe, no file and no JSON: it is refused before anything is read."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    ran = envctl("mask", "preview", "--show-real", *(("--json",) if json else ()))
    assert (2, {}) == (ran.status, ops.calls)
    assert "real rows are shown on a terminal only" in ran.out + ran.err


def test_real_rows_move_no_cursor(envctl: Envctl, ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in them; and it is said that they are real."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    odd = replace(MASK_SHOWN.tables[0].columns[0], before=("\x1b[2Jann\x07\n", "b"))
    ops.answers["mask.preview.preview"] = replace(
        MASK_SHOWN, real=True, tables=(replace(MASK_SHOWN.tables[0], columns=(odd,)),)
    )
    ran = envctl("mask", "preview", "--show-real")
    assert "\x1b" not in ran.out
    assert "ann��" in ran.out
    assert "These are real rows." in ran.err
    assert ops.calls["mask.preview.preview"][1]["real"]


@pytest.mark.parametrize(("words", "op"), [((), "seed.seed"), (("--dry-run",), "seed.plan_seed")])
def test_seed_may_insist_on_a_mask(envctl: Envctl, ops: Ops, words: tuple[str, ...], op: str) -> None:
    """Also when it only plans; without the option it does not ask."""
    envctl("seed", *words)
    assert not ops.calls[op][1]["masked"]
    envctl("seed", "--masked", *words)
    assert ops.calls[op][1]["masked"]
