"""How long a database takes to be as it was, against restoring its dump: `python -m bench.reset`.

`envctl reset` of a Postgres with 1 GB of rows and four indexes, of which half were deleted meanwhile, as a whole
process, and `pg_restore` of the same data in the same container; on the daemon's own disk and in a pool. Exits with 1
when a limit is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.clone import BIG, pool
from bench.common import Ratio, envctl, ran, seconds
from bench.data import Base

DUMP = "/tmp/big.dump"  # noqa: S108 – in the container


def reset_ratio(folder: Path, rounds: int) -> Ratio:
    """Both of a database that was changed meanwhile."""
    base = Base(folder, BIG)
    inside = ("docker", "exec", "--user", "postgres", base.container("one"))
    try:
        base.up("one")
        rows = base.ask("one", "SELECT count(*) FROM big")
        ran(*inside, "pg_dump", "--format=custom", f"--file={DUMP}", base.project)
        ours, theirs = [], []
        for _ in range(rounds):
            ran(*inside, "createdb", "theirs")
            theirs.append(seconds(lambda: ran(*inside, "pg_restore", "--dbname=theirs", DUMP)))
            ran(*inside, "dropdb", "theirs")
            ran("sync")  # what was restored is not ours to write
            base.ask("one", "DELETE FROM big WHERE id % 2 = 0; SELECT 1")
            ours.append(seconds(lambda: envctl("reset", "--quiet", "--file", str(base.file), "one", "db")))
            if base.ask("one", "SELECT count(*) FROM big") != rows:
                sys.exit("reset did not bring the rows back")
        return Ratio("envctl reset", median(ours), median(theirs), "pg_restore of the same", 0.05)
    finally:
        base.down("one")
        base.forget()


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each (3)")
    chosen = parser.parse_args(words)
    ratios = []
    with tempfile.TemporaryDirectory(prefix="envctl-bench-") as folder:
        for place, around in (("the daemon's disk", nullcontext), ("pool", pool)):
            with around():
                ratios.append(replace(reset_ratio(Path(folder), chosen.rounds), what=f"envctl reset, 1 GiB, {place}"))
                print(ratios[-1], flush=True)
    return 0 if all(ratio.kept for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
