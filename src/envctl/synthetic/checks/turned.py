"""Comparisons read from right to left."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.synthetic.checks.facts import Op as Sign

TURNED: Mapping[str, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
