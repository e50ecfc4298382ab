"""The JSON Schema (draft 2020-12) of the stack file, for editors and other tools."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from envctl.services import BY_NAME, Section
from envctl.stack.data import DATA_KINDS
from envctl.stack.lifetime import LifetimeSection
from envctl.stack.model import DATA, SERVICE, EnvironmentLimits, ProjectSection
from envctl.stack.secrets import NAMES, SECRET_KINDS

Schema = dict[str, Any]
_REF = "#/$defs/{model}"


def schema() -> Schema:
    """The schema. What `load` accepts is valid; names that refer to each other are checked by `load` alone."""
    several = (*BY_NAME.values(), *DATA_KINDS.values(), *SECRET_KINDS.values())
    sections: list[type[Section]] = [ProjectSection, *several, LifetimeSection, EnvironmentLimits]
    pairs = [(section, "validation") for section in sections]
    refs, shared = models_json_schema(pairs, ref_template=_REF)  # type: ignore[arg-type]  # a literal in a list
    parts = {section: refs[section, "validation"] for section in sections}
    definitions: Schema = shared["$defs"]
    definitions["Service"] = _service({kind: parts[section] for kind, section in BY_NAME.items()})
    definitions[BY_NAME["app"].__name__]["oneOf"] = [{"required": ["build"]}, {"required": ["image"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "envctl.toml",
        "description": "A whole stack, of which every branch gets its own running environment.",
        "type": "object",
        "required": ["project"],
        "oneOf": [
            {"required": ["services"], "properties": {"project": {"not": {"required": ["compose"]}}}},
            {"properties": {"project": {"required": ["compose"]}, "services": False, "data": False}},
        ],
        "additionalProperties": False,
        "properties": {
            "project": parts[ProjectSection],
            "services": _tables("The stack's services, by name.", SERVICE, {"$ref": "#/$defs/Service"}, least=1),
            "data": _tables("What databases are filled from, by name.", DATA, _data(parts)),
            "secrets": _tables("Where the values of secrets come from, by name.", NAMES, _secret(parts)),
            "lifetime": parts[LifetimeSection],
            "limits": parts[EnvironmentLimits],
        },
        "$defs": definitions,
    }


def _data(parts: dict[type[Section], Schema]) -> Schema:
    """`from` is chosen first, so that an editor complains about that kind alone."""
    kinds = [
        {"if": {"properties": {"from": {"const": kind}}}, "then": parts[each]} for kind, each in DATA_KINDS.items()
    ]
    return {"type": "object", "required": ["from"], "properties": {"from": {"enum": list(DATA_KINDS)}}, "allOf": kinds}


def _secret(parts: dict[type[Section], Schema]) -> Schema:
    """`from` is chosen first, and `generated` where it is left out."""

    def when(kind: str) -> Schema:
        said = {"properties": {"from": {"const": kind}}}
        return said if kind == "generated" else {**said, "required": ["from"]}

    kinds = [{"if": when(kind), "then": parts[section]} for kind, section in SECRET_KINDS.items()]
    return {"type": "object", "properties": {"from": {"enum": list(SECRET_KINDS)}}, "allOf": kinds}


def _tables(description: str, names: str, each: Schema, *, least: int = 0) -> Schema:
    return {
        "description": description,
        "type": "object",
        "minProperties": least,
        "propertyNames": {"pattern": f"^{names}$"},
        "additionalProperties": each,
    }


def _service(kinds: dict[str, Schema]) -> Schema:
    """The kind is chosen first, so that an editor complains about that kind alone."""

    def when(kind: str) -> Schema:
        said = {"properties": {"kind": {"const": kind}}}
        return said if kind == "app" else {**said, "required": ["kind"]}

    return {
        "description": "One service. Without `kind` it is an app.",
        "type": "object",
        "properties": {"kind": {"enum": list(kinds), "default": "app", "description": "What it is."}},
        "allOf": [{"if": when(kind), "then": ref} for kind, ref in kinds.items()],
    }
