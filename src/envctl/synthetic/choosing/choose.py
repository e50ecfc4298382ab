"""Which generator makes the values of a column: what a stack file says, else what its name and its type do."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
from pydantic import ValidationError

from envctl.masking.policies.rules import wrong_setting
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.choosing.calling import rules_for
from envctl.synthetic.generators import GENERATORS
from envctl.synthetic.generators.people import Gender
from envctl.synthetic.generators.pick import Pick
from envctl.synthetic.generators.typed import typed
from envctl.synthetic.generators.typed_letters import named
from envctl.synthetic.patterns import Pattern, Unreadable

_OF_RULES = ("generate", "nulls")  # what is no setting of a generator
_WHOLE = frozenset({"array", "constant", "null", "template"})
_WIDE = 1 << 20  # different values, with which a column that must differ has enough
_LOOKED_AT = 500  # values that are held against a regular expression


def choose(field: Field) -> Generator:
    """What makes a column of which nobody says anything. Raises Impossible where nothing is known that does."""
    if not field.column.array:
        for rule in rules_for(field.column, field.table):
            generator = read(rule, "what names mean")
            if _serves(generator, field):
                return generator
    return typed(field)


def generator_of(rule: str | Mapping[str, Any], field: Field) -> Generator:
    """What a stack file says of a column. Raises Impossible, naming it, where that is wrong or does not fit."""
    settings = {"generate": rule} if isinstance(rule, str) else dict(rule)
    if set(settings) == {"nulls"}:
        return choose(field)
    where = f"columns: {named(field)}"
    generator = read(settings, where)
    if field.column.array and not _whole(generator):
        generator = GENERATORS["array"].model_validate({"of": {k: v for k, v in settings.items() if k != "nulls"}})
    if field.column.family not in generator.makes:
        kinds = " or ".join(sorted(generator.makes))
        raise Impossible(f"{where} is of the type {field.column.type}, and {generator.name} makes {kinds}")
    if why := generator.objection(field):
        raise Impossible(f"{where} ({field.column.type}), {generator.name}: {why}")
    return generator


def read(rule: str | Mapping[str, Any], where: str) -> Generator:
    """The generator that a rule means, for whatever column. Raises Impossible, which says `where` first."""
    settings = {"generate": rule} if isinstance(rule, str) else dict(rule)
    word = settings.get("generate")
    if not isinstance(word, str):
        raise Impossible(f'{where} does not say what makes it (write generate = "…" into it)')
    kind = GENERATORS.get(word)
    if kind is None:
        close = get_close_matches(word, GENERATORS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(GENERATORS))}"
        raise Impossible(f"{where} is made by {word!r}, which nobody knows ({hint})")
    try:
        return kind.model_validate({key: value for key, value in settings.items() if key not in _OF_RULES})
    except ValidationError as error:
        bad = wrong_setting(kind, word, error)
        raise Impossible(f"{where} {bad.what} ({bad.hint})" if bad.hint else f"{where} {bad.what}") from None


def _whole(generator: Generator) -> bool:
    """Whether it makes arrays as they are, and not what is in them."""
    if isinstance(generator, Pick):
        return all(isinstance(choice, str) and choice.startswith("{") for choice in generator.choices)
    return generator.name in _WHOLE


def _serves(generator: Generator, field: Field) -> bool:
    """Whether it makes what the column holds, all that its limits let in, and enough of it where rows must differ."""
    if field.column.family not in generator.makes or _limited(generator, field) or generator.objection(field):
        return False
    if not _enough(generator, field):
        return False
    return not field.limits.patterns or _matches(generator, field)


def _limited(generator: Generator, field: Field) -> bool:
    """Whether limits say better what it may be than its name does."""
    limits = field.limits
    if field.column.family in {"text", "enum"} and (limits.low is not None or limits.high is not None):
        return True
    return limits.empty or (limits.values is not None and not isinstance(generator, Gender))


def _enough(generator: Generator, field: Field) -> bool:
    """Whether it makes enough different values for a column that alone, or with others of the kind, must differ."""
    table, name = field.table, field.column.name
    others = {column for key in table.foreign_keys for column in key.columns}
    apart = any(name in unique.columns and not others.intersection(unique.columns) for unique in table.uniques)
    if not apart or generator.distinct(field):
        return True
    return (generator.space(field) or 0) >= _WIDE


def _matches(generator: Generator, field: Field) -> bool:
    """Whether many of its values match what a condition asks for: the server sees whether all do."""
    space = generator.space(field)
    if not space:
        return False
    low = np.arange(min(space, _LOOKED_AT), dtype=np.int64)
    spread = np.linspace(0, min(space, _WIDE) - 1, num=_LOOKED_AT).astype(np.int64)
    try:
        accepted = Pattern(*field.limits.patterns).accepts(generator.nth(field, np.concatenate([low, spread])))
    except Unreadable:
        return False
    return bool(accepted.all())
