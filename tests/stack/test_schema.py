"""The JSON Schema says what the loader says, as far as a schema can."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from envctl.errors import EnvctlError
from envctl.services import KINDS, Section, Service, kind_name
from envctl.services.app import App, BuildSection, HealthSection
from envctl.stack import load
from envctl.stack.data import DATA_KINDS
from envctl.stack.json_schema import schema
from envctl.stack.model import EnvironmentLimits, ProjectSection
from envctl.stack.plain import keys_of
from envctl.stack.reference import FILE, GENERATORS, MASKS, generators, masks, page
from envctl.stack.secrets import SECRET_KINDS
from tests.stack.test_lines import keys_of as every_key
from tests.stack.test_lines import toml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "envctl.toml.example"
WRAPPING = ROOT / "envctl.compose.toml.example"
VALIDATOR = Draft202012Validator(schema())


def test_the_schema_is_a_schema() -> None:
    """It is valid itself."""
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", [EXAMPLE, *ROOT.glob("examples/*/envctl.toml")], ids=lambda path: path.parent.name)
def test_our_examples_are_valid(path: Path) -> None:
    """The schema accepts them, and so does the loader."""
    VALIDATOR.validate(tomllib.loads(path.read_text()))
    assert load(path, environ={}).services


def test_the_example_of_a_wrapped_project_is_valid() -> None:
    """It has no services of its own: they are read from the Compose project."""
    VALIDATOR.validate(tomllib.loads(WRAPPING.read_text()))
    wraps = load(WRAPPING, environ={}).wraps
    assert wraps is not None
    assert ["compose.yaml", "compose.dev.yaml"] == [path.name for path in wraps.files]


APP = {"image": "a"}


@pytest.mark.parametrize(
    "document",
    [
        {"services": {"a": APP}},
        {"project": {"name": "s"}, "services": {}},
        {"project": {"name": "s", "nme": 1}, "services": {"a": APP}},
        {"project": {"name": "s"}, "services": {"a": APP}, "service": {}},
        {"project": {"name": "s"}, "services": {"a": {}}},
        {"project": {"name": "s"}, "services": {"A_b": APP}},
        {"project": {"name": "s"}, "services": {"a": {**APP, "prt": 1}}},
        {"project": {"name": "s"}, "services": {"a": {**APP, "port": 99999}}},
        {"project": {"name": "s"}, "services": {"a": {**APP, "health": {"pth": "/"}}}},
        {"project": {"name": "s"}, "services": {"a": {"kind": "mysql"}}},
        {"project": {"name": "s"}, "services": {"a": {"kind": "redis", "topics": {}}}},
        {"project": {"name": "s"}, "services": {"a": {"kind": "kafka", "topics": {"a": 0}}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "dump"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"path": "d"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": 1, "path": "d"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "live", "path": "d"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "live", "url": "http://x"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "live", "url": "U", "method": "x"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "backup", "url": "U"}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "data": {"d": {"from": "backup", "path": ""}}},
        {"project": {"name": "s"}, "services": {"a": APP}, "limits": {"ram": 1}},
        {"project": {"name": "s"}},
        {"project": {"name": "s", "compose": "c.yaml"}, "services": {"a": APP}},
        {"project": {"name": "s", "compose": "c.yaml"}, "services": {}},
        {"project": {"name": "s", "compose": "c.yaml"}, "data": {"d": {"from": "dump", "path": "d"}}},
        {"project": {"name": "s", "compose": 1}},
        {"project": {"name": "s", "compose": []}},
        {"project": {"name": "s", "compose": ""}},
        {"project": {"name": "s", "compose": "c.yaml", "profiles": "dev"}},
    ],
)
def test_what_the_schema_refuses(tmp_path: Path, document: dict[str, Any]) -> None:
    """Unknown and missing keys, kinds and numbers out of range: the schema and the loader agree."""
    assert not VALIDATOR.is_valid(document)
    path = tmp_path / "envctl.toml"
    path.write_text("".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items()))
    with pytest.raises(EnvctlError):
        load(path, environ={})


def test_an_editor_hears_about_the_chosen_kind_alone() -> None:
    """One wrong key of a Postgres gives one error, not one for each kind."""
    document = {"project": {"name": "s"}, "services": {"a": {"kind": "postgres", "versoin": "17"}}}
    errors = list(VALIDATOR.iter_errors(document))
    assert ["'versoin' was unexpected"] == [re.findall(r"\((.*)\)", error.message)[0] for error in errors]


TEXTS = st.text(alphabet="abc ${}.\"'\\é\n", max_size=12)
SCALARS = TEXTS | st.booleans() | st.integers(-5, 5) | st.floats(0, 3, width=16)
WORDS = st.lists(st.text(alphabet="abc -", min_size=1, max_size=5), min_size=1, max_size=3)
SIZES = st.sampled_from(["64MiB", "1.5g", "100 MB", 1 << 30])
LIMITS = st.fixed_dictionaries({}, optional={"memory": SIZES, "cpus": st.integers(1, 4), "pids": st.integers(40, 90)})
OWN = {"limits": LIMITS}
APPS = st.fixed_dictionaries(
    {"port": st.integers(1, 65535)},
    optional={
        "kind": st.just("app"),
        "public": st.booleans(),
        "command": WORDS | st.just("run it 'now then'"),
        "before": WORDS,
        "env": st.dictionaries(st.sampled_from(["A", "B_c", "_d"]), SCALARS, max_size=2),
        "health": st.just("/x y") | WORDS | st.just({"path": "/", "timeout": 3}) | st.just({"command": "a b"}),
        "volumes": st.just({"up": "/var/up"}),
        **OWN,
    },
)
SOURCES = st.sampled_from(
    [{"image": "nginx"}, {"build": "web"}, {"build": {"context": ".", "args": {"A": 1}, "target": "x"}}]
)
POSTGRES = st.fixed_dictionaries(
    {"kind": st.just("postgres")},
    optional={
        "version": st.sampled_from(["17", 16, "17.2-bookworm"]),
        "database": st.just("shöp"),
        "user": st.just("ann"),
        "settings": st.just({"shared_buffers": "1MB", "geqo": True, "seq_page_cost": 1.5}),
        "data": st.just("d"),
        **OWN,
    },
)
KAFKA = st.fixed_dictionaries(
    {"kind": st.just("kafka")},
    optional={"topics": st.just({"a.b": 3}), "heap": SIZES, "config": st.just({"num.partitions": 2}), **OWN},
)
REDIS = st.fixed_dictionaries({"kind": st.just("redis")}, optional={"config": st.just({"save": ""}), **OWN})
DOCUMENTS = st.fixed_dictionaries(
    {
        "project": st.just({"name": "shop"}),
        "services": st.fixed_dictionaries(
            {"web": st.builds(lambda app, source: {**app, **source}, APPS, SOURCES)},
            optional={"db": POSTGRES, "q": KAFKA, "c": REDIS},
        ),
        "data": st.sampled_from(
            [
                {"d": {"from": "dump", "path": "x"}},
                {"d": {"from": "backup", "path": "x"}},
                {"d": {"from": "live", "url": "STAGING_URL"}},
                {"d": {"from": "live", "url": "_u", "method": "physical"}},
                {"d": {"from": "rows", "of": "d", "keys": {"k:${id}": {"table": "t", "value": {"json": [1]}}}}},
            ]
        ),
    },
    optional={"limits": st.fixed_dictionaries({}, optional={"memory": st.just("64GiB"), "pids": st.just(4000)})},
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS)
def test_what_loads_is_valid(tmp_path: Path, document: dict[str, Any]) -> None:
    """Whatever the loader accepts, the schema accepts; and these files are all accepted."""
    path = tmp_path / "envctl.toml"
    path.write_text("".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items()))
    try:
        load(path, environ={})
    except EnvctlError as error:
        allowed = (
            "references are answered",
            "there is no service",
            "a NUL",
            "rows cannot be those of itself",
            "is made of rows for",
        )
        assert all(any(word in line for word in allowed) for line in error.details), error.details
        return
    VALIDATOR.validate(document)


def test_the_reference_is_what_the_models_say() -> None:
    """The committed page is what the code writes: `python -m envctl.stack.reference docs/reference`."""
    assert page() == (ROOT / "docs/reference" / FILE).read_text(encoding="utf-8")
    assert masks() == (ROOT / "docs/reference" / MASKS).read_text(encoding="utf-8")
    assert generators() == (ROOT / "docs/reference" / GENERATORS).read_text(encoding="utf-8")


SECTIONS: dict[str, tuple[type[Section], ...]] = {
    "project": (ProjectSection,),
    "services": (*KINDS, BuildSection, HealthSection),
    "data": tuple(DATA_KINDS.values()),
    "secrets": tuple(SECRET_KINDS.values()),
    "limits": (EnvironmentLimits,),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_example_mentions_every_key(section: str) -> None:
    """Each key of each kind stands in envctl.toml.example; those that all kinds have, at one of them."""
    document = tomllib.loads(EXAMPLE.read_text())
    if section == "project":  # a stack has services of its own or wraps a Compose project: two examples
        document["project"] |= tomllib.loads(WRAPPING.read_text())["project"]
    for model in SECTIONS[section]:
        tables = dict(document[section])
        wanted = set(keys_of(model))
        if model in KINDS:
            kind = kind_name(model)
            tables = {name: table for name, table in tables.items() if table.get("kind", "app") == kind}
            wanted -= set(keys_of(Service)) if model is not App else set()
        assert set() == wanted - {str(key[-1]) for key in every_key(tables, (section,))}


@pytest.mark.parametrize("model", [model for models in SECTIONS.values() for model in models], ids=lambda m: m.__name__)
def test_every_key_is_described(model: type[Section]) -> None:
    """A key without a description would have none in the reference, the schema and editors."""
    assert [] == [name for name, field in model.model_fields.items() if not field.description]
