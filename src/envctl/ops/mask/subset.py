"""Which rows come, as the stack file says: held against what a database consists of, and told to others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from envctl.catalogue import Catalogue
from envctl.masking.subsets.graph import Graph
from envctl.masking.subsets.rules import Rule, hold, parse
from envctl.ops.mask.fit import Misfit, refusal
from envctl.workload import Masking


def graph_of(data: str, masking: Masking, catalogue: Catalogue, now: datetime) -> Graph | Misfit:
    """What hangs together of a database with a subset, and what its conditions are; or what is wrong with those."""
    found = hold(_rules(masking), catalogue, now)
    if isinstance(found, Graph):
        return found
    return Misfit(data, tuple(replace(fault, at=f"subset: {fault.at}") for fault in found))


def fitting_graph(data: str, masking: Masking, catalogue: Catalogue, now: datetime) -> Graph:
    """The same. Raises EnvctlError(DATA_REFUSED) where something is wrong."""
    found = graph_of(data, masking, catalogue, now)
    if isinstance(found, Misfit):
        raise refusal((found,))
    return found


def told(masking: Masking, *, whole: bool = False) -> Mapping[str, str]:
    """Of each table that is named which rows come; in words that hold nothing of anybody, or the `whole` condition."""
    return {rule.text: _words(rule, (rule.where or "") if whole else rule.said) for rule in _rules(masking)}


def _rules(masking: Masking) -> tuple[Rule, ...]:
    return parse(json.loads(masking.subset or "{}"))


def _words(rule: Rule, said: str) -> str:
    if rule.follow is None:
        return said
    names = rule.follow if isinstance(rule.follow, tuple) else ()
    what = ", ".join(names) or ("all that references it" if rule.follow is True else "nothing")
    return f"{said or 'only what others reference'}; with {what}"
