"""The story of `schema`."""

from __future__ import annotations

from typing import Any

from envctl.stack.json_schema import schema as of_the_stack_file


def schema() -> dict[str, Any]:
    """The JSON Schema of the stack file, for editors."""
    return of_the_stack_file()
