"""Rows of a source as columns of values: raw, in memory only, for those who look at them and keep nothing."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from envctl.catalogue import Table
from envctl.errors import EnvctlError, Exit
from envctl.masking.copying import BrokenRows, rows, unescaped
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.ops.mask.source import Opened
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.masked.samples import Rows, samples
from envctl.seeds.masked.text import Unmasked
from envctl.seeds.refusal import AGAIN


def first_rows(source: Opened, most: int) -> Mapping[str, pl.DataFrame]:
    """At most so many rows of each table, by its full name, as texts that Postgres wrote. Raises EnvctlError."""
    name = source.database.data or ""
    try:
        if source.asks is not None:
            found = samples(source.asks(most), most)
        else:
            with source.plain.text() as blocks:
                found = samples(blocks, most)
        return {
            f"{schema}.{table}": _frame(one, source.catalogue.table(f"{schema}.{table}"))
            for (schema, table), one in found.items()
        }
    except Unmasked as unmasked:
        raise _refused(name, unmasked.message, unmasked.line, unmasked.hint) from None
    except BrokenText as broken:
        raise _refused(name, broken.message, broken.line, broken.hint or AGAIN) from None
    except BrokenRows as broken:  # the number is of the sample, so it tells nobody which line it is
        raise _refused(name, f"has rows that cannot be read: one of them {broken.reason}", 0, AGAIN) from None


def _frame(found: Rows, table: Table | None) -> pl.DataFrame:
    """Without a list of columns COPY means all that are not computed."""
    names = found.columns or tuple(c.name for c in (table.columns if table else ()) if not c.generated)
    frame = rows(found.text, names)
    return pl.DataFrame([unescaped(frame[name]) for name in names])


def _refused(name: str, message: str, line: int, hint: str) -> EnvctlError:
    where = f" (line {line})" if line else ""
    return EnvctlError(Exit.DATA_REFUSED, f"The data {name} {message}{where}.", hint=hint, unchanged=NOT_MOVED)
