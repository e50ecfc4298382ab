"""Telling what a file is."""

from __future__ import annotations

import pytest

from envctl.seeds.dumps.kinds import Wrong, packing, recognise
from tests.seeds.samples import SMALL

TOC = b"PGDMP\x01\x10\x00\x04\x08"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (SMALL, "sql"),
        (b"CREATE TABLE a (i int);", "sql"),
        (b"\xef\xbb\xbfSELECT 1;", "sql"),
        (TOC + b"\x01", "custom"),
        (b"toc.dat".ljust(257, b"\0") + b"ustar\x0000", "tar"),
    ],
)
def test_dumps_are_recognised(head: bytes, expected: str) -> None:
    """Each format of pg_dump is told by its first bytes."""
    assert expected == recognise(head)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (TOC + b"\x05", "the table of contents of a dump, without its data"),
        (b"PGDMP", "cut off or damaged: a Postgres archive without its header"),
        (b"x.sql".ljust(257, b"\0") + b"ustar\x0000", "a tar archive that pg_dump did not make"),
        (b"SQLite format 3\0\x10", "an SQLite database"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\xfd7zXZ\0", "packed with xz"),
        (b"\x1f\x8b\x08", "packed twice"),
        (b"-- MySQL dump 10.13  Distrib 8.0", "a dump of MySQL or MariaDB"),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump", "a dump of MySQL or MariaDB"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, not the file itself"),
        (b"\n<!DOCTYPE html>", "an HTML page, perhaps a failed download"),
        ("﻿SELECT".encode("utf-16"), "text in UTF-16, as PowerShell's > writes it"),
        (b"\x00\x01\x02\x03", "binary data of an unknown kind"),
    ],
)
def test_what_is_no_dump_is_called_by_its_name(head: bytes, expected: str) -> None:
    """What cannot be restored is named, with a hint."""
    wrong = recognise(head)
    assert isinstance(wrong, Wrong)
    assert (expected, True) == (wrong.what, bool(wrong.hint))


def test_packing_is_recognised() -> None:
    """gzip and zstd are told by their first bytes."""
    assert ["gzip", "zstd", None] == [packing(head) for head in (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd\x04", SMALL)]
