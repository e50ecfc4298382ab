"""How to mask a text: by what its name and its values say it is, if they do."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.masking.suggesting.cases import SURE, TELLING, Case, Rule, Verdict, documents, keep, told
from envctl.masking.suggesting.detect import Finding
from envctl.masking.suggesting.names import Hint
from envctl.masking.suggesting.vocabulary import PERSONAL, Kind

_MOST_SURE = 0.99
_DOUBT = 0.3  # with which something else may still be in what would be kept
_BESIDE = 0.6  # what a word counts that is not the one that a name is about
_VARIED = 300  # different values that codes may have, unless half of the values are different
_FEW = 20  # that any codes may have
_SHORT = 40  # characters of a code
_DEFINITE: frozenset[Kind] = frozenset({"email", "iban", "card", "credential", "national_id", "ip", "mac", "url"})
_NAMES: Mapping[Kind, Mapping[str, str]] = {
    "first_name": {"mask": "name", "part": "first"},
    "last_name": {"mask": "name", "part": "last"},
    "full_name": {"mask": "name"},
}
# How values of a kind are masked in texts; what all texts end with (`_last`) comes behind.
_TEXTS: Mapping[Kind, tuple[Rule, ...]] = {
    "email": ("email", {"mask": "email", "domain": "x.test"}),
    "phone": ("phone",),
    "card": ("card",),
    "iban": ("iban",),
    "address": ("address",),
    "city": ("city",),
    "postcode": ({"mask": "address", "part": "postcode"},),
    "region": ({"mask": "address", "part": "state"},),
    "ip": ("ip",),
    "url": ("url",),
    "username": ("username",),
    "free_text": ("text",),
}
_HASHED: frozenset[Kind] = frozenset({"account", "national_id", "mac", "username", "url", "email", "phone"})


def _last(kind: Kind | None, case: Case) -> tuple[Rule, ...]:
    """What any text can be replaced by: what stays unique first where it must."""
    hashes: list[Rule] = ["hash"]
    length = case.column.length
    if length is not None and not case.unique:
        hashes += [{"mask": "hash", "length": length}]
    others: list[Rule] = ["redact", "null"]
    if case.unique:  # a phone number's digits change places, whatever they are digits of
        return (*hashes, "phone", *others)
    return (*hashes, *others) if kind in _HASHED else (*others, *hashes)


def text(case: Case) -> Verdict:
    scores = _scores(case)
    kind = max(scores, key=lambda kind: (scores[kind], kind), default=None)
    if case.found("json") is not None:
        return Verdict((*documents(case), *_last(None, case)), 0.9, "documents")
    if (harmless := _harmless_text(case)) is not None:
        return harmless
    if kind is not None and scores[kind] >= SURE:
        return Verdict((*_special(kind, case), *_last(kind, case)), scores[kind], told(case, kind))
    return Verdict(_last(None, case), SURE, "a text that nobody recognises")


def _special(kind: Kind, case: Case) -> tuple[Rule, ...]:
    """The ways of masking what is of that kind and nothing else."""
    if kind not in _NAMES:
        return _TEXTS.get(kind, ())
    identity = {"identity": case.names} if case.names else {}
    return (_plain({**_NAMES[kind], **identity}),)


def _plain(rule: Mapping[str, object]) -> Rule:
    """The word alone, where it says all."""
    return str(rule["mask"]) if len(rule) == 1 else rule


def _scores(case: Case) -> dict[Kind, float]:
    """How sure each personal kind is: of what the name and the values say independently, both count."""
    doubts: dict[Kind, float] = {}
    everything: tuple[Hint | Finding, ...] = (*case.hints, *case.findings)
    for said in everything:
        beside = isinstance(said, Hint) and said != case.hints[0]
        if said.kind in PERSONAL:
            doubts[said.kind] = doubts.get(said.kind, 1.0) * (1 - said.confidence * (_BESIDE if beside else 1))
    if case.addressed and case.leads == "code" and "state" in case.hints[0].because:
        doubts["region"] = 1 - SURE
    return {kind: min(round(1 - doubt, 2), _MOST_SURE) for kind, doubt in doubts.items()}


def _harmless_text(case: Case) -> Verdict | None:
    """Codes of small sets, and keys that are nothing but keys; no text with anything personal among its values."""
    found, shape = case.found("reference"), case.shape
    if found is not None and found.share > 1 - _DOUBT and (case.key or case.refers or case.leads == "reference"):
        return keep(0.85, "a key without a meaning")
    if any(f.kind in _DEFINITE or (f.kind in PERSONAL and _weighs(f, case)) for f in case.findings):
        return None
    most = _VARIED if case.things else min(_VARIED, _FEW + shape.values // 2)
    few = not shape.values or (shape.longest <= _SHORT and shape.distinct <= most)
    if case.leads in {"code", "flag"} and few and not _stated(case) and case.hinted(*TELLING) is None:
        return keep(0.75 if shape.values else 0.65, f"named {case.hints[0].because}: one of a set of codes")
    if shape.closed and shape.longest <= _SHORT and not case.people and not any(h.kind in PERSONAL for h in case.hints):
        return keep(0.55, f"{shape.distinct} short texts, over and over")
    return None


def _weighs(finding: Finding, case: Case) -> bool:
    """Whether what was found keeps a text from being kept: words that are names too do not, where they are few."""
    if finding.kind == "username":
        return False
    names = finding.kind in {"first_name", "last_name", "city"}
    return finding.confidence > (SURE if names and case.shape.closed else _DOUBT)


def _stated(case: Case) -> bool:
    """Whether `state` means a region here."""
    return case.addressed and "state" in case.hints[0].because
