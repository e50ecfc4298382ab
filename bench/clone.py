"""How long data takes to be there, whatever its size: `python -m bench.clone`.

1. The time from `envctl up` to the first answer of a database, on clones of 10 MB, 1 GB and 10 GB (`--large`), and of
   the same stack without any data brought up by Compose.
2. A new environment of the whole shop with its data, its images and snapshots being there, against `docker compose up
   --wait` of the same stack without any data.
3. The disk that ten clones of 1 GB take in a pool before anybody writes.

The first is measured on the daemon's own disk and in a pool, which is made for it where there is none.

Every ratio is measured in turn, in one run. Exits with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.common import Composed, Ratio, envctl, ran, seconds
from bench.data import MIB, Base, until_answered
from envctl.events import nobody
from envctl.ops.plan import decide, draw_here
from envctl.ops.setting import here
from envctl.ops.snapshots.bases import clone_data, with_snapshots

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop" / "envctl.toml"
CLONES = 10
SMALL, BIG, LARGE = 10 * MIB, 1024 * MIB, 10 * 1024 * MIB


def clone_ratios(folder: Path, rounds: int, *, large: bool) -> Iterator[Ratio]:
    """The largest against the smallest, and the largest against an empty one of Compose's."""
    bases = {size: Base(folder, size) for size in (SMALL, BIG, *((LARGE,) if large else ()))}
    empty = Base(folder, None)
    try:
        for base in bases.values():
            _built(base)
        theirs = Composed(empty.file, "theirs")
        took: dict[int, list[float]] = {size: [] for size in (*bases, 0)}
        for _ in range(rounds):
            for size, base in bases.items():
                took[size].append(_answered(base))
            took[0].append(_theirs(theirs, empty))
        middle = {size: median(times) for size, times in took.items()}
        most = max(bases)
        yield Ratio(f"query on a clone of {most // MIB} MiB", middle[most], middle[SMALL], "one of 10 MiB", 1.2)
        yield Ratio(f"query on a clone of {most // MIB} MiB", middle[most], middle[0], "an empty one, Compose", 1.5)
    finally:
        theirs.forget()
        for base in (*bases.values(), empty):
            base.forget()


def _built(base: Base) -> None:
    base.up("first")
    base.down("first")


def _answered(base: Base) -> float:
    def work() -> None:
        base.up("ours")
        base.ask("ours")

    try:
        return seconds(work)
    finally:
        base.down("ours")


def _theirs(theirs: Composed, empty: Base) -> float:
    def work() -> None:
        theirs.up()
        until_answered(empty.container("theirs"), empty.project)

    try:
        return seconds(work)
    finally:
        theirs.down("--timeout", "2")


def shop_ratio(rounds: int) -> Ratio:
    """The shop with data, and the same containers without any."""
    chosen = ("--file", str(SHOP), "--env", "bench-ours")
    envctl("up", "--quiet", *chosen)  # images and snapshots
    theirs = Composed(SHOP, "bench-theirs")
    pairs: list[tuple[float, float]] = []
    try:
        for _ in range(rounds):
            envctl("down", "--quiet", "--no-bundle", *chosen)
            theirs.down("--timeout", "2")
            pairs.append((seconds(lambda: envctl("up", "--quiet", *chosen)), seconds(theirs.up)))
    finally:
        envctl("down", "--quiet", "--no-bundle", *chosen)
        theirs.down("--timeout", "2")
        theirs.forget()
    mine, rivals = (median(column) for column in zip(*pairs, strict=True))
    return Ratio("envctl up, the shop with data", mine, rivals, "docker compose up --wait", 1.0)


def disk_ratio(folder: Path) -> Ratio:
    """What ten clones take of a pool, against one copy. Nobody writes to them: no server is started."""
    with pool(), _base(folder, BIG) as base:
        before = _used()
        try:
            for number in range(CLONES):
                _clone(base, f"clone-{number}")
            ran("sync")
            taken = _used() - before
        finally:
            for number in range(CLONES):
                base.down(f"clone-{number}")
        return Ratio(f"disk of {CLONES} clones of 1 GiB", taken / MIB, BIG / MIB, "one copy", 0.05, unit="MiB")


@contextmanager
def _base(folder: Path, size: int) -> Iterator[Base]:
    base = Base(folder, size)
    try:
        _built(base)
        yield base
    finally:
        base.forget()


def _clone(base: Base, name: str) -> None:
    """What `up` does before it starts anything."""
    where = here(base.file, name, nobody)
    blueprint = draw_here(where)
    plan, _ = decide(where, blueprint)
    clone_data(where, blueprint, with_snapshots(where, blueprint, plan))()


def _used() -> int:
    """Bytes of the pool that are taken."""
    return int(json.loads(envctl("pool", "ls", "--json"))["data"]["pool"]["used"])


@contextmanager
def pool() -> Iterator[None]:
    """The daemon's pool, or one for now."""
    there = json.loads(envctl("pool", "ls", "--json"))["data"]["pool"]
    if there is None:
        envctl("pool", "create", "--size", "40G", "--quiet")
    try:
        yield
    finally:
        if there is None:
            envctl("pool", "rm", "--quiet")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of bringing each up (5)")
    parser.add_argument("--large", action="store_true", help="a clone of 10 GB too; building it takes minutes")
    parser.add_argument("--no-shop", action="store_true", help="leave the shop out, whose images have to be built")
    chosen = parser.parse_args(words)
    ratios: list[Ratio] = []
    with tempfile.TemporaryDirectory(prefix="envctl-bench-") as folder:
        for strategy, around in (("the daemon's disk", nullcontext), ("pool", pool)):
            with around():
                for ratio in clone_ratios(Path(folder), chosen.rounds, large=chosen.large):
                    _say(replace(ratio, what=f"{ratio.what}, {strategy}"), ratios)
        if not chosen.no_shop:
            _say(shop_ratio(chosen.rounds), ratios)
        _say(disk_ratio(Path(folder)), ratios)
    return 0 if all(ratio.kept for ratio in ratios) else 1


def _say(ratio: Ratio, ratios: list[Ratio]) -> None:
    ratios.append(ratio)
    print(ratio, flush=True)


if __name__ == "__main__":
    sys.exit(main())
