"""A subset of the stack file is held against a schema, told of, and makes other data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envctl.catalogue import Catalogue
from envctl.certificate import Certificate
from envctl.certificate import read as read_certificate
from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.subset import fitting_graph, graph_of, told
from envctl.ops.snapshots.sources.dump import Dump
from envctl.ops.snapshots.sources.masked import Masked
from envctl.stack.subset import SubsetTable, as_rules
from envctl.workload import Database, Masking
from tests.masking.conditions.test_where import NOW
from tests.masking.policies.tables import column, table
from tests.ops.fake import FakeEngine, here

SCHEMA = Catalogue(
    (
        table("customers", column("id", "integer")),
        table("orders", column("id", "integer"), column("who", "integer"), keys=[("who", "customers.id")]),
        table("settings", column("id", "integer")),
    )
)


def masking(**tables: SubsetTable) -> Masking:
    """What a stack file says."""
    return Masking("{}", "ENVCTL_MASK_KEY", subset=as_rules(tables))


def test_what_hangs_together_is_known() -> None:
    """Without a subset nothing is cut."""
    graph = fitting_graph("shop", masking(orders=SubsetTable(where="id = 1")), SCHEMA, NOW)
    assert {"public.customers", "public.orders"} == set(graph.parts)
    assert {} == fitting_graph("shop", masking(), SCHEMA, NOW).parts


def test_what_does_not_fit_is_refused_with_its_place() -> None:
    """As a rule of masking is, and told apart from those."""
    with pytest.raises(EnvctlError) as caught:
        fitting_graph("shop", masking(order=SubsetTable(where="id = 1")), SCHEMA, NOW)
    assert (Exit.DATA_REFUSED, ("subset: order: there is no table order (did you mean orders?)",)) == (
        caught.value.code,
        caught.value.details,
    )
    assert "shop" == getattr(graph_of("shop", masking(no=SubsetTable(follow=True)), SCHEMA, NOW), "data", None)


def test_what_is_told_has_no_texts_of_anybody() -> None:
    """Unless it is told to who wrote it."""
    said = masking(
        customers=SubsetTable(where="mail = 'ann@mail.test'", follow=["orders", "visits"]),
        orders=SubsetTable(where="at > now() - interval '30 days'"),
        settings=SubsetTable(follow=False),
        films=SubsetTable(follow=True),
    )
    assert {
        "customers": "mail = '…'; with orders, visits",
        "orders": "at > now() - interval '30 days'",
        "settings": "only what others reference; with nothing",
        "films": "only what others reference; with all that references it",
    } == told(said)
    assert "ann@mail.test" in told(said, whole=True)["customers"]


def test_another_subset_is_other_data(tmp_path: Path) -> None:
    """However it is written; and none is what it was before there were any."""
    place = here(tmp_path, FakeEngine())
    (key := tmp_path / "key").write_text("a key that is long enough")
    database = Database("shop", "app", dump=tmp_path / "a.sql", data="shop")

    def address(**tables: SubsetTable) -> str:
        return Masked(Dump("db", database), database, replace(masking(**tables), key_file=key)).mask(place)

    first = address(orders=SubsetTable.model_validate({"where": "id = 1"}))
    assert first == address(orders=SubsetTable(where="id = 1"))
    assert first != address(orders=SubsetTable(where="id = 2"))
    assert first != address(orders=SubsetTable(where="id = 1", follow=False))
    assert first.startswith(f"{address()} subset ")


def test_a_certificate_says_what_came_of_how_much() -> None:
    """And one from before there were subsets is one still."""
    whole = Certificate("s", "p", "k", {"public.a": 1}, {}, 1, 0, "", 9)
    part = replace(whole, subset={"a": "id = 1"}, out_of={"public.a": 7}, moment=NOW.isoformat())
    assert part == read_certificate(part.text())
    older = whole.text().replace('"moment": "", ', "").replace('"out_of": {}, ', "").replace('"subset": {}, ', "")
    assert "subset" not in older
    assert whole == read_certificate(older)
