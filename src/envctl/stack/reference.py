"""The stack file described from its models: `python -m envctl.stack.reference docs/reference`."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from envctl.identity import ONE_SHOT
from envctl.services import BY_NAME, LimitsSection, Section
from envctl.services.app import BuildSection, HealthSection
from envctl.services.references import SECRETS
from envctl.stack.data import DATA_KINDS
from envctl.stack.lifetime import LifetimeSection
from envctl.stack.mask import MaskSection
from envctl.stack.model import DATA, PROJECT, SERVICE, SERVICES, EnvironmentLimits, ProjectSection
from envctl.stack.rows import Entry, Message
from envctl.stack.secrets import NAMES, SECRET_KINDS
from envctl.stack.source import BYTES, DOTS, LINE, NESTING
from envctl.stack.subset import SubsetTable
from envctl.stack.synthetic import CountSection
from envctl.text import text
from envctl.units import show_size
from envctl.workload import Address

WRITTEN = "<!-- Written by `python -m envctl.stack.reference docs/reference`; a test compares it with the code. -->"
FILE = "stack-file.md"
MASKS = "masks.md"
GENERATORS = "generators.md"

INTRODUCTION = f"""{WRITTEN}

# The stack file

`envctl.toml` says what a stack is. envctl looks for it in the current folder and above, up to the top of the git
repository; `--file PATH` names another one. Relative paths in it start at its own folder. `envctl.toml.example`
shows every key, `envctl schema` prints a JSON Schema for editors, and `envctl config` what a file comes to.

An unknown key is an error. All that is wrong is said at once, with lines, before anything is started.
"""

REFERENCES = """## References

In a value of `env`, `${service.attribute}` stands for what another service is reached by inside the environment's
network, `${secrets.NAME}` for the value of a secret and `${secrets.NAME.file}` for the path of its file in the
container. `$${` is a plain `${`; every other `$` stays as it is. A reference does not order anything: `needs` does.

| kind | attribute | such as |
|---|---|---|
"""
AFTERWARDS = """
A service without a port has none. Passwords are made by chance for each environment. `envctl env` prints the same for
programs on the host, as `NAME_URL`, `NAME_HOST` and so on.
"""


def references() -> str:
    """What can be referred to, asked from the kinds themselves."""
    rows: list[str] = []
    for kind, section in BY_NAME.items():
        service = section.model_validate({"kind": kind, **({"port": 8000} if kind == "app" else {})})
        port = str(service.listens)
        told = service.settings(kind, "shop", Address("NAME", text(port)))
        rows += [f"| `{kind}` | `{key}` | `{value.fill(lambda _: 'PASSWORD')}` |" for key, value in told.items()]
    return REFERENCES + "\n".join(rows) + "\n" + AFTERWARDS


def names() -> str:
    """What may be called how, and how large a file may be."""
    return f"""## Names and bounds

| what | pattern |
|---|---|
| project | `{PROJECT}` |
| service | `{SERVICE}`, not ending with `-` or `{ONE_SHOT}`, not `{SECRETS}` |
| data section | `{DATA}` |
| secret | `{NAMES}` |

A file has at most {show_size(BYTES)}, {LINE} characters a line, {DOTS} dots in a key and {NESTING} brackets inside
each other, and a stack at most {SERVICES} services.
"""


def _toml(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, Section) or value in ((), {}):
        return ""
    if isinstance(value, int) and value >= 1 << 20:
        return show_size(value)
    return f"`{_toml(value)}`"


MASKING = f"""{WRITTEN}

# Ways of masking

What `mask = "…"` may say in a rule of `[data.NAME.mask.columns]`, as a word or with settings beside it. Every rule may
also have

- `identity`: columns that name the same one are masked alike, whatever table they are in: joins still find each other.
  Without it each column has its own, and those of foreign keys have the one of the column they reference.
- `where`: a condition on the row as it was; other rows keep their value. What is neither true nor false is masked.
  It is SQL: columns, numbers, 'texts', comparisons, `IN`, `BETWEEN`, `LIKE`, `IS NULL`, `AND`, `OR`, `NOT`; `lower`,
  `upper`, `length`; `id % 100 = 0`; `now()`, `current_date`, `interval '30 days'` to add or take away,
  `DATE '2025-01-31'`, `::date`. `now()` is when the snapshot was begun, in UTC. Nothing of it is sent to a server; what
  is not understood is refused, with the spot.
