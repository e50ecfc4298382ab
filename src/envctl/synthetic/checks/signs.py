"""Comparisons read from right to left, and what they leave of whole numbers."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.synthetic.checks.facts import Op as Sign

TURNED: Mapping[str, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def bounds(op: str, value: int) -> list[tuple[int, int | None]]:
    """What whole numbers from 0 on stand so to a number: from, to."""
    ways: Mapping[str, list[tuple[int, int | None]]] = {
        "=": [(value, value)],
        "<": [(0, value - 1)],
        "<=": [(0, value)],
        ">": [(value + 1, None)],
        ">=": [(value, None)],
        "<>": [(0, value - 1), (value + 1, None)],
    }
    return ways[op]
