"""Parts of texts in bulk: those that a pattern finds are masked and put back, and what is odd goes aside."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

# Stands where a piece was taken out. Postgres holds no text with NUL in it.
_HOLE = "\0"


def replaced(
    values: pl.Series, pattern: str, made: Callable[[pl.Series, pl.Series], pl.Series], *, between: str = ""
) -> pl.Series:
    """Texts with everything that a pattern finds in them replaced; null stays null.

    `made` gets the pieces of all texts in one Series and the number of each piece's row, and gives as many. What
    stands between the pieces must be made of the characters in `between`, if given: raises ValueError otherwise.
    """
    texts = values.to_frame("text").with_row_index("row").filter(pl.col("text").is_not_null())
    found = texts.select(
        "row",
        pl.col("text").str.replace_all(pattern, _HOLE).str.split(_HOLE).alias("gap"),
        pl.col("text").str.extract_all(pattern).list.concat(pl.lit([_HOLE])).alias("piece"),  # none behind the last gap
    ).explode("gap", "piece")
    if between and found["gap"].str.contains(f"[^{between}]").any():
        raise ValueError("what stands between the pieces is not what may stand there")
    at = (found["piece"] != _HOLE).arg_true()
    pieces = pl.repeat("", len(found), dtype=pl.String, eager=True)
    if len(at):
        pieces = pieces.scatter(at, made(found["piece"].gather(at), found["row"].gather(at)))
    parts = found.select("row", pl.col("gap") + pieces.alias("piece"))
    whole = parts.group_by("row", maintain_order=True).agg(pl.col("gap").str.join(""))
    return values.clone().scatter(whole["row"], whole["gap"])


def patched(values: pl.Series, quick: pl.Series, slow: Callable[[int, str], str | None]) -> pl.Series:
    """What was done in bulk, and what it left null is done one by one: `slow` gets the row and its value."""
    left = (values.is_not_null() & quick.is_null()).arg_true()
    if not len(left):
        return quick
    done = [slow(row, value) for row, value in zip(left, values.gather(left), strict=True)]
    return quick.scatter(left, pl.Series(done, dtype=pl.String))
