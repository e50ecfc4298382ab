"""Amounts that are products or sums of others, told from the names of a table's columns."""

from __future__ import annotations

from collections.abc import Iterator

from envctl.catalogue import Column, Table, written
from envctl.masking.suggesting.names import words
from envctl.synthetic.base import Generator
from envctl.synthetic.generators.formula import Formula
from envctl.synthetic.generators.numbers_types import scale_of

_PRICES = frozenset({"price", "cost", "rate", "fare"})
_QUANTITIES = frozenset({"quantity", "qty", "hour"})
_TOTALS = frozenset({"total", "amount", "sum"})
_PARTS = frozenset({"subtotal", "sub", "net"})
_TAXES = frozenset({"tax", "vat"})
_TAX = "0.2"
_ADDED = frozenset({*_TAXES, "shipping", "freight", "delivery", "fee", "tip"})
_TAKEN = frozenset({"discount", "rebate", "voucher", "refund", "deduction"})
_AROUND = frozenset(
    {"unit", "line", "item", "price", "cost", "amount", "total", "value", "order", "invoice", "per", "fee"}
)


def formulas(table: Table) -> dict[str, Generator]:
    """What makes the totals of a table: price × quantity, and what is added to it. Where something is taken off, or
    where there are two of a kind, nothing is guessed.
    """
    columns = tuple(_numbers(table))
    if _only(columns, _TAKEN) or any(set(words(c.name)) & _TAKEN for c in columns):
        return {}
    price, quantity = _only(columns, _PRICES, without=_TOTALS | _ADDED), _only(columns, _QUANTITIES)
    part, total = _only(columns, _PARTS), _only(columns, _TOTALS, without=_PARTS | _ADDED)
    added = [c for c in columns if set(words(c.name)) & _ADDED and set(words(c.name)) <= _ADDED | _AROUND]
    product = f"{written(price.name)} * {written(quantity.name)}" if price and quantity else ""
    found: dict[str, Generator] = {}
    if product and part:
        found[part.name] = Formula(formula=product)
    if total and part and (tax := _only(columns, _TAXES)):
        found[tax.name] = Formula(formula=f"{written(part.name)} * {_TAX}")
    if total and part and added:
        found[total.name] = Formula(formula=" + ".join(written(c.name) for c in (part, *added)))
    elif total and product and not part and not added:
        found[total.name] = Formula(formula=product)
    return found


def _numbers(table: Table) -> Iterator[Column]:
    referencing = {name for key in table.foreign_keys for name in key.columns}
    for column in table.columns:
        plain = not (column.array or column.generated or column.counted or column.name in referencing)
        if plain and scale_of(column) is not None and column.name not in table.key:
            yield column


def _only(columns: tuple[Column, ...], called: frozenset[str], without: frozenset[str] = frozenset()) -> Column | None:
    """The one that is called so, and nothing else besides."""
    found = [
        column
        for column in columns
        for said in [set(words(column.name))]
        if said & called and not said & without and said <= called | _AROUND
    ]
    return found[0] if len(found) == 1 else None
