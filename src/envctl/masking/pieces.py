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
        pl.col("text").str.extract_all(pattern).alias("piece"),
        pl.col("text").str.replace_all(pattern, _HOLE).str.split(_HOLE).alias("gap"),
    )
    gaps = _numbered(found, "gap")
    if between and gaps["text"].str.contains(f"[^{between}]").any():
        raise ValueError("what stands between the pieces is not what may stand there")
    pieces = _numbered(found.filter(pl.col("piece").list.len() > 0), "piece")
    pieces = pieces.with_columns(made(pieces["text"], pieces["row"]).alias("text"))
    parts = pl.concat([gaps.with_columns(pl.col("at") * 2), pieces.with_columns(pl.col("at") * 2 + 1)])
    whole = parts.sort("row", "at").group_by("row", maintain_order=True).agg(pl.col("text").str.join(""))
    return _back(values, whole)


def patched(values: pl.Series, quick: pl.Series, slow: Callable[[int, str], str | None]) -> pl.Series:
    """What was done in bulk, and what it left null is done one by one: `slow` gets the row and its value."""
    left = (values.is_not_null() & quick.is_null()).arg_true()
    if not len(left):
        return quick
    done = [slow(row, value) for row, value in zip(left, values.gather(left), strict=True)]
    return quick.scatter(left, pl.Series(done, dtype=pl.String))


def _numbered(found: pl.DataFrame, name: str) -> pl.DataFrame:
    """The entries of lists, one a row, with the row that each is of and its place there."""
    exploded = found.select("row", pl.col(name).alias("text")).explode("text")
    return exploded.with_columns(pl.int_range(pl.len()).over("row").alias("at")).select("row", "at", "text")


def _back(values: pl.Series, whole: pl.DataFrame) -> pl.Series:
    """A text for each row, null where there was none."""
    texts: pl.Series = (
        values.to_frame("text")
        .with_row_index("row")
        .select("row")
        .join(whole, on="row", how="left", maintain_order="left")
    )["text"]
    return texts.alias(values.name)
