"""What a dump says behind its rows, and which of it may be done at the same time. Pure.

Indexes take as long as the rows, and one server process builds one of them on one processor. What a statement locks is
read from its text: two that lock the same table in ways that exclude each other never run at once, so no session ever
waits for another. Whatever is not known to be independent keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from envctl.seeds.dumps.pieces import Piece
from envctl.seeds.dumps.statements import plain_name, rule

WORTH = 8 << 20  # bytes of text: behind fewer, another session takes longer to begin than it saves


def _words(pattern: bytes) -> re.Pattern[bytes]:
    """A pattern in which NAME stands for an identifier, TABLE_ for one with its schema, and a blank for white space."""
    return rule(pattern.replace(b"TABLE_", rb"(?P<schema>NAME)\s*\.\s*(?P<table>NAME)"))


_INDEX = _words(rb"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY\b|IF\b|ON\b)NAME ON (?:ONLY )?TABLE_")
_CONSTRAINT = _words(rb"ALTER TABLE (?:ONLY )?TABLE_ ADD CONSTRAINT NAME (?:PRIMARY KEY|UNIQUE|EXCLUDE)\b")
_UNIQUE = _words(rb"CREATE UNIQUE\b|ALTER TABLE\b")
_KEY = _words(rb".* (?:USING btree|PRIMARY KEY|UNIQUE)\s*\((?P<columns>[^()]*)\)")
_REFERRED = _words(rb".* REFERENCES TABLE_\s*\((?P<columns>[^()]*)\)")
_UNSORTED = _words(rb".* USING (?!btree\b)NAME \(|.* EXCLUDE\b")
_FOREIGN = _words(
    rb"ALTER TABLE ONLY TABLE_ ADD CONSTRAINT (?P<name>NAME) FOREIGN KEY\s*\((?:NAME[\s,]*)+\)\s*REFERENCES "
)
_OTHER = _words(rb"TABLE_")
_SETTING = _words(rb"(?:SET|RESET)\b|SELECT pg_catalog\.set_config\b")
# About an index or a constraint that is there: nothing that is built later depends on it, so that it may wait.
_LATER = _words(
    rb"COMMENT ON\b|ALTER INDEX\b|(?:CREATE|ALTER) STATISTICS\b|"
    rb"ALTER TABLE (?:ONLY )?NAME\s*\.\s*NAME (?:CLUSTER ON|REPLICA IDENTITY)\b"
)
_HELD = _words(
    rb"(?:SET|RESET|CREATE|ALTER(?! LARGE\b)|COMMENT(?! ON LARGE\b)|GRANT|REVOKE|REFRESH|DROP|ANALYZE|SECURITY|DO|"
    rb"SELECT pg_catalog\.(?:set_config|setval))\b"
)
_ONE_SESSION = _words(rb"(?:BEGIN|START|COMMIT|END|CREATE (?:(?:GLOBAL|LOCAL) )?TEMP(?:ORARY)?)\b")
_UNCHECKED = _words(rb".*\bNOT (?:VALID|ENFORCED)\b")  # a name may look like it: then it is done at once, as it stands
_QUOTED = re.compile(rb"""'(?:[^']++|'')*+'|"(?:[^"]++|"")*+\"""")
_NESTED = re.compile(rb"\([^()]*+\)")
_BY_ANOTHER = re.compile(rb"\bUSING\s+INDEX\s+(?!TABLESPACE\b)", re.IGNORECASE)

Key = tuple[str, bytes]  # the columns as they are written; none where they cannot be read
Kind = Literal["setting", "index", "foreign key", "later", "alone"]


@dataclass(frozen=True)
class Statement:
    """One that waits. `locks`: the tables that it locks, and whether it keeps all others out of them. `sorts`: it does
    little else than to sort rows. `key`: the table and columns that it makes unique, or that a foreign key needs to be.
    `check`: of a foreign key, what looks at the rows that are there, if that can be done apart.
    """

    text: bytes
    line: int
    kind: Kind = "alone"
    locks: Mapping[str, bool] = field(default_factory=dict)
    sorts: bool = False
    key: Key | None = None
    check: Statement | None = None

    def unchecked(self) -> Statement:
        """The same without a look at the rows that are there, if that is done apart."""
        return replace(self, text=self.text.removesuffix(b";") + b" NOT VALID;") if self.check else self

    def excludes(self, other: Statement) -> bool:
        """Whether one of the two would wait for the other."""
        return any(name in other.locks and (whole or other.locks[name]) for name, whole in self.locks.items())


@dataclass
class Stage:
    """What every session is told first, what may then be done in any order and beside each other, and what follows."""

    settings: list[Statement] = field(default_factory=list)
    beside: list[Statement] = field(default_factory=list)
    then: list[Statement] = field(default_factory=list)

    def takes(self, statement: Statement) -> bool:
        """Whether it can be done in this stage, given that it comes behind all that is in it."""
        match statement.kind:
            case "setting":
                return not (self.beside or self.then)
            case "index":
                return all(s.kind == "index" for s in self.beside) and all(s.kind == "later" for s in self.then)
            case "foreign key":
                return all(s.kind == "foreign key" for s in self.beside) and not self.then
            case _:
                return True

    def add(self, statement: Statement) -> None:
        """Put it in its place."""
        places = {"setting": self.settings, "index": self.beside, "foreign key": self.beside}
        places.get(statement.kind, self.then).append(statement)


def stages(statements: Iterable[Statement]) -> list[Stage]:
    """Statements in their order, as far as it matters."""
    found: list[Stage] = []
    for statement in statements:
        if not (found and found[-1].takes(statement)):
            found.append(Stage())
        found[-1].add(statement)
    return [stage for stage in _checking_beside(found) if stage.settings or stage.beside or stage.then]


