"""Types that few tables have, each by the form of its values: what stands around a number that tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers

_PLACE = "{n}"
_USUAL = 1000  # numbers that are drawn


class Form(NamedTuple):
    """A value with places for its number, and how many numbers there may be; none where values are never compared."""

    text: str
    most: int | None = (1 << 31) - 1


_FORMS: Mapping[str, Form] = {
    "xml": Form("<item><number>{n}</number></item>", None),
    "tsvector": Form("'amber':1 'falcon':2 'number{n}':3"),
    "tsquery": Form("'amber' & 'number{n}'"),
    "jsonpath": Form('$."items"[{n}]', None),
    "point": Form("({n}.5,{n}.25)", None),
    "line": Form("{{n},-1,0}", None),
    "lseg": Form("[(0,0),({n},{n})]", None),
    "box": Form("({n}.5,{n}.5),(0,0)", None),
    "path": Form("[(0,0),({n},1),({n},2)]", None),
    "polygon": Form("((0,0),({n},0),({n},{n}))", None),
    "circle": Form("<(0,{n}),{n}.5>", None),
    "pg_lsn": Form("0/{n}", 10**8),
    "xid": Form("{n}", None),
    "cid": Form("{n}", None),
    "xid8": Form("{n}"),
    "tid": Form("({n},1)"),
    "pg_snapshot": Form("{n}:{n}:", None),
    "txid_snapshot": Form("{n}:{n}:", None),
    "oidvector": Form("1 {n}"),
    "int2vector": Form("1 {n}", None),
    "refcursor": Form("cursor{n}", None),
    "regtype": Form("integer", None),
    "regclass": Form("pg_class", None),
    "regproc": Form("pg_typeof", None),
    "regprocedure": Form('pg_typeof("any")', None),
    "regnamespace": Form("pg_catalog", None),
    "regrole": Form("pg_monitor", None),
    "regconfig": Form("simple", None),
    "regdictionary": Form("simple", None),
    "regcollation": Form('"C"', None),
    "regoper": Form("|/", None),
    "regoperator": Form("+(integer,integer)", None),
}
_OF_EXTENSIONS: Mapping[str, Form] = {
    "ltree": Form("Top.Branch.Leaf{n}"),
    "cube": Form("({n}, 1)"),
    "seg": Form("{n}"),
}


class Odd(Generator):
    """A value of a type that few tables have: geometry, text search, XML, what the server counts with."""

    name: ClassVar[str] = "odd"
    makes: ClassVar[frozenset[Family]] = frozenset({"other"})

    def objection(self, field: Field) -> str | None:
        """It must be one of those."""
        return None if form_of(field) else f"nothing is known of the type {field.column.type}"

    def space(self, field: Field) -> int | None:
        """As many as there are numbers, where they differ."""
        form = form_of(field)
        return form.most if form else 0

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The number in its places."""
        form = form_of(field) or Form("")
        if _PLACE not in form.text:
            return pl.repeat(form.text, len(numbers), eager=True)
        pieces: list[pl.Expr] = []
        for at, piece in enumerate(form.text.split(_PLACE)):
            pieces += [pl.col("n")] * (at > 0) + [pl.lit(piece)]
        return pl.DataFrame({"n": numbers}).select(pl.concat_str(pieces).alias("made")).to_series()

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of the first numbers."""
        return self.nth(field, 1 + rows.draws(field.column.name).below(rows.numbers, _USUAL))


def form_of(field: Field) -> Form | None:
    """How values of the column's type look; extensions' types are known by their names in whatever schema."""
    base = (field.column.base or field.column.type).removesuffix("[]")
    return _FORMS.get(base) or _OF_EXTENSIONS.get(base.rpartition(".")[2])
