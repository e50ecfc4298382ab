"""What to do with a column: for each kind of value the ways of masking it, the best first, of which one will fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Column, Family
from envctl.masking.detect import Finding, Shape
from envctl.masking.names import Hint, words
from envctl.masking.vocabulary import PERSONAL, Kind

Rule = str | Mapping[str, object]  # as a policy says it

SURE = 0.5  # confidence from which on a kind counts
_DOUBT = 0.3  # with which something else may still be in what would be kept
_BESIDE = 0.6  # what a word counts that is not the one that a name is about
_VARIED = 300  # different values that codes may have, unless half of the values are different
_SHORT = 40  # characters of a code
_YEARS = 3  # by which an age moves
_DEGREES = 0.05  # by which a place moves: some five kilometres
# What happens to rows, in whatever table; what else has a date may have happened to somebody.
_OF_ROWS = frozenset(
    {"created", "create", "creation", "inserted", "updated", "update", "modified", "modification", "changed", "deleted"}
    | {"archived", "synced", "imported", "exported", "verified", "confirmed", "locked", "expires", "timestamp", "ts"}
    | {"erstellt", "geandert", "aktualisiert", "angelegt", "cree", "modifie", "creado", "actualizado", "last update"}
    | {"erstellt am", "geandert am", "cree le", "modifie le", "creado en", "fecha creacion", "date creation"}
)
_TELLING: tuple[Kind, ...] = ("sensitive", "wealth", "birth_date", "person_date")  # also as yes or no, and by class
_DEFINITE: frozenset[Kind] = frozenset({"email", "iban", "card", "credential", "national_id", "ip", "mac", "url"})


@dataclass(frozen=True)
class Case:
    """What is known of a column. `people` is of a table that has a row for each of some people."""

    column: Column
    hints: tuple[Hint, ...] = ()
    findings: tuple[Finding, ...] = ()
    shape: Shape = field(default_factory=Shape)
    unique: bool = False
    key: bool = False  # it alone is the primary key
    people: bool = False
    refers: bool = False  # its name is that of another table's key
    subject: str = ""  # the column that says whose row it is
    dates: str = ""  # the identity of the table's dates
    names: str = ""  # the identity of whole names and their parts, where both are in the table
    addressed: bool = False  # an address is in the same table
    paths: Mapping[str, Rule] = field(default_factory=dict)  # of documents in it, those that are recognised

    def hinted(self, *kinds: Kind) -> Hint | None:
        """The best hint of one of these kinds."""
        return next((hint for hint in self.hints if hint.kind in kinds), None)

    def found(self, *kinds: Kind) -> Finding | None:
        """The surest finding of one of these kinds."""
        return next((finding for finding in self.findings if finding.kind in kinds), None)

    @property
    def leads(self) -> Kind | None:
        """What its name says first of all."""
        return self.hints[0].kind if self.hints else None


@dataclass(frozen=True)
class Verdict:
    """Rules of which the first that fits is to be taken; none is as good as `keep`, unless it is one."""

    rules: tuple[Rule, ...]
    confidence: float
    why: str


def keep(confidence: float, why: str) -> Verdict:
    """It is plainly harmless."""
    return Verdict(("keep",), confidence, why)


def verdict(case: Case) -> Verdict:
    """What to do with it."""
    return _BY_FAMILY[case.column.family](case)


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
    "postcode": ({"mask": "regex", "pattern": "[0-9]{5}"},),
    "region": ("city",),
    "ip": ("ip",),
    "url": ("url",),
    "username": ("username",),
    "free_text": ("text",),
}
_HASHED: frozenset[Kind] = frozenset({"account", "national_id", "mac", "username", "url", "email", "phone"})
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


def _text(case: Case) -> Verdict:
    scores = _scores(case)
    kind = max(scores, key=lambda kind: (scores[kind], kind), default=None)
    if case.found("json") is not None:
        return Verdict((*_documents(case), *_last(None, case)), 0.9, "documents")
    if (harmless := _harmless_text(case)) is not None:
        return harmless
    if kind is not None and scores[kind] >= SURE:
        return Verdict((*_special(kind, case), *_last(kind, case)), scores[kind], _told(case, kind))
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
    said: Hint | Finding
    for said in (*case.hints, *case.findings):
        beside = isinstance(said, Hint) and said != case.hints[0]
        if said.kind in PERSONAL:
            doubts[said.kind] = doubts.get(said.kind, 1.0) * (1 - said.confidence * (_BESIDE if beside else 1))
    if case.addressed and case.leads == "code" and "state" in case.hints[0].because:
        doubts["region"] = 1 - SURE
    return {kind: round(1 - doubt, 2) for kind, doubt in doubts.items()}


def _harmless_text(case: Case) -> Verdict | None:
    """Codes of small sets, and keys that are nothing but keys; no text with anything personal among its values."""
    found, shape = case.found("reference"), case.shape
    if found is not None and found.share > 1 - _DOUBT and (case.key or case.refers or case.leads == "reference"):
        return keep(0.85, "a key without a meaning")
    if any(f.kind in _DEFINITE or (f.kind in PERSONAL and _weighs(f, case)) for f in case.findings):
        return None
    few = not shape.values or (shape.longest <= _SHORT and shape.distinct <= min(_VARIED, 20 + shape.values // 2))
    if case.leads in {"code", "flag"} and few and not _stated(case) and case.hinted(*_TELLING) is None:
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


def _told(case: Case, kind: Kind) -> str:
    """Where it is known from, without any value."""
    hint, finding = case.hinted(kind), case.found(kind)
    said = [f"named {hint.because}"] if hint else []
    seen = [f"{finding.share:.0%} of the values look like {kind.replace('_', ' ')}"] if finding else []
    return ", ".join([*said, *seen]) or kind.replace("_", " ")


def _documents(case: Case) -> tuple[Rule, ...]:
    rest: tuple[Rule, ...] = ("json",)
    return ({"mask": "json", "paths": dict(case.paths)}, *rest) if case.paths else rest


def _integer(case: Case) -> Verdict:
    if (finding := case.found("card")) is not None and finding.confidence >= SURE:
        return Verdict(("hash",), finding.confidence, _told(case, "card"))
    own = case.leads == "reference" or (case.leads == "account" and case.refers)
    counts = case.column.counted and case.leads not in PERSONAL
    if counts or (own and (case.key or case.refers)):
        return keep(0.9, "a key that counts rows" if case.key else "a key of rows")
    if case.leads in PERSONAL:
        kind = case.hints[0].kind
        ways = _NUMBERS.get(kind, ("noise",))
        return Verdict((*ways, "hash"), case.hints[0].confidence, _told(case, kind))
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
        return Verdict(_NUMBERS.get(kind, ("noise",)), case.hints[0].confidence, _told(case, kind))
    if case.leads == "amount" or (case.leads == "reference" and (case.key or case.refers)):
        return keep(0.85, f"named {case.hints[0].because}")
    return Verdict(("noise", "null"), 0.4, "a number that nobody recognises")


def _date(case: Case) -> Verdict:
    personal = case.hinted("birth_date", "person_date", "sensitive")
    moment = case.hinted("moment")
    if personal is None and moment is not None and (not case.people or moment.because in _OF_ROWS):
        return keep(moment.confidence, f"named {moment.because}: when something happened to a row")
    births = case.found("birth_date")
    kind: Kind | None = personal.kind if personal else "birth_date" if births else None
    sure = max(personal.confidence if personal else 0.4, births.confidence if births else 0.0)
    why = _told(case, kind) if kind else "a date that nobody recognises"
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
    if (hint := case.hinted(*_TELLING)) is not None:
        return Verdict(("pick", "null"), hint.confidence, _told(case, hint.kind))
    return keep(0.9, "true or false" if case.column.family == "boolean" else "one of a few labels")


def _uuid(case: Case) -> Verdict:
    personal = case.hints[0] if case.leads in PERSONAL else None
    if personal is None and (case.key or case.refers or words(case.column.name) in {("id",), ("uuid",), ("guid",)}):
        return keep(0.85, "a key without a meaning")
    why = _told(case, personal.kind) if personal else "a key of no table that is here; keep it if it only counts rows"
    return Verdict(("uuid",), personal.confidence if personal else SURE, why)


def _network(case: Case) -> Verdict:
    return Verdict(("ip", "null"), 0.9, f"a network address, of type {case.column.type}")


def _json(case: Case) -> Verdict:
    why = f"documents; {len(case.paths)} paths recognised, all else replaced" if case.paths else "documents"
    return Verdict((*_documents(case), "null"), 0.7, why)


def _bytes(case: Case) -> Verdict:
    return Verdict(("bytes", "null"), 0.9 if case.leads in PERSONAL else 0.6, "bytes that nobody reads")


def _other(case: Case) -> Verdict:
    if case.column.type.startswith("interval") and case.leads in {"amount", "moment"}:
        return keep(0.6, f"named {case.hints[0].because}: a span of time")
    own = "the words of other columns" if case.column.type == "tsvector" else "a type of its own"
    return Verdict(("null",), 0.4, own)


_BY_FAMILY: Mapping[Family, Callable[[Case], Verdict]] = {
    "text": _text,
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
