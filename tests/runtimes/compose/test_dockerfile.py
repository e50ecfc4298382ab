"""Hostile Dockerfiles: which images they start from, and which syntax they are written in."""

from __future__ import annotations

import pytest

from envctl.runtimes.compose.dockerfile import bases, syntax, without_syntax

DOCKERFILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "one line": ("FROM python:3.13", ("python:3.13",)),
    "small letters, blanks, no line end": ("\n\n   from   python:3.13   as   x  ", ("python:3.13",)),
    "Windows' line ends": ("FROM a:1\r\nRUN true\r\nFROM b:2\r\n", ("a:1", "b:2")),
    "a byte order mark": ("\ufeffFROM a:1\n", ("a:1",)),
    "a platform": ("FROM --platform=$BUILDPLATFORM golang:1.24 AS build", ("golang:1.24",)),
    "no base at all": ("FROM scratch\nCOPY a /\n", ()),
    "stages": (
        "FROM a:1 AS build\nFROM Build AS test\nFROM b:2\nCOPY --from=build /x /\nCOPY --from=0 /y /",
        ("a:1", "b:2"),
    ),
    "a stage named like an image": ("FROM python:3.13 AS python\nFROM python\n", ("python:3.13",)),
    "an image used before a stage takes its name": ("FROM redis\nFROM a:1 AS redis\nFROM redis", ("redis", "a:1")),
    "copied from an image": ("FROM a:1\nCOPY --link --from=ghcr.io/b/c:2 --chmod=755 /x /y", ("a:1", "ghcr.io/b/c:2")),
    "mounted from images": (
        "FROM a:1\nRUN --mount=type=cache,target=/c --mount=type=bind,from=b:2,target=/b --mount=from=c:3,target=/c x",
        ("a:1", "b:2", "c:3"),
    ),
    "each image once": ("FROM a:1\nFROM a:1\nCOPY --from=a:1 / /", ("a:1",)),
    "with a digest": ("FROM a@sha256:00\nFROM b:1@sha256:00\nFROM c:1", ("c:1",)),
    "comments": ("# FROM x\nFROM a:1 # b\n  # FROM y\\\nFROM b:2", ("b:2",)),
    "continued": ("FROM \\\n  a:1 \\\n# a comment between\n\n  AS b\nFROM b", ("a:1",)),
    "the end of a continuation": ("FROM a:1\nRUN x \\\n  y\nFROM b:2\nRUN z \\", ("a:1", "b:2")),
    "another escape character": ("# escape=`\nFROM `\n a:1\nRUN dir c:\\\nFROM b:2", ("a:1", "b:2")),
    "an argument": ("ARG V=3.13\nFROM python:$V", ("python:3.13",)),
    "an argument in braces": ("ARG V=3.13\nFROM python:${V}-slim", ("python:3.13-slim",)),
    "an argument in quotes": ("ARG A=\"a:1\" B='b:2'\nFROM $A\nFROM $B", ("a:1", "b:2")),
    "an argument made of another": ("ARG V=3.13\nARG BASE=python:${V}-slim\nFROM $BASE", ("python:3.13-slim",)),
    "an argument that is given": ("ARG GIVEN=a:1\nARG BARE\nFROM $GIVEN\nFROM $BARE", ("given:9", "bare:9")),
    "an argument of a stage": ("ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V", ("a:1", "b:1")),
    "defaults": ("ARG E=\nFROM a:${V:-1}\nFROM b:${E:-2}\nFROM c:${V-3}", ("a:1", "b:2", "c:3")),
    "alternatives": ("ARG V=1\nFROM a:1${V:+-x}\nFROM b:1${NONE:+-x}", ("a:1-x", "b:1")),
    "an argument nobody gave": ("ARG BASE\nFROM $BASE\nFROM a:1", ("a:1",)),
    "an unbalanced quote": ("ARG X='\nFROM a:1", ("a:1",)),
    "a heredoc": ("FROM a:1\nRUN <<EOF\nFROM x\nCOPY --from=y / /\nEOF\nFROM b:2", ("a:1", "b:2")),
    "a heredoc with tabs": (
        "FROM a:1\nRUN cat <<-'E O'\nRUN cat <<-\"EOF\" >f\n\tFROM x\n\tEOF\nFROM b:2",
        ("a:1", "b:2"),
    ),
    "two heredocs": ("FROM a:1\nCOPY <<A <<B /\nFROM x\nA\nFROM y\nB\nFROM b:2", ("a:1", "b:2")),
    "no heredoc": ("FROM a:1\nRUN echo $((1 <<2)) a<<b\nLABEL x=<<EOF\nFROM b:2", ("a:1", "b:2")),
    "a command that says from": ('FROM a:1\nRUN curl "http://x/?from=y" --from=z\nENV FROM=x', ("a:1",)),
    "no Dockerfile": ("this is\nno FROM\n\x00\n", ()),
    "nothing": ("", ()),
}


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_a_dockerfile_starts_from(name: str) -> None:
    """Every image that the builder will ask for, as it is written, and nothing else."""
    dockerfile, expected = DOCKERFILES[name]
    assert expected == bases(dockerfile, {"GIVEN": "given:9", "BARE": "bare:9"})


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:1"),
        ("#syntax = docker/dockerfile:1.7-labs  \r\nFROM a", "docker/dockerfile:1.7-labs"),
        ("# check=skip=all\n# SYNTAX=x/y:1\nFROM a", "x/y:1"),
        ("\ufeff# syntax=x/y:1\n", "x/y:1"),
        ("# a comment\n# syntax=x/y:1\nFROM a", None),
        ("\n# syntax=x/y:1\nFROM a", None),
        ("FROM a\n# syntax=x/y:1", None),
        ("", None),
    ],
)
def test_the_syntax_is_named_at_the_very_top_or_not_at_all(dockerfile: str, expected: str | None) -> None:
    """A comment like any other is none, nor is what follows one."""
    assert expected == syntax(dockerfile)


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("# syntax=x/y:1\nFROM a\n", "#\nFROM a\n"),
        ("# syntax=x/y:1\n# escape=`\nFROM a", "# escape=`\n#\nFROM a"),
        ("# escape=`\n# syntax=x/y:1\n\nFROM a", "# escape=`\n#\n\nFROM a"),
    ],
)
def test_without_its_syntax_a_dockerfile_is_the_same_otherwise(dockerfile: str, expected: str) -> None:
    """Other directives still hold, and errors name the same lines."""
    assert expected == without_syntax(dockerfile)
    assert syntax(expected) is None
