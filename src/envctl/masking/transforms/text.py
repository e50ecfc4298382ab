"""Free text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.parts.pieces import patched, replaced
from envctl.masking.transforms.base import Block, Row, Transform

_FILLER = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna "
    "aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat "
    "duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur excepteur "
    "sint occaecat cupidatat non proident sunt in culpa qui officia deserunt mollit anim id est laborum "
)
_STARTS = tuple(at + 1 for at, character in enumerate(_FILLER[:-1]) if character == " ")
_USUAL = 4000  # characters; longer texts are made one by one
_LOOP = _FILLER * (_USUAL // len(_FILLER) + 2)

_UNLIMITED = 1 << 30  # characters that Postgres holds in a text
_LINE = r" \t\r\n<>\x22"
_WORD = _LINE + r"@()\[\],:;.!?'"
_CARD_DIGITS = range(13, 20)
_CARD = r"[0-9][0-9 -]{11,}[0-9]"


class _Kind(NamedTuple):
    """Something that is looked for: the transform of that name masks it."""

    name: str
    pattern: str


# The first that fits wins. Nothing looks around itself: polars' expressions cannot, and see words differently.
_KINDS = (
    _Kind("url", rf"(?:[A-Za-z][A-Za-z0-9+.-]*://|www\.)[^{_LINE}]*[^{_WORD}]"),
    _Kind("email", rf"[^{_LINE}@()\[\],:;]+@[^{_WORD}]+(?:\.[^{_WORD}]+)*"),
    _Kind("iban", r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"),
    _Kind("ip", r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"),
    _Kind("ip", r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"),
    _Kind("ip", r"(?:[0-9A-Fa-f]{1,4}:){1,7}(?::[0-9A-Fa-f]{1,4}){1,7}"),
    _Kind("phone", r"(?:\+|\(\+?[0-9]{1,5}\)[ ./-]{0,2})?[0-9](?:[ ()./-]{0,3}[0-9]){6,}"),
)
_ANY = "|".join(kind.pattern for kind in _KINDS)
_FOUND = re.compile(_ANY)


class Text(Transform):
    """Filler of the same length, so that nothing of what was written is left; or only what is found in it replaced.

    With `find`, addresses of mail and of the web, phone and card numbers, IBANs and IP addresses are masked as the
    transforms of these names do it, and the words around them stay. That is the best that can be done with running
    text and no more: names, places and stories are not found. Longer numbers and dates count as phone numbers.
    """

    name: ClassVar[str] = "text"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    find: bool = Field(
        default=False,
        description="Keep the text and mask only what is found in it: best effort, for texts that name nobody.",
        examples=[True],
    )

    @property
    def partial(self) -> bool:
        """Texts without findings stay."""
        return self.find

    def longest(self, column: Column) -> int | None:
        """Filler is as long as what it stands for; what is found can grow, and is cut to what fits."""
        return (column.length or _UNLIMITED) if self.find else None

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Filler, or the findings replaced."""
        if self.find:
            found = replaced(values, _ANY, lambda pieces, _: _masked(pieces, block))
            return found.str.slice(0, block.column.length)
        drawn = numbers(block.seed.digests(values), len(_STARTS))
        starts = pl.Series(_STARTS, dtype=pl.Int64).gather(drawn)
        frame = pl.DataFrame({"start": starts, "long": values.str.len_chars()})
        filled = pl.lit(_LOOP).str.slice(pl.col("start"), pl.col("long")).str.replace(" $", ".")
        done = frame.select(pl.when(pl.col("long") <= _USUAL).then(filled)).to_series()
        row = Row(block.seed, block.column)
        return patched(values, done.alias(values.name), lambda _, value: self.plain(value, row))

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if self.find:
            return _FOUND.sub(lambda found: _masked_one(found[0], row), value)[: row.column.length]
        start = _STARTS[number(row.seed.digest(value), len(_STARTS))]
        filled = (_FILLER * (len(value) // len(_FILLER) + 2))[start : start + len(value)]
        return re.sub(" $", ".", filled)


def _masked(pieces: pl.Series, block: Block) -> pl.Series:
    """What was found, masked by what it is."""
    piece = pl.col("piece")
    numbered = pieces.filter(pieces.str.contains(f"^{_CARD}$")).unique()
    kinds: Any = pl.when(piece.is_in([text for text in numbered if _is_card(text)])).then(pl.lit("card"))
    for kind in _KINDS:
        kinds = kinds.when(piece.str.contains(f"^(?:{kind.pattern})$")).then(pl.lit(kind.name))
    frame = pieces.to_frame("piece").with_row_index("at").with_columns(kinds.alias("kind"))
    inside = Block(block.seed, Column(block.column.name, "text", "text"), block.rows.clear(), block.masked.clear())
    for (name,), some in frame.partition_by("kind", as_dict=True).items():
        pieces = pieces.scatter(some["at"], _transform(str(name)).bulk(some["piece"], inside))
    return pieces


def _masked_one(piece: str, row: Row) -> str:
    """The same of one."""
    kinds = (kind.name for kind in _KINDS if re.fullmatch(kind.pattern, piece))
    name = "card" if re.fullmatch(_CARD, piece) and _is_card(piece) else next(kinds)
    return _transform(name).plain(piece, Row(row.seed, Column(row.column.name, "text", "text"))) or ""


def _is_card(text: str) -> bool:
    """Whether the last digit of a number is the one that Luhn's rule makes of the others."""
    digits = [int(character) for character in text if character not in " -"]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) in _CARD_DIGITS and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


@lru_cache(maxsize=len(_KINDS) + 1)
def _transform(name: str) -> Transform:
    """The one that masks what is found; the registry knows this module too, so it is asked when it is complete."""
    from envctl.masking.transforms import TRANSFORMS

    return TRANSFORMS[name]()
