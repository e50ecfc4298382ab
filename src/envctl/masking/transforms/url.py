"""Addresses of web pages."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.parts.shapes import bare, bare_one
from envctl.masking.transforms.base import Block, Row, Transform

_ID = 16  # hex digits: 64 bits
_SCHEMES = ("https", "http", "ftp", "ftps", "sftp", "ws", "wss")
_PARTS = rf"^((?:{'|'.join(_SCHEMES)})://)([^/?#]*)((?s:.*))$"


class Url(Transform):
    """`https://<id>.example.com/<id>`: one id for the host, which is the same wherever the host is, one for all of it.

    The scheme stays if it is a usual one. Path, query and fragment become one id; where there is none, none is made.
    A text that is no such address becomes `<id>.example.com`, as a bare host does.
    """

    name: ClassVar[str] = "url"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    domain: str = Field(
        default="example.com",
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        description="What all hosts are in: a domain that is nobody's.",
        examples=["test.example"],
    )

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """By 64 bits of a keyed hash."""
        return True

    def digested(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """In small letters."""
        return True

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """All of its parts."""
        return max(map(len, _SCHEMES)) + len("://./") + 2 * _ID + len(self.domain)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Scheme, host and the rest, each for itself."""
        values = bare(values, block.column)
        parts = values.str.extract_groups(_PARTS).struct.unnest()
        scheme, host, rest = (parts.to_series(at) for at in range(3))
        frame = pl.DataFrame(
            {
                "scheme": scheme.fill_null(""),
                "host": self._hosts(pl.select(pl.coalesce(host, values)).to_series(), block),
                "rest": rest.fill_null(""),
                "id": "/" + block.seed.digests(values).str.slice(0, _ID),
            }
        )
        plain_host = pl.col("rest").is_in(["", "/"])
        path = pl.when(plain_host).then("rest").otherwise("id")
        found: pl.Series = frame.select(pl.concat_str("scheme", "host", path).alias(values.name))[values.name]
        return found

    def _hosts(self, hosts: pl.Series, block: Block) -> pl.Series:
        return block.seed.digests(hosts).str.slice(0, _ID) + f".{self.domain}"

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        parts = re.search(_PARTS, value)
        scheme, host, rest = parts.groups() if parts else ("", value, "")
        path = rest if rest in {"", "/"} else f"/{row.seed.digest(value)[:_ID]}"
        return f"{scheme}{row.seed.digest(host)[:_ID]}.{self.domain}{path}"
