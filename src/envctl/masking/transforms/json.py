"""JSON documents, each value by where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, Self

import polars as pl
from pydantic import Field, model_validator

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed
from envctl.masking.parts.documents import (
    REDACTED,
    Leaf,
    NoDocument,
    Path,
    as_before,
    clean,
    closed,
    covering,
    emptied,
    family_of,
    is_name,
    known_part,
    mapped,
    opened,
    path,
    written,
)
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_UNLIMITED = 1 << 30  # characters: how long a document gets nobody knows before
_PATHS = 4096  # of documents whose rule is remembered
_APART = 1000  # documents at a time
_HASHED = 16  # hex digits of a key


class _Rule(NamedTuple):
    """How values at a path are masked, and whose they are."""

    path: Path
    transform: Transform
    identity: str | None


class _Place(NamedTuple):
    """What leaves have in common that are masked at once."""

    rule: int
    family: Family


class Json(Transform):
    """A document with the values at some paths masked by rules of their own, and everything else by `rest`.

    A path is `$.contact.email`, `$.tags[*]`, `$.people.*.name`, `$."odd key"`, or `$.**.phone` for whatever depth. It
    covers all that is below; of several the one that says more wins. Numbers and booleans stay what they are where the
    rule's way of masking knows them. Null stays. What cannot be read as JSON is replaced as a whole.
    """

    name: ClassVar[str] = "json"
    takes: ClassVar[frozenset[Family]] = frozenset({"json", "text"})

    paths: dict[str, str | dict[str, Any]] = Field(
        default_factory=dict,
        description="How the values at each path are masked: a way of masking, or a table with its settings; with "
        "`identity` they are masked like values of that identity elsewhere.",
        examples=[{"$.contact.email": {"mask": "email", "identity": "customer.email"}, "$.**.phone": "phone"}],
    )
    rest: Literal["redact", "keep", "refuse"] = Field(
        default="redact",
        description="What happens to a value that no path covers: texts are replaced by `[redacted]`, numbers by 0 and "
        "booleans by false; or everything stays; or masking stops.",
        examples=["refuse"],
    )
    keys: Literal["names", "keep", "hash"] = Field(
        default="names",
        description="What happens to keys that no path names: those that look like a name stay and others (addresses, "
        "numbers, sentences) are hashed; or all stay; or all are hashed.",
        examples=["hash"],
    )

    @model_validator(mode="after")
    def _understood(self) -> Self:
        _ = self._rules
        return self

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Nobody knows before."""
        return _UNLIMITED

    @property
    def partial(self) -> bool:
        """A document without a value, and one of values that are kept, stays as it is."""
        return True

    @property
    def identities(self) -> tuple[str, ...]:
        """Those that paths name, and what is below them."""
        found = (name for rule in self._rules for name in (rule.identity, *rule.transform.identities))
        return tuple(dict.fromkeys(name for name in found if name))

    @property
    def reads(self) -> tuple[str, ...]:
        """What the rules of its paths read."""
        return tuple(dict.fromkeys(name for rule in self._rules for name in rule.transform.reads))

    @property
    def follows(self) -> tuple[str, ...]:
        """What the rules of its paths follow."""
        return tuple(dict.fromkeys(name for rule in self._rules for name in rule.transform.follows))

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Each different document once, and all values of a path at once."""
        if self.reads or self.follows:
            return self._masked(values, block)
        some = values.unique(maintain_order=True)
        return values.replace_strict(some, self._masked(some, block), return_dtype=pl.String)

    def _masked(self, values: pl.Series, block: Block) -> pl.Series:
        """Some at a time: of documents that are apart, Python's collector would look at every piece again and again."""
        rows = pl.Series(range(len(values)), dtype=pl.UInt32)
        cuts = range(0, len(values), _APART)
        parts = [self._part(values[at : at + _APART], block.beside(rows[at : at + _APART], self)) for at in cuts]
        return pl.concat(parts).alias(values.name) if parts else values

    def _part(self, values: pl.Series, block: Block) -> pl.Series:
        places: dict[_Place, list[tuple[int, Leaf]]] = {}
        documents: list[Any] = []

        def found(leaf: Leaf) -> Leaf:
            places.setdefault(leaf.at, []).append((len(documents), leaf))
            return leaf

        texts = values.to_list()
        for text in texts:
            documents.append(None if text is None else self._mapped(text, block.seed, found))
        for place, leaves in places.items():
            self._fill(place, leaves, block)
        made = [None if text is None else closed(made) for text, made in zip(texts, documents, strict=True)]
        return pl.Series(made, dtype=pl.String)

    def plain(self, value: str, row: Row) -> str:
        """The same of one document."""
        return closed(self._mapped(value, row.seed, lambda leaf: self._filled(leaf, row)))

    def _mapped(self, text: str, seed: Seed, found: Callable[[Leaf], Leaf]) -> Any:
        """A document whose leaves are masked by `rest` or given away."""

        def leaf(value: Any, where: str) -> Any:
            if (rule := self._rule_at(where)) is None:
                return self._left(value, where)
            family = family_of(value, self._rules[rule].transform.takes)
            return emptied(value) if family is None else found(Leaf(value, _Place(rule, family)))

        def branch(where: str) -> bool:
            return (rule := self._rule_at(where)) is not None and self._rules[rule].transform.gives_null

        try:
            return mapped(opened(text), leaf, branch, lambda key: self._key(key, seed))
        except NoDocument:
            if self.rest == "refuse":
                raise Unmaskable("a value is no JSON document that can be looked through") from None
            return REDACTED

    def _fill(self, place: _Place, leaves: Sequence[tuple[int, Leaf]], block: Block) -> None:
        """Mask all values of a place; one by one if there is one among them that cannot be."""
        rule, texts = self._rules[place.rule], pl.Series([written(leaf) for _, leaf in leaves], dtype=pl.String)
        seed = block.seed if rule.identity is None else block.seeds[rule.identity]
        inside = block.beside(pl.Series([row for row, _ in leaves], dtype=pl.UInt32), rule.transform)
        inside = replace(inside, seed=seed, column=Column(block.column.name, place.family, place.family))
        try:
            made = rule.transform.bulk(texts, inside)
        except Unmaskable:
            for at, (_, leaf) in enumerate(leaves):
                before, after = (
                    frame.row(at, named=True) if len(frame) else {} for frame in (inside.rows, inside.masked)
                )
                self._filled(leaf, Row(block.seed, block.column, before, after, block.seeds))
            return
        for (_, leaf), text in zip(leaves, made, strict=True):
            leaf.made = as_before(leaf, text)

    def _filled(self, leaf: Leaf, row: Row) -> Leaf:
        """Mask one value; what its rule cannot mask is a value that no path covers, and never stays."""
        rule = self._rules[leaf.at.rule]
        seed = row.seed if rule.identity is None else row.seeds[rule.identity]
        inside = Row(seed, Column(row.column.name, leaf.at.family, leaf.at.family), row.row, row.masked, row.seeds)
        try:
            leaf.made = as_before(leaf, rule.transform.plain(written(leaf), inside))
        except Unmaskable:
            if self.rest == "refuse":
                raise
            leaf.made = emptied(leaf.value)
        return leaf

    def _left(self, value: Any, where: str) -> Any:
        """What becomes of a value that no path covers."""
        if self.rest == "refuse":
            raise Unmaskable(
                f"a document has a value that no path covers, at or below {known_part(where, self._named)}"
            )
        return value if self.rest == "keep" else emptied(value)

    def _key(self, key: str, seed: Seed) -> str:
        """What becomes of a key."""
        if self.keys == "keep" or key in self._named or (self.keys == "names" and is_name(key)):
            return key
        return seed.digest(clean(key))[:_HASHED]

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset[str]().union(*(rule.path.keys for rule in self._rules))

    @cached_property
    def _rules(self) -> tuple[_Rule, ...]:
        return tuple(_rule(text, said) for text, said in self.paths.items())

    @cached_property
    def _known(self) -> dict[str, int | None]:
        """The rules of paths that were there before."""
        return {}

    def _rule_at(self, where: str) -> int | None:
        """The number of the rule that says most of a path, if any covers it."""
        if (known := self._known.get(where, -1)) != -1:
            return known
        best = covering([rule.path for rule in self._rules], where)
        if len(self._known) < _PATHS:
            self._known[where] = best
        return best


def _rule(text: str, said: str | dict[str, Any]) -> _Rule:
    """A rule of the policy's form. Raises ValueError."""
    from envctl.masking.transforms import TRANSFORMS  # which knows this module

    settings = {"mask": said} if isinstance(said, str) else dict(said)
    name, identity = settings.pop("mask", None), settings.pop("identity", None)
    way = TRANSFORMS.get(name) if isinstance(name, str) else None
    if way is None:
        raise ValueError(f"{text}: there is no way of masking {name!r}")
    if identity is not None and not (isinstance(identity, str) and identity):
        raise ValueError(f"{text}: `identity` is the name of one")
    return _Rule(path(text), way.model_validate(settings), identity)
