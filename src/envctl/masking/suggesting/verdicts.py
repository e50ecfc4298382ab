"""What to do with a column, by its type: the ways of masking it, the best first, of which one will fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from envctl.catalogue import Family
from envctl.masking.suggesting.cases import SURE, TELLING, Case, Rule, Verdict, documents, keep, told
from envctl.masking.suggesting.names import words
from envctl.masking.suggesting.texts import text
from envctl.masking.suggesting.vocabulary import PERSONAL, Kind

_YEARS = 3  # by which an age moves
_DEGREES = 0.05  # by which a place moves: some five kilometres
# What happens to rows, in whatever table; what else has a date may have happened to somebody.
_OF_ROWS = frozenset(
    {"created", "create", "creation", "inserted", "updated", "update", "modified", "modification", "changed", "deleted"}
    | {"archived", "synced", "imported", "exported", "verified", "confirmed", "locked", "expires", "timestamp", "ts"}
    | {"erstellt", "geandert", "aktualisiert", "angelegt", "cree", "modifie", "creado", "actualizado", "last update"}
    | {"erstellt am", "geandert am", "cree le", "modifie le", "creado en", "fecha creacion", "date creation"}
)
# How they are masked in numbers.
_NUMBERS: Mapping[Kind, tuple[Rule, ...]] = {
    "wealth": ("noise",),
    "sensitive": ("noise",),
    "place": ({"mask": "noise", "within": _DEGREES}, "noise"),
    "birth_date": ({"mask": "noise", "within": _YEARS},),
    "phone": ("hash",),
    "card": ("hash",),
    "national_id": ("hash",),
    "account": ("hash",),
    "credential": ("hash",),
    "postcode": ("hash",),
}


def verdict(case: Case) -> Verdict:
    """What to do with it."""
    return _BY_FAMILY[case.column.family](case)


def _integer(case: Case) -> Verdict:
    if (finding := case.found("card")) is not None and finding.confidence >= SURE:
        return Verdict(("hash",), finding.confidence, told(case, "card"))
    own = case.leads == "reference" or (case.leads == "account" and case.refers)
    counts = case.column.counted and case.leads not in PERSONAL
    if counts or (own and (case.key or case.refers)):
        return keep(0.9, "a key that counts rows" if case.key else "a key of rows")
    if case.leads in PERSONAL:
        kind = case.hints[0].kind
        ways = _NUMBERS.get(kind, ("noise",))
        return Verdict((*ways, "hash"), case.hints[0].confidence, told(case, kind))
    return _plain_integer(case)


def _plain_integer(case: Case) -> Verdict:
    """One that its name says nothing personal of."""
    if case.leads == "reference":
        return Verdict(("hash",), SURE, "a key of no table that is here; keep it if it only counts rows")
    if case.leads is not None:
        return keep(case.hints[0].confidence, f"named {case.hints[0].because}")
    if case.shape.closed and not case.people and not case.unique:
        return keep(0.55, f"{case.shape.distinct} different numbers, over and over")
    return Verdict(("hash",) if case.unique else ("noise", "hash"), 0.4, "a number that nobody recognises")


def _number(case: Case) -> Verdict:
    if case.leads in PERSONAL:
        kind = case.hints[0].kind
        return Verdict(_NUMBERS.get(kind, ("noise",)), case.hints[0].confidence, told(case, kind))
    if case.leads == "amount" or (case.leads == "reference" and (case.key or case.refers)):
        return keep(0.85, f"named {case.hints[0].because}")
    return Verdict(("noise", "null"), 0.4, "a number that nobody recognises")


def _date(case: Case) -> Verdict:
    personal = case.hinted("birth_date", "person_date", "sensitive", "national_id")
    moment = case.hinted("moment")
    if personal is None and moment is not None and (not case.people or moment.because in _OF_ROWS):
        return keep(moment.confidence, f"named {moment.because}: when something happened to a row")
    births = case.found("birth_date")
    kind: Kind | None = personal.kind if personal else "birth_date" if births else None
    sure = max(personal.confidence if personal else 0.4, births.confidence if births else 0.0)
    why = told(case, kind) if kind else "a date that nobody recognises"
    by: tuple[Rule, ...] = ()
    if case.subject:  # one shift for all dates of a person, so that they stay in order
        by = ({"mask": "shift", "by": case.subject, "identity": case.dates},)
    return Verdict((*by, "shift", "null"), sure, why)


def _time(case: Case) -> Verdict:
    if case.hinted("moment") is not None and not case.people and not any(h.kind in PERSONAL for h in case.hints):
        return keep(0.6, f"named {case.hints[0].because}: a time of day")
    hours = {"mask": "pick", "from": [f"{hour:02}:00:00" for hour in range(6, 22, 3)]}
    return Verdict(("null", hours), 0.4, "a time of day that nobody recognises")


def _choice(case: Case) -> Verdict:
    """Of booleans and enums."""
    if (hint := case.hinted(*TELLING)) is not None:
        return Verdict(("pick", "null"), hint.confidence, told(case, hint.kind))
    return keep(0.9, "true or false" if case.column.family == "boolean" else "one of a few labels")


def _uuid(case: Case) -> Verdict:
    personal = case.hints[0] if case.leads in PERSONAL else None
    if personal is None and (case.key or case.refers or words(case.column.name) in {("id",), ("uuid",), ("guid",)}):
        return keep(0.85, "a key without a meaning")
    why = told(case, personal.kind) if personal else "a key of no table that is here; keep it if it only counts rows"
    return Verdict(("uuid",), personal.confidence if personal else SURE, why)


def _network(case: Case) -> Verdict:
    return Verdict(("ip", "null"), 0.9, f"a network address, of type {case.column.type}")


def _json(case: Case) -> Verdict:
    why = f"documents; {len(case.paths)} paths recognised, all else replaced" if case.paths else "documents"
    return Verdict((*documents(case), "null"), 0.7, why)


def _bytes(case: Case) -> Verdict:
    return Verdict(("bytes", "null"), 0.9 if case.leads in PERSONAL else 0.6, "bytes that nobody reads")


def _other(case: Case) -> Verdict:
    if case.column.type.startswith("interval") and case.leads in {"amount", "moment"}:
        return keep(0.6, f"named {case.hints[0].because}: a span of time")
    own = "the words of other columns" if case.column.type == "tsvector" else "a type of its own"
    return Verdict(("null",), 0.4, own)


_BY_FAMILY: Mapping[Family, Callable[[Case], Verdict]] = {
    "text": text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "timestamp": _date,
    "time": _time,
    "boolean": _choice,
    "enum": _choice,
    "uuid": _uuid,
    "network": _network,
    "json": _json,
    "bytes": _bytes,
    "hstore": _other,
    "other": _other,
}
