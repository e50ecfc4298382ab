"""How long a database takes to be as it was, against restoring its dump: `python -m bench.reset`.

`envctl reset` of a Postgres with 1 GB of rows and four indexes, as a whole process, and `pg_restore` of the same data
in the same container; on the daemon's own disk and in a pool. Once after what a run of tests changes, 30,000 rows, and
once after half of all rows were deleted, which was not on the disk yet. Exits with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from math import inf
from pathlib import Path
from statistics import median

from bench.clone import BIG, pool
from bench.common import Ratio, envctl, ran, seconds
from bench.data import Base

DUMP = "/tmp/big.dump"  # noqa: S108 – in the container
CHANGES = {
    "30,000 rows": """UPDATE big SET note = 'changed' WHERE id <= 10000;
DELETE FROM big WHERE id BETWEEN 10001 AND 20000;
INSERT INTO big SELECT -id, 'new ' || email, city, bought, 'changed' FROM big WHERE id <= 10000;""",
    "half of it": "DELETE FROM big WHERE id % 2 = 0;",
}
SEEN = "SELECT count(*), min(id), count(*) FILTER (WHERE note = 'changed') FROM big"


def reset_ratios(folder: Path, rounds: int, place: str) -> Iterator[Ratio]:
    """After each of the changes."""
    base = Base(folder, BIG)
    inside = ("docker", "exec", "--user", "postgres", base.container("one"))
    ours: dict[str, list[float]] = {change: [] for change in CHANGES}
    theirs = []
    try:
        base.up("one")
        before = base.ask("one", SEEN)
        ran(*inside, "pg_dump", "--format=custom", f"--file={DUMP}", base.project)
        for _ in range(rounds):
            ran(*inside, "createdb", "theirs")
            theirs.append(seconds(lambda: ran(*inside, "pg_restore", "--dbname=theirs", DUMP)))
            ran(*inside, "dropdb", "theirs")
            ran("sync")  # what was restored is not ours to write
            for change, statements in CHANGES.items():
                base.ask("one", f"{statements} SELECT 1")
                ours[change].append(seconds(lambda: envctl("reset", "--quiet", "--file", str(base.file), "one", "db")))
                if base.ask("one", SEEN) != before:
                    sys.exit("reset did not bring the rows back")
        for change, took in ours.items():
            within = 1.0 if change != "half of it" else inf
            what = f"reset, {change} changed, {place}"
            yield Ratio(what, median(took), median(theirs), "pg_restore of 1 GiB", 0.05, within=within)
    finally:
        base.down("one")
        base.forget()


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each (3)")
    chosen = parser.parse_args(words)
    ratios: list[Ratio] = []
    with tempfile.TemporaryDirectory(prefix="envctl-bench-") as folder:
        for place, around in (("disk", nullcontext), ("pool", pool)):
            with around():
                for ratio in reset_ratios(Path(folder), chosen.rounds, place):
                    ratios.append(ratio)
                    print(ratio, flush=True)
    return 0 if all(ratio.kept for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