- `elsewhere = "keep"`: the same values may stand in columns that are kept, such as first names in titles of films: the
  proof does not look for them, and the certificate says so.
- `missing = "allow"`: there need not be such a column, as where a migration of the branch adds it and the source does
  not have it yet. Without it a rule that hits nothing is an error.

Null stays null. The same value with the same key and identity gives the same result. A unique column takes only what
gives different values for different ones. *types* are those of the column, below all domains; elements of an array are
masked one by one.
"""


def masks() -> str:
    """The page about ways of masking, asked from themselves."""
    from envctl.masking.transforms import TRANSFORMS

    parts = [_part(f"`{name}`", kind, types=sorted(kind.takes)) for name, kind in sorted(TRANSFORMS.items())]
    return "\n".join([MASKING, *parts])


MAKING = f"""{WRITTEN}

# What makes values

What `generate = "…"` may say of a column in `[data.NAME.columns]`, where the data is made up (`from = "synthetic"`): as
a word (`"customers.email" = "email"`) or with settings beside it. Every column may also have

- `nulls`: the share of its rows that have none, from 0 to 1, where the column allows that; it may stand alone.

A column of which nothing is said gets what its name, its table's name and its type suggest, and whatever conditions of
the table (`CHECK`) ask for. Every value depends on the seed, the table, the column and the number of the row alone. So
columns of one row agree: names, addresses of mail and genders are those of one person, towns, postcodes and time zones
those of one place; `billing_name` and `shipping_name` are two people. Where a column is unique, each row gets another
value, with a number behind it once there are no more.

Nobody's details are among them: addresses of mail and of pages are under domains that are kept for examples (RFC 2606),
telephones are numbers that regulators keep free, cards are of a range for tests, accounts at banks that are none.

*types* are those of the column, below all domains. What is in an array is made one by one.
"""


def generators() -> str:
    """The page about what makes values, asked from those who do."""
    from envctl.synthetic.generators import GENERATORS as known

    parts = [_part(f"`{name}`", kind, types=sorted(kind.makes)) for name, kind in sorted(known.items())]
    return "\n".join([MAKING, *parts])


def _row(name: str, field: FieldInfo) -> str:
    examples = "<br>".join(f"`{_toml(example)}`" for example in field.examples or ())
    cells = (f"`{field.alias or name}`", field.description or "", _default(field), examples)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _part(title: str, section: type[BaseModel], skip: tuple[str, ...] = (), types: Sequence[str] = ()) -> str:
    rows = [_row(name, field) for name, field in section.model_fields.items() if name not in skip]
    described = inspect.getdoc(section) or ""
    table = ["| key | meaning | default | example |", "|---|---|---|---|", *rows, ""] if rows else []
    taken = [f"types: {', '.join(types)}", ""] if types else []
    return "\n".join([f"## {title}", "", described, "", *taken, *table])


def _parts() -> Iterator[str]:
    yield _part("`[project]`", ProjectSection)
    for kind, section in BY_NAME.items():
        yield _part(f"`[services.NAME]`, kind `{kind}`", section)
    yield _part("`build` as a table", BuildSection)
    yield _part("`health` as a table", HealthSection)
    yield _part("`limits` of a service", LimitsSection)
    yield references()
    for kind, data in DATA_KINDS.items():
        yield _part(f'`[data.NAME]`, from = "{kind}"', data)
    yield _part("`[data.NAME.mask]`", MaskSection)
    yield _part("`[data.NAME.subset]`", SubsetTable)
    yield _part("`[data.NAME.counts]`", CountSection)
    yield _part("`[data.NAME.messages.TOPIC]`", Message)
    yield _part("`[data.NAME.keys.KEY]`", Entry)
    for kind, secret in SECRET_KINDS.items():
        yield _part(f'`[secrets.NAME]`, from = "{kind}"', secret)
    yield _part("`[lifetime]`", LifetimeSection)
    yield _part("`[limits]`", EnvironmentLimits)
    yield names()


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_parts()])


if __name__ == "__main__":
    (Path(sys.argv[1]) / FILE).write_text(page(), encoding="utf-8")
    (Path(sys.argv[1]) / MASKS).write_text(masks(), encoding="utf-8")
    (Path(sys.argv[1]) / GENERATORS).write_text(generators(), encoding="utf-8")
