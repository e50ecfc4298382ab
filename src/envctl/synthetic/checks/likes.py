"""Patterns of LIKE and SIMILAR TO, and plain texts, as regular expressions."""

from __future__ import annotations

import re

from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.literals import pattern as of_like
from envctl.synthetic.checks.tree import Call, Const, Tree
from envctl.synthetic.patterns import Unreadable

_SIMILAR = re.compile(r"^(?:[\w @#&,;:/'\"<>=!~`-]|[%|()*+?]|\[[\w.-]+\]|\{\d+(?:,\d*)?\}|_)*$", re.ASCII)


def escaped(text: str) -> str:
    """A text as a regular expression of it, to Postgres and to Python."""
    return re.sub(r"[\x00-\x7f]", lambda found: found[0] if found[0].isalnum() else f"\\{found[0]}", text)


def text_of(tree: Tree) -> str:
    """The text of a constant. Raises Unreadable where it is none."""
    if not isinstance(tree, Const) or tree.text is None:
        raise Unreadable("a pattern that is computed")
    return tree.text


def caseless(regex: str) -> str:
    """It where capitals do not matter."""
    return regex if regex.startswith("(?i)") else f"(?i){regex}"


def regex_of(op: str, right: Tree) -> str:
    """A pattern of any sort as a regular expression."""
    if isinstance(right, Call) and right.name in {"similar_to_escape", "similar_escape"}:
        return _of_similar(text_of(right.args[0]))
    if not op.lstrip("!").startswith("~~"):
        return text_of(right)
    if isinstance(right, Call) and right.name == "like_escape":
        like, escape = (text_of(part) for part in right.args)
        if len(escape) != 1 or "\\" in like:
            raise Unreadable("the escape of a LIKE")
        return _of_like(like.replace(escape, "\\"))
    return _of_like(text_of(right))


def _of_like(like: str) -> str:
    try:
        return of_like(like)
    except Problem:
        raise Unreadable("a pattern of LIKE that ends with its escape") from None


def _of_similar(said: str) -> str:
    if not _SIMILAR.match(said):
        raise Unreadable("a pattern of SIMILAR TO")
    inside = re.sub(r"\[[^\]]*\]|\{[^}]*\}|%|_", lambda at: {"%": ".*", "_": "."}.get(at[0], at[0]), said)
    return f"^(?:{inside})$"
