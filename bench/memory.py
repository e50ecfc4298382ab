"""How much memory masking takes, however large a table is: `python -m bench.memory`.

Rows as those of `bench.mask` pass as a text, without a server at either end: they are masked, every raw value is noted,
and what the scan looks with is made of that. Exits with 1 where the process ever took more than the limit.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import md5

from bench.common import Ratio
from bench.mask import RULES
from envctl.catalogue import Catalogue, Column, Table
from envctl.masking.key import Key
from envctl.masking.policies.policy import Checked, check
from envctl.masking.policies.rules import Policy, parse
from envctl.masking.proof.filter import Seen
from envctl.masking.table import TableMask
from envctl.secret import Secret
from envctl.seeds.masked.text import Mask, Text
from envctl.world.heap import kept

GIGABYTES, LIMIT = 5.0, 500.0  # MB
_ROWS = 5000  # made at once
_text = partial(Column, type="text", family="text", nullable=False)
CUSTOMERS = Table(
    "public",
    "customers",
    (
        Column("id", "bigint", "integer", nullable=False),
        *map(_text, ("email", "first_name", "last_name", "phone", "card", "street")),
        Column("born", "date", "date", nullable=False),
        *map(_text, ("country", "note", "created")),
    ),
)


def rows(size: float) -> Iterator[bytes]:
    """So many bytes of them, and what comes before and behind."""
    names = [column.name for column in CUSTOMERS.columns]
    yield f"COPY public.customers ({', '.join(names)}) FROM stdin;\n".encode()
    first = 1
    while size > 0:
        block = "".join(map(row, range(first, first + _ROWS))).encode()
        yield block
        first, size = first + _ROWS, size - len(block)
    yield b"\\.\n"


def row(n: int) -> str:
    """One."""
    street, note = md5(b"%d street" % n), md5(b"%d note" % n)  # noqa: S324 – nothing is kept secret by it
    return (
        f"{n}\tperson.{n}@mail{n % 50}.test\tFirstname{n % 4000}\tLastname{n % 90000}\t+4930{10000000 + n}\t"
        f"4{n * 7919 % 10**15:015}\t{n % 999} {street.hexdigest()} Street\t{1950 + n % 60}-0{1 + n % 9}-1{n % 10}\tDE\t"
        f"{note.hexdigest()}\t2024-01-01 00:00:00+00\n"
    )


def masked(size: float) -> int:
    """Mask them, and make ready what looks for them; how many raw values it would look for."""
    key = Key(Secret("a key of more than sixteen characters"))
    seen = Seen(key)
    policy = parse({"columns": {name: rule for name, rule in RULES["columns"].items() if "orders" not in name}})
    found = check(policy, Catalogue((CUSTOMERS,))) if isinstance(policy, Policy) else policy
    if not isinstance(found, Checked):
        sys.exit(f"{found}")
    names = [column.name for column in CUSTOMERS.columns]
    mask = TableMask(CUSTOMERS, names, found.tables[CUSTOMERS.full], key, seen).mask
    with kept():
        for _ in Text(lambda *_: Mask(mask)).masked(rows(size)):
            pass
    _ = seen.sieve
    return seen.sought


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when the limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=GIGABYTES, help=f"of rows ({GIGABYTES:g})")
    chosen = parser.parse_args(words)
    values = masked(chosen.gigabytes * (1 << 30))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000
    what = f"masking {chosen.gigabytes:g} GB, {values:,} values"
    ratio = Ratio(what, peak, LIMIT, "the limit", 1.0, "MB")
    print(ratio)
    return 0 if ratio.kept else 1


if __name__ == "__main__":
    sys.exit(main())
