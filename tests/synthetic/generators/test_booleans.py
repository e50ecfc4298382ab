"""Yes or no, what is listed, and nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from envctl.synthetic.base import Limits
from envctl.synthetic.generators.booleans import Flag, Listed, Null
from tests.synthetic import rows as some

LABELS = ("new", "paid", 'it\'s, "ok"')
ENUM = replace(some.typed("status", "public.status", "enum"), labels=LABELS)


def test_names_say_how_often_something_is_true() -> None:
    """What is deleted is seldom, what is active is usual, and a setting says it exactly."""
    found: dict[str, Any] = {}
    for name in ("is_deleted", "active", "flag"):
        table = some.table_of("t", some.typed(name, "boolean", "boolean"))
        found[name] = Flag().make(some.field_of(table, name), some.rows(table, 1000)).sum()
    assert found["is_deleted"] < 100
    assert 600 < found["flag"] < 800 < found["active"]
    table = some.table_of("t", some.typed("active", "boolean", "boolean"))
    assert 0 == Flag(share=0).make(some.field_of(table, "active"), some.rows(table, 1000)).sum()


def test_labels_come_in_their_order() -> None:
    """The first is the most frequent; without a skew all are alike; each nth is another."""
    table = some.table_of("t", ENUM)
    field = some.field_of(table, "status")
    counts = Counter(Listed().make(field, some.rows(table, 6000)))
    assert list(LABELS) == [label for label, _ in counts.most_common()]
    alike = sorted(Counter(Listed(skew=0).make(field, some.rows(table, 6000))).values())
    assert alike[-1] - alike[0] < 200
    assert list(LABELS) == Listed().nth(field, np.arange(3)).to_list()


def test_only_what_is_allowed_is_taken() -> None:
    """A condition may list fewer, and exclude some; of other types it lists alone."""
    table = some.table_of("t", ENUM, some.text("kind"))
    listed = some.field_of(table, "status", Limits(values=("paid", "new", "odd"), never=("new",)))
    assert ["paid"] == Listed().nth(listed, np.arange(Listed().space(listed))).to_list()
    assert 2 == Listed().space(some.field_of(table, "kind", Limits(values=("a", "b"))))
    assert "neither" in (Listed().objection(some.field_of(table, "kind")) or "")


def test_nothing_is_null_everywhere() -> None:
    """Where it may be."""
    table = some.table_of("t", some.text("a"), replace(some.text("b"), nullable=False))
    assert 3 == Null().make(some.field_of(table, "a"), some.rows(table, 3)).null_count()
    assert None is Null().objection(some.field_of(table, "a"))
    assert "null is not allowed there" == Null().objection(some.field_of(table, "b"))
    assert "null is not allowed there" == Null().objection(some.field_of(table, "a", Limits(filled=True)))
