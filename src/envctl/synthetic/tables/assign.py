"""Decides, for one table after the other, what fills each of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from envctl.catalogue import ForeignKey
from envctl.synthetic.base import Impossible
from envctl.synthetic.draws import Draws
from envctl.synthetic.fields import Hints, Known, Rules, known_of
from envctl.synthetic.tables.columns import Work
from envctl.synthetic.tables.counts import Count
from envctl.synthetic.tables.keys import agree, chosen
from envctl.synthetic.tables.references import Apart, Each, Owned, Some, Tree
from envctl.synthetic.tables.rows import Made, Pieces
from envctl.synthetic.tables.slots import SKEWS, Slots
from envctl.synthetic.tables.targets import Target
from envctl.synthetic.tables.unique import settle

_ROOTS = 0.05  # of the rows of a table that references itself


@dataclass(frozen=True)
class Setting:
    """What is asked of all tables."""

    targets: tuple[Target, ...]
    against: frozenset[tuple[str, str]]
    draws: Draws
    known: Mapping[str, Known]  # by table
    referenced: frozenset[tuple[str, str]]  # columns that others reference


def setting_of(
    targets: tuple[Target, ...], against: frozenset[tuple[str, str]], rules: Rules, hints: Hints, seed: int
) -> Setting:
    """The same for all tables. Raises Impossible where a column cannot be filled."""
    known = {target.full: known_of(target, rules, hints) for target in targets}
    keys = [key for target in targets for key in target.table.foreign_keys]
    referenced = frozenset((key.table, name) for key in keys for name in key.references)
    return Setting(targets, against, Draws(seed), known, referenced)


def assign(setting: Setting, target: Target, counts: Mapping[str, Count], made: Mapping[str, Made]) -> Made:
    """What fills a table, when those are known that it references. Raises Impossible, TooFew."""
    work, agreeing = _begin(setting, target, counts)
    for unique in sorted(target.table.uniques, key=lambda u: (u.columns != target.table.key, len(u.columns))):
        if unique.columns or unique.expressions:
            settle(work, unique)
    for key in work.keys:
        if key.name not in work.references:
            _refer(work, key)
    for key in agreeing:
        agree(work, key, made)
    for name in target.columns:
        if name not in work.fillers:
            work.generate(name)
    fillers = {name: work.fillers[name] for name in target.columns}
    return Made(target.table, work.rows, work.draws, tuple(work.references.values()), fillers)


def _begin(setting: Setting, target: Target, counts: Mapping[str, Count]) -> tuple[Work, tuple[ForeignKey, ...]]:
    deciding, agreeing = chosen(target.table, {t.full: t.table for t in setting.targets})
    known = setting.known[target.full]
    count = _possible(target, counts, deciding)
    work = Work(
        target=target,
        count=count,
        sizes={name: other.rows for name, other in counts.items()},
        against=setting.against,
        draws=setting.draws.of(target.full),
        pieces=Pieces(known.starts(count.rows), known.ways, setting.draws.of(target.full, "way")),
        known=known.pieces,
        nulls={name: share for name, share in known.nulls.items() if (target.full, name) not in setting.referenced},
        apart=known.apart,
        keys=deciding,
    )
    return work, agreeing


def _possible(target: Target, counts: Mapping[str, Count], keys: tuple[ForeignKey, ...]) -> Count:
    """No rows where something must be referenced that has none."""
    count = counts[target.full]
    for key in keys:
        there = counts[key.table].rows if key.table in counts else 0
        if not there and count.rows and not _may_be_missing(target, key):
            if count.said:
                raise Impossible(f"{target.full}: {key.name} must reference a row of {key.table}, which has none")
            count = replace(count, rows=0)
    return count


def _may_be_missing(target: Target, key: ForeignKey) -> bool:
    return any(column.nullable for name in key.columns if (column := target.table.column(name)))


def _refer(work: Work, key: ForeignKey) -> None:
    """By a foreign key that nothing else decides."""
    draws, parents = work.draws.of("any", key.name), work.parents(key)
    if (first := work.avoids(key)) is not None and parents > 1:
        work.refer(key, Apart(first.way, Some(draws, parents - 1, SKEWS["none"]), parents))
    elif key.table == work.full:
        work.refer(key, Tree(draws, _ROOTS, rooted=not work.nullable(key)))
    elif not parents:
        work.refer(key, Each(draws, work.rows, 0))
    elif work.owner is not None and key.name == work.owner.name:
        work.refer(key, Owned(Slots(work.rows, parents, SKEWS[work.skew(key)]), draws))
    else:
        work.refer(key, Some(draws, parents, SKEWS["high"]))
