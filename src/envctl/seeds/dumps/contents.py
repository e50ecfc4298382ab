"""Reads a plain dump once, from start to end, before anything is restored. Pure.

It finds out whether the dump is complete, what identifies it, and which of its bytes have to be replaced (`Edit`) when
it is restored. Commands of psql are refused here, whatever the client inside the container thinks of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from envctl.seeds.dumps.edits import Edit
from envctl.seeds.dumps.kinds import ONE_DATABASE
from envctl.seeds.dumps.lexer import Lexer
from envctl.seeds.dumps.pieces import BrokenText, Piece
from envctl.seeds.dumps.statements import PUBLIC_DROPPER, judge, plain_name, role_maker

# pg_dump writes a random key into every dump since CVE-2025-8714: no command of ours, and no part of the content.
_RESTRICT = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\s*$")
_CONNECT = re.compile(
    rb"\\c(?:onnect)?\s+(?:-reuse-previous=on \"dbname='(?P<quoted>[^'\\]+)'\""
    rb"|(?P<name>\"(?:[^\"]|\"\")+\"|[^\s\"';]+))\s*;*\s*$"
)
_HEADER, _FOOTER = b"-- PostgreSQL database dump", b"-- PostgreSQL database dump complete"
_CLUSTER = b"-- PostgreSQL database cluster dump"
_SERVER = re.compile(rb"-- Dumped from database version (\S+)")
_NO_COMMANDS = "Take the line out, or make the dump again with: pg_dump --format=custom --file=FILE DATABASE"


@dataclass(frozen=True)
class Contents:
    """What is known of a plain dump that was read to its end."""

    digest: str
    edits: tuple[Edit, ...] = ()
    roles: tuple[bytes, ...] = ()  # it names them without making them
    server: str | None = None  # the version it was made from
    public: bool = False  # it creates the schema public


@dataclass
class _Reader:
    """Collects what the pieces of a dump say."""

    edits: list[Edit] = field(default_factory=list)
    server: str | None = None
    public: bool = False
    headers: int = 0
    footers: int = 0
    statements: int = 0
    empty: bool = True  # nothing was made yet
    named: dict[bytes, Edit] = field(default_factory=dict)  # roles, and where each is made
    created: set[bytes] = field(default_factory=set)  # roles the dump makes itself
    databases: dict[bytes, int] = field(default_factory=dict)  # and the line that names each

    def take(self, piece: Piece) -> None:
        match piece.what:
            case "comment" if piece.alone:
                self._comment(piece)
            case "command":
                self._command(piece)
            case "statement":
                self._statement(piece)

    def _comment(self, piece: Piece) -> None:
        text = piece.text.rstrip()
        self.headers += text == _HEADER
        self.footers += text == _FOOTER
        if text == _CLUSTER:
            raise BrokenText("is a dump of a whole cluster (pg_dumpall)", piece.line, ONE_DATABASE)
        if said := _SERVER.match(text):
            self.server = self.server or said[1].decode("ascii", "replace")

    def _command(self, piece: Piece) -> None:
        if piece.alone and _RESTRICT.match(piece.text):
            self._leave_out(piece)
        elif piece.alone and (connect := _CONNECT.match(piece.text)):
            self.databases.setdefault(connect["quoted"] or plain_name(connect["name"]), piece.line)
            self._leave_out(piece)
        else:
            raise BrokenText("holds a command for psql, which could run programs", piece.line, _NO_COMMANDS)

    def _statement(self, piece: Piece) -> None:
        self.statements += 1
        judged = judge(piece.text, empty=self.empty)
        self.empty = self.empty and judged.before_objects
        if judged.database is not None:
            self.databases.setdefault(judged.database, piece.line)
        if judged.left_out:
            self._leave_out(piece)
        if judged.database_name:
            start, end = judged.database_name  # in the text, which is the dump's own up to the first comment
            self.edits.append(Edit(piece.start + start, piece.start + end, b':"DBNAME"'))
        if judged.parameter:
            self.edits.append(Edit(piece.start, piece.end, unless_parameter=judged.parameter))
        if judged.role:
            self.created.add(judged.role)
            self.edits.append(Edit(piece.start, piece.end, if_role=judged.role))
        if judged.public:
            self.public = True
            self.edits.append(Edit(piece.start, piece.start, PUBLIC_DROPPER))
        for role in judged.roles:
            self.named.setdefault(role, Edit(piece.start, piece.start, role_maker(role)))

    def _leave_out(self, piece: Piece) -> None:
        self.edits.append(Edit(piece.start, piece.end, b"\n" * piece.text.count(b"\n")))

    def finish(self, digest: str) -> Contents:
        """Everything was read."""
        if self.headers != self.footers:
            raise BrokenText("is cut off: it begins like pg_dump's, and pg_dump's last line is missing")
        if not self.statements:
            raise BrokenText("holds no statement")
        if len(self.databases) > 1:
            raise BrokenText("holds several databases", sorted(self.databases.values())[1], ONE_DATABASE)
        needed = {role: edit for role, edit in self.named.items() if role not in self.created}
        edits = sorted((*self.edits, *needed.values()), key=lambda edit: (edit.start, edit.end))
        return Contents(digest, tuple(edits), tuple(needed), self.server, self.public)


def read_text(blocks: Iterable[bytes]) -> Contents:
    """Read a plain dump. Raises `BrokenText` when it is not whole, or not one database's."""
    lexer, reader, digest = Lexer(), _Reader(), hashlib.sha256()

    def take(pieces: list[Piece]) -> None:
        done, start = memoryview(lexer.passed), lexer.offset - len(lexer.passed)
        at = 0
        for piece in pieces:
            reader.take(piece)
            if piece.what == "command" and _RESTRICT.match(piece.text):
                digest.update(done[at : piece.start - start])
                at = piece.end - start
        digest.update(done[at:])

    for block in blocks:
        take(lexer.feed(block))
    take(lexer.close())
    return reader.finish(f"sha256:{digest.hexdigest()}")
