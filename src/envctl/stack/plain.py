"""What pydantic found, in plain English, with a guess. Never repeats a value that could be a secret."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from envctl.services import Section
from envctl.services.fields import kind_of
from envctl.stack.lines import Key
from envctl.stack.problems import Notes

S = TypeVar("S", bound=Section)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_HINTS = {
    "string_type": "write it in quotes",
    "int_type": "write it without quotes",
    "bool_type": "without quotes",
}


def keys_of(section: type[Section]) -> tuple[str, ...]:
    """The keys that a section may hold."""
    return tuple(field.alias or name for name, field in section.model_fields.items())


def _section_at(section: type[Section], loc: Key) -> type[Section]:
    """The section that holds the key at loc."""
    for part in loc:
        field = next((f for n, f in section.model_fields.items() if part in (n, f.alias)), None)
        inner = _inner(field.annotation) if field else None
        section = inner or section
    return section


def _inner(annotation: Any) -> type[Section] | None:
    for candidate in (annotation, getattr(annotation, "__origin__", None)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _inner(part))), None)


def _explain(error: ErrorDetails) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "refused":
        return str(context["message"]), str(context["hint"])
    if kind in ("too_short", "string_too_short"):  # nothing has to be longer than that
        return "is empty", ""
    if kind == "missing":
        return "is missing", ""
    if kind in _EXPECTED:
        hint = _HINTS.get(kind, "") if not isinstance(error["input"], list | dict) else ""
        return f"must be {_EXPECTED[kind]}, not {kind_of(error['input'])}", hint
    if kind == "literal_error":
        return f"must be {context['expected']}".replace("'", '"'), ""
    return error["msg"][:1].lower() + error["msg"][1:], ""


def validate(section: type[S], table: Mapping[str, Any], at: Key, notes: Notes) -> S | None:
    """The validated section; None when something was noted."""
    try:
        return section.model_validate(table)
    except ValidationError as failure:
        for error in failure.errors(include_url=False):
            _note(section, error, at, notes)
        return None


def what_is_left(section: type[S], table: Mapping[str, Any]) -> S | None:
    """The section without what is wrong in it, so that the rest can be checked against other sections too."""
    left = deepcopy(dict(table))
    try:
        section.model_validate(left)
    except ValidationError as failure:
        for error in failure.errors(include_url=False):
            _cut(left, error["loc"])
    try:
        return section.model_validate(left)
    except ValidationError:
        return None


def _cut(table: dict[str, Any], loc: Key) -> None:
    """Take the innermost table's key on the way to loc out."""
    for part, following in zip(loc, (*loc[1:], None), strict=True):
        inner = table.get(str(part))
        if not isinstance(inner, dict) or following not in inner:
            table.pop(str(part), None)
            return
        table = inner


def _note(section: type[Section], error: ErrorDetails, at: Key, notes: Notes) -> None:
    loc: Key = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        known = keys_of(_section_at(section, loc[:-1]))
        guess = notes.guess(str(loc[-1]), known)
        notes.add((*at, *loc), "unknown key", guess=guess, hint="" if guess else f"known here: {', '.join(known)}")
        return
    message, hint = _explain(error)
    notes.add((*at, *loc), message, hint=hint)
