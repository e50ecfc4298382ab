"""Whether the rules of masking fit what a database consists of; what is wrong, and what to paste, where they do not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from envctl.catalogue import Catalogue, Column, Table
from envctl.errors import EnvctlError, Exit
from envctl.masking.policies.policy import Checked, Problems, check, proposal
from envctl.masking.policies.rules import Fault, Policy, parse
from envctl.masking.suggesting.suggest import suggest
from envctl.ops.mask.read import rules_of
from envctl.ops.mask.refuse import NOT_MOVED
from envctl.workload import Masking


@dataclass(frozen=True)
class Misfit:
    """What is wrong with the rules of a `[data.NAME]`; `patch` are lines for its columns."""

    data: str
    faults: tuple[Fault, ...]
    patch: str = ""


def policy_of(data: str, masking: Masking) -> Policy | Misfit:
    """What the stack file's rules say, or what is wrong with them whatever the schema is."""
    found = parse(rules_of(masking))
    return found if isinstance(found, Policy) else Misfit(data, found)


def compare(data: str, policy: Policy, catalogue: Catalogue) -> Checked | Misfit:
    """Hold the rules against a schema. What is proposed for columns that none covers goes by names and types."""
    suggested: dict[tuple[str, str], object] = {}

    def propose(table: Table, column: Column) -> str:
        if not suggested:
            suggested.update({(one.table, one.column): one.rule for one in suggest(catalogue, {})})
        rule = suggested.get((table.full, column.name))
        return proposal(table, column) if rule is None else _inline(rule)

    found = check(policy, catalogue, propose)
    return Misfit(data, found.faults, found.patch) if isinstance(found, Problems) else found


def fitting(data: str, masking: Masking, catalogue: Catalogue) -> Checked:
    """How each column is masked. Raises EnvctlError(DATA_REFUSED) where the rules do not fit."""
    policy = policy_of(data, masking)
    found = policy if isinstance(policy, Misfit) else compare(data, policy, catalogue)
    if isinstance(found, Misfit):
        raise refusal((found,))
    return found


def refusal(misfits: Sequence[Misfit], hint: str = "") -> EnvctlError:
    """The error that names every problem, with what to paste behind them."""
    names, count = ", ".join(dict.fromkeys(one.data for one in misfits)), sum(len(one.faults) for one in misfits)
    patches = {one.data: escaped(one.patch) for one in misfits if one.patch}
    then = hint or "run `envctl mask check` again."
    undecided = any(line.startswith("#") for patch in patches.values() for line in patch.splitlines())
    look = "look at each of them, decide about those that are comments" if undecided else "look at each of them"
    do = f"Paste these lines, {look}" if patches else f"Mend the rules of {names}"
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"the rules of masking do not fit the data: {count} problem{'' if count == 1 else 's'} in {names}",
        details=tuple(_details(misfits, patches)),
        unchanged=NOT_MOVED,
        hint=f"{do}, then {then}",
        data={
            "problems": [{"data": one.data, **asdict(fault)} for one in misfits for fault in one.faults],
            "patch": patches,
        },
    )


def _details(misfits: Sequence[Misfit], patches: Mapping[str, str]) -> Iterator[str]:
    for one in misfits:
        yield from (f"{one.data}: {fault}" if len(misfits) > 1 else str(fault) for fault in one.faults)
    for data, patch in patches.items():
        yield f"\n# into [data.{data}.mask.columns]\n{patch}".rstrip("\n")


def escaped(text: str) -> str:
    """TOML that any terminal takes: what is not printable stands in quotes there, where TOML knows escapes."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\U{ord(c):08x}" for c in text)


def _inline(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
