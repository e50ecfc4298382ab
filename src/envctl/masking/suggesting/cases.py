"""What is known of a column before it is decided how to mask it, and what such a decision is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Column
from envctl.masking.suggesting.detect import Finding, Shape
from envctl.masking.suggesting.names import Hint
from envctl.masking.suggesting.vocabulary import Kind

Rule = str | Mapping[str, object]  # as a policy says it

SURE = 0.5  # confidence from which on a kind counts
TELLING: tuple[Kind, ...] = ("sensitive", "wealth", "birth_date", "person_date")  # also as yes or no, and by class


@dataclass(frozen=True)
class Case:
    """What is known of a column. `people` is of a table that has a row for each of some people."""

    column: Column
    hints: tuple[Hint, ...] = ()
    findings: tuple[Finding, ...] = ()
    shape: Shape = field(default_factory=Shape)
    unique: bool = False
    key: bool = False  # it alone is the primary key
    people: bool = False
    things: bool = False  # its table lists what things are called: countries, categories, roles
    refers: bool = False  # its name is that of another table's key
    subject: str = ""  # the column that says whose row it is
    dates: str = ""  # the identity of the table's dates
    names: str = ""  # the identity of whole names and their parts, where both are in the table
    addressed: bool = False  # an address is in the same table
    paths: Mapping[str, Rule] = field(default_factory=dict)  # of documents in it, those that are recognised

    def hinted(self, *kinds: Kind) -> Hint | None:
        """The best hint of one of these kinds."""
        return next((hint for hint in self.hints if hint.kind in kinds), None)

    def found(self, *kinds: Kind) -> Finding | None:
        """The surest finding of one of these kinds."""
        return next((finding for finding in self.findings if finding.kind in kinds), None)

    @property
    def leads(self) -> Kind | None:
        """What its name says first of all."""
        return self.hints[0].kind if self.hints else None


@dataclass(frozen=True)
class Verdict:
    """Rules of which the first that fits is to be taken; none is as good as `keep`, unless it is one."""

    rules: tuple[Rule, ...]
    confidence: float
    why: str


def keep(confidence: float, why: str) -> Verdict:
    """It is plainly harmless."""
    return Verdict(("keep",), confidence, why)


def told(case: Case, kind: Kind) -> str:
    """Where it is known from, without any value."""
    hint, finding = case.hinted(kind), case.found(kind)
    said = [f"named {hint.because}"] if hint else []
    seen = [f"{finding.share:.0%} of the values look like {kind.replace('_', ' ')}"] if finding else []
    return ", ".join([*said, *seen]) or kind.replace("_", " ")


def documents(case: Case) -> tuple[Rule, ...]:
    """How documents are masked: what is recognised in them by its path, and everything else."""
    rest: tuple[Rule, ...] = ("json",)
    return ({"mask": "json", "paths": dict(case.paths)}, *rest) if case.paths else rest
