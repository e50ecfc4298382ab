"""`envctl schema`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.options import ALWAYS
from envctl.cli.output import write_json


def schema(call: Call) -> None:
    """Print the JSON Schema of the stack file.

    Editors that know it complete and check the file.
    """
    from envctl.ops.schema import schema as describe

    document = describe()
    if call.json:
        call.answer(document, ())
    else:
        write_json(document, indent=2)


COMMAND = Command(
    name="schema",
    function=schema,
    options=ALWAYS,
    examples=(("envctl schema > envctl.schema.json", "a file that an editor can be pointed at"),),
)
