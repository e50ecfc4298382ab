"""What a policy says: which columns it means, how each is masked, and what becomes of those that nobody listed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.keep import Keep

Decision = Literal["refuse", "keep"]
Missing = Literal["refuse", "allow"]
ANY = None  # `*`

_SWITCHES = ("unlisted", "large_objects", "foreign_tables")
_KNOWN = ("columns", *_SWITCHES, "key")  # the key is somebody else's
_OF_RULES = ("mask", "identity", "where", "elsewhere", "missing")
_OF_ANY = ("mask", "missing")  # of those that keep, too
_FORM = 1  # of the digest: a change of how rules are understood is another policy
_PART = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<bare>[^".\s]+))\s*(?P<end>\.|$)')
_PARTS = {2: "a table and a column", 3: "a schema, a table and a column"}
_EXACT, _OF_TABLE, _OF_NAME = 3, 2, 1


@dataclass(frozen=True)
class Fault:
    """What is wrong. `at` names a rule, a column or the like, as a rule would write it, and `what` goes on."""

    at: str
    what: str
    hint: str = ""
    table: str = ""  # its full name, where it is about one
    column: str = ""

    def __str__(self) -> str:
        return f"{self.at}: {self.what} ({self.hint})" if self.hint else f"{self.at}: {self.what}"


@dataclass(frozen=True)
class Rule:
    """How columns are masked whose names it fits. ANY is every name; "" as a schema is the only one."""

    schema: str | None
    table: str | None
    column: str | None
    transform: Transform
    identity: str = ""
    where: str = ""
    text: str = ""  # the names as they are written
    elsewhere: Decision = "refuse"  # what becomes of it where a raw value is found in what is kept
    missing: Missing = "refuse"  # what becomes of it where there is no such column (yet)

    @property
    def exact(self) -> bool:
        """Whether it means one column, and not whatever fits."""
        return self.table is not ANY and self.column is not ANY

    @property
    def rank(self) -> tuple[int, bool]:
        """Of two rules for a column the higher one counts: `table.column`, then `table.*`, then `*.column`."""
        kind = _EXACT if self.exact else _OF_NAME if self.table is ANY else _OF_TABLE
        return kind, self.schema is not ANY and (self.schema != "" or self.table is not ANY)

    @property
    def keeps(self) -> bool:
        """Whether it leaves values as they are."""
        return isinstance(self.transform, Keep)


@dataclass(frozen=True)
class Policy:
    """All rules, and what becomes of what no rule covers."""

    rules: tuple[Rule, ...] = ()
    unlisted: Decision = "refuse"
    large_objects: Decision = "refuse"
    foreign_tables: Decision = "refuse"

    @cached_property
    def digest(self) -> str:
        """Two policies that say the same have the same: 64 hex digits."""
        rules = sorted((_said(rule) for rule in self.rules), key=json.dumps)
        whole = {"form": _FORM, "rules": rules, **{name: getattr(self, name) for name in _SWITCHES}}
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Bad:
    """Why something is no way of masking; `what` continues “it …”."""

    what: str
    hint: str = ""


def parse(
    table: Mapping[str, Any], transforms: Mapping[str, type[Transform]] = TRANSFORMS
) -> Policy | tuple[Fault, ...]:
    """What a policy's section says, or everything that is wrong with it."""
    faults = [_unknown(key, _KNOWN) for key in table if key not in _KNOWN]
    switches: dict[str, Any] = {}
    for name in _SWITCHES:
        switches[name] = said = table.get(name, "refuse")
        if said not in get_args(Decision):
            faults.append(Fault(name, f"is {said!r}, and can be refuse or keep"))
    columns = table.get("columns", {})
    if not isinstance(columns, Mapping):
        return (*faults, Fault("columns", "must be a table of rules", 'write "customers.email" = "email"'))
    rules: dict[tuple[str | None, ...], Rule] = {}
    for text, value in columns.items():
        found = rule_of(text, value, transforms)
        if isinstance(found, Fault):
            faults.append(found)
        elif known := rules.get(key := (found.schema, found.table, found.column)):
            faults.append(Fault(text, f"means the same as {known.text}", "take one of them out"))
        else:
            rules[key] = found
    return tuple(faults) or Policy(tuple(rules.values()), **switches)


