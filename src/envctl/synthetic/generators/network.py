"""Addresses of machines and pages that are nobody's, and what is sent between them."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.texts import Slug
from envctl.synthetic.generators.typed_letters import HEX, chosen, digits, texts
from envctl.synthetic.generators.worded import Pooled, longest
from envctl.synthetic.pools.pool import joined, pool

_BLOCKS = (("192.0.2.", 8), ("198.51.100.", 8), ("203.0.113.", 8), ("10.", 24))  # the bits that are free in each
_DOCUMENTED = 3  # blocks that are for examples (RFC 5737); the last is for networks of one's own
_COLORS = 1 << 24
_MIME_TYPES = (
    "application/json application/pdf application/zip audio/mpeg image/gif image/jpeg image/png image/svg+xml "
    "text/csv text/html text/plain video/mp4"
)


class Ip(Generator):
    """An address of a machine, of those that are kept for examples (RFC 5737, RFC 3849); where a column is unique,
    those of networks of one's own (10.0.0.0/8) follow.
    """

    name: ClassVar[str] = "ip"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "network"})

    version: Literal[4, 6] = Said(default=4, description="Of the protocol.", examples=[6])

    def objection(self, field: Field) -> str | None:
        """It must be what the column holds."""
        if field.column.family == "network":
            return "holds no addresses of machines" if "macaddr" in (field.column.base or field.column.type) else None
        most = longest(field)
        longest_ = len("2001:db8:0:0:0000:0000:0000:0000" if self.version == 6 else "198.51.100.255")  # noqa: PLR2004
        if most is not None and most < longest_:
            return "is too narrow for addresses of machines"
        return "must hold longer texts than addresses" if field.limits.shortest > len("10.0.0.0") else None

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """All that are nobody's."""
        return 1 << 62 if self.version == 6 else sum(1 << bits for _, bits in _BLOCKS)  # noqa: PLR2004 – as it is called

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002 – as the base says
        """Those for examples first."""
        if self.version == 6:  # noqa: PLR2004 – as it is called
            made = digits(numbers, 16, HEX)
            groups = [part for at in range(0, 16, 4) for part in (b":", made[:, at : at + 4])]
            return texts([b"2001:db8:0:0", *groups], len(numbers))
        made_, before = pl.Series([""], dtype=pl.String).new_from_index(0, len(numbers)), 0
        for head, bits in _BLOCKS:
            within = (numbers >= before) & (numbers < before + (1 << bits))
            tail = np.where(within, numbers - before, 0)
            octets = [pl.Series(tail >> shift & 255).cast(pl.String) for shift in range(bits - 8, -1, -8)]
            dotted = joined(head, *(part for octet in octets for part in (octet, "."))).str.strip_suffix(".")
            made_ = dotted.zip_with(pl.Series(within), made_)
            before += 1 << bits
        return made_

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """One for examples."""
        draws = rows.draws(field.column.name)
        if self.version == 6:  # noqa: PLR2004 – as it is called
            return self.nth(field, draws.below(rows.numbers, self.space(field)))
        few = self.nth(field, np.arange(_DOCUMENTED << 8, dtype=np.int64))
        return chosen(few, draws.below(rows.numbers, len(few)))


class Mac(Generator):
    """The address of a network card, of those that are assigned locally (`02:…`)."""

    name: ClassVar[str] = "mac"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "network"})

    def _octets(self, field: Field) -> int:
        return 8 if "macaddr8" in (field.column.base or field.column.type) else 6

    def objection(self, field: Field) -> str | None:
        """It must be what the column holds."""
        if field.column.family == "network":
            return (
                None if "macaddr" in (field.column.base or field.column.type) else "holds no addresses of network cards"
            )
        most, size = longest(field), 3 * self._octets(field) - 1
        wrong = field.limits.shortest > size or (most is not None and most < size)
        return "does not hold addresses of network cards" if wrong else None

    def space(self, field: Field) -> int:
        """Without the first octet."""
        return 1 << (8 * (self._octets(field) - 1))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Octet by octet."""
        made = digits(numbers, 2 * (self._octets(field) - 1), HEX)
        octets = [part for at in range(0, made.shape[1], 2) for part in (b":", made[:, at : at + 2])]
        return texts([b"02", *octets], len(numbers))


class Domain(Slug):
    """A name of a domain that cannot be anybody's: under `.example` (RFC 2606)."""

    name: ClassVar[str] = "domain"
    after: ClassVar[str] = ".example"


class Url(Slug):
    """The address of a page, at example.com."""

    name: ClassVar[str] = "url"
    ahead: ClassVar[str] = "https://example.com/"


class UserAgent(Pooled):
    """What a browser says that it is."""

    name: ClassVar[str] = "user_agent"

    def entries(self, field: Field) -> pl.Series:  # noqa: ARG002 – in all languages they are the same
        """Those that Faker makes up."""
        return pool("agent", "en_US")


class MimeType(Pooled):
    """The type of a file's content."""

    name: ClassVar[str] = "mime_type"

    def entries(self, field: Field) -> pl.Series:  # noqa: ARG002 – as the base says
        """Some usual ones."""
        return pl.Series(_MIME_TYPES.split())


class Color(Generator):
    """`#3fa2c8`."""

    name: ClassVar[str] = "color"
    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    def objection(self, field: Field) -> str | None:
        """Seven characters, or six without the #."""
        most, size = longest(field), len("#000000")
        wrong = field.limits.shortest > size or (most is not None and most < size - 1)
        return "does not hold the 7 characters of a color" if wrong else None

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """All there are."""
        return _COLORS

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Red, green and blue."""
        bare = longest(field) == len("000000")
        return texts([b"" if bare else b"#", digits(numbers, 6, HEX)], len(numbers))