def _checking_beside(found: list[Stage]) -> Iterator[Stage]:
    """Rows are looked at for foreign keys beside each other, and while indexes are built that no foreign key needs."""
    last = Stage()
    for stage in found:
        if not (stage.beside and all(one.kind == "foreign key" for one in stage.beside)):
            yield last
            last = stage
            continue
        added = [one.unchecked() for one in stage.beside]
        checks = [one.check for one in stage.beside if one.check]
        strange = [one for one in last.beside if one.kind != "index"] + [
            one for one in last.then if one.kind == "alone"
        ]
        if stage.settings or strange:  # what comes before them keeps its place
            yield last
            yield Stage(stage.settings, added)
            last = Stage([], checks, stage.then)
            continue
        needed = _needed(last.beside, stage.beside)
        yield Stage(last.settings, [one for one in last.beside if one.key in needed])
        yield Stage([], added)
        others = [one for one in last.beside if one.key not in needed]
        last = Stage([], [*others, *checks], [*last.then, *stage.then])
    yield last


def _needed(indexes: list[Statement], foreign: list[Statement]) -> set[Key | None]:
    """The keys that foreign keys need: all where it is not known of each which one that is."""
    keys, wanted = {one.key for one in indexes if one.key}, {one.key for one in foreign}
    return {*(wanted if wanted <= keys else keys)}


@dataclass
class Afterwards:
    """Holds back what is behind the last rows of a text: from the first index on that no rows follow.

    `divided`: tables with partitions, whose foreign keys lock more than they name. `worth`: bytes of text before an
    index for which it is held back.
    """

    divided: Collection[str] = ()
    worth: int = WORTH
    _settings: list[Statement] = field(default_factory=list)  # of what has passed
    _held: list[tuple[Statement | None, bytes]] = field(default_factory=list)
    _over: bool = False  # what follows belongs to one session

    def passing(self, piece: Piece | None, text: bytes) -> Iterable[bytes]:
        """What passes now: this one, or nothing, or with it all that was held back."""
        if piece is None or piece.what != "statement" or not text.strip():
            return self._hold(None, text) if self._held else (text,)
        said = piece.text.lstrip()
        statement = read(text, said, piece.line, self.divided)
        self._over = self._over or bool(_ONE_SESSION.match(said))
        if self._over or not _HELD.match(said):
            return (*self._released(), text)
        if self._held or (statement.kind == "index" and piece.start >= self.worth):
            return self._hold(statement, text)
        if statement.kind == "setting":
            self._settings.append(statement)
        return (text,)

    def _hold(self, statement: Statement | None, text: bytes) -> tuple[bytes, ...]:
        self._held.append((statement, text))
        return ()

    def _released(self) -> Iterator[bytes]:
        held, self._held = self._held, []
        self._settings += [one for one, _ in held if one and one.kind == "setting"]
        return (text for _, text in held)

    def stages(self) -> list[Stage]:
        """What is left to be done, once the text has come to its end."""
        held = [statement for statement, _ in self._held if statement]
        return stages((*self._settings, *held)) if held else []


def read(text: bytes, said: bytes, line: int, divided: Collection[str] = ()) -> Statement:
    """A statement, with what it is and what it locks. `said` is its text without a `;`."""
    kind, locks = _judged(said, divided)
    whole = text if text.endswith(b";") else text + b"\n;"
    if kind == "foreign key":
        return Statement(whole, line, kind, locks, key=_key(_REFERRED.match(said)), check=_check(said, line))
    if kind != "index":
        return Statement(whole, line, kind, locks)
    table, columns = next(iter(locks)), _KEY.match(said)
    key = (table, columns["columns"] if columns else b"") if _UNIQUE.match(said) else None
    return Statement(whole, line, kind, locks, sorts=not _UNSORTED.match(said), key=key)


def _key(referred: re.Match[bytes] | None) -> Key | None:
    return (_full(referred), referred["columns"]) if referred else None


def _check(said: bytes, line: int) -> Statement | None:
    """What looks at the rows for a foreign key: it lets others build indexes of the table that is referred to."""
    foreign = _FOREIGN.match(said)
    other = _OTHER.match(said, foreign.end()) if foreign else None
    if not (foreign and other) or _UNCHECKED.match(said):
        return None
    text = b"ALTER TABLE ONLY %s.%s VALIDATE CONSTRAINT %s;" % (foreign["schema"], foreign["table"], foreign["name"])
    return Statement(text, line, "foreign key", {_full(other): False, _full(foreign): True})


def _judged(said: bytes, divided: Collection[str]) -> tuple[Kind, Mapping[str, bool]]:
    if _SETTING.match(said):
        return "setting", {}
    if _LATER.match(said):
        return "later", {}
    if index := _INDEX.match(said):
        return "index", {_full(index): False}
    if (constraint := _CONSTRAINT.match(said)) and _is_one(said):
        return "index", {_full(constraint): True}
    if (foreign := _FOREIGN.match(said)) and (other := _OTHER.match(said, foreign.end())) and _is_one(said):
        tables = {_full(foreign): True, _full(other): True}
        if not any(table in divided for table in tables):
            return "foreign key", tables
    return "alone", {}


def _is_one(said: bytes) -> bool:
    """Whether it adds one constraint, with an index of its own, and does nothing else."""
    flat, before = _QUOTED.sub(b"q", said), b""
    while flat != before:
        before, flat = flat, _NESTED.sub(b"", flat)
    return b"," not in flat and not _BY_ANOTHER.search(flat)


def _full(found: re.Match[bytes]) -> str:
    return ".".join(plain_name(found[part]).decode("utf-8", "replace") for part in ("schema", "table"))