def rule_of(text: str, value: Any, transforms: Mapping[str, type[Transform]] = TRANSFORMS) -> Rule | Fault:
    """What one line of a policy says."""
    names = _names(text)
    if isinstance(names, Bad):
        return Fault(text, names.what, names.hint)
    transform = transform_of(value, transforms)
    if isinstance(transform, Bad):
        return Fault(text, transform.what, transform.hint)
    settings = value if isinstance(value, Mapping) else {}
    elsewhere = settings.get("elsewhere", "refuse")
    if elsewhere not in get_args(Decision):
        return Fault(text, f"has {elsewhere!r} as elsewhere, which can be refuse or keep")
    missing = settings.get("missing", "refuse")
    if missing not in get_args(Missing):
        return Fault(text, f"has {missing!r} as missing, which can be refuse or allow")
    if isinstance(transform, Keep) and (extra := [k for k in _OF_RULES if k in settings and k not in _OF_ANY]):
        return Fault(text, f"keeps every value, so that {extra[0]} says nothing", f"take {extra[0]} out")
    return Rule(*names, transform, settings.get("identity", ""), settings.get("where", ""), text, elsewhere, missing)


def transform_of(value: Any, transforms: Mapping[str, type[Transform]] = TRANSFORMS) -> Transform | Bad:
    """The way of masking that a word means, or a table with its settings; what is the rule's own is passed over."""
    if not isinstance(value, str | Mapping):
        return Bad("must be a word or a table", f'as in "email" or {{ mask = "card", keep_last = 4 }}, not {value!r}')
    settings = dict(value) if isinstance(value, Mapping) else {"mask": value}
    for key in _OF_RULES:
        if key in settings and not (isinstance(settings[key], str) and settings[key].strip()):
            return Bad(f"has no text as {key}")
    name = settings.get("mask")
    if name is None:
        return Bad("does not say how it is masked", 'write mask = "…" into it')
    if name not in transforms:
        close = get_close_matches(name, transforms, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(transforms))}"
        return Bad(f"is masked by {name!r}, which nobody knows", hint)
    try:
        return transforms[name].model_validate({k: v for k, v in settings.items() if k not in _OF_RULES})
    except ValidationError as error:
        return wrong_setting(transforms[name], name, error)


def nearest(word: str, known: Mapping[str, str]) -> str:
    """What was probably meant of what is known (plain name → as it is written); nothing where nobody can tell."""
    folded = {name.casefold(): shown for name, shown in known.items()}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def parts(text: str) -> tuple[str | None, ...]:
    """The names that a text with dots between them has; nothing where it cannot be read."""
    found: list[str | None] = []
    at, more = 0, True
    while more:
        part = _PART.match(text, at)
        if part is None:
            return ()
        if quoted := part["quoted"]:
            found.append(quoted.replace('""', '"'))
        else:
            found.append(ANY if part["bare"] == "*" else _folded(part["bare"]))
        at, more = part.end(), part["end"] == "."
    return tuple(found)


def _names(text: str) -> tuple[str | None, str | None, str | None] | Bad:
    """Schema, table and column."""
    found = parts(text)
    if not found:
        return Bad(
            "is no name of a column",
            'write names with dots, blanks or capitals as in SQL: \'"Odd.Table"."e mail"\'',
        )
    if len(found) not in _PARTS:
        return Bad(f"has {len(found)} parts", f"write {' or '.join(_PARTS.values())}, with a dot between them")
    schema, table, column = found if len(found) == max(_PARTS) else ("", *found)
    if table is ANY and column is ANY:
        return Bad("covers everything, also what nobody has looked at", 'say so for each table, or unlisted = "keep"')
    return schema, table, column


def _folded(name: str) -> str:
    """As Postgres reads a name without quotes."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def wrong_setting(kind: type[BaseModel], word: str, error: ValidationError) -> Bad:
    """The first thing that is wrong with the settings of a kind that the file calls by this word."""
    first = error.errors(include_url=False, include_context=False)[0]
    known = {field.alias or name: name for name, field in kind.model_fields.items()}
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known) or 'none'}"
        return Bad(f"has the setting {name}, which {word} does not know", hint)
    if first["type"] == "missing":
        return Bad(f"lacks the setting {name} of {word}", kind.model_fields[known[name]].description or "")
    message = first["msg"].removeprefix("Value error, ")
    return Bad(f"has a wrong {name} for {word}: {message[:1].lower()}{message[1:]}" if name else message)


def _unknown(key: str, known: tuple[str, ...]) -> Fault:
    close = get_close_matches(key, known, n=1)
    return Fault(key, "is nothing that a policy says", f"did you mean {close[0]}?" if close else "")


def _said(rule: Rule) -> dict[str, Any]:
    """A rule as nothing but values, whatever it was written like."""
    names = {"schema": rule.schema, "table": rule.table, "column": rule.column}
    settings = rule.transform.model_dump(mode="json")
    return {
        **names,
        "mask": rule.transform.name,
        "settings": settings,
        "identity": rule.identity,
        "where": rule.where,
        "elsewhere": rule.elsewhere,
        "missing": rule.missing,
    }
