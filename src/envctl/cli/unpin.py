"""`envctl unpin`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.extend import Env, lifetime_lines
from envctl.cli.options import ENVIRONMENT


def unpin(call: Call, *, named: Env = None) -> None:
    """Let a pinned environment go by its lease again.

    That counts as a use of it: it does not go at once.
    """
    from envctl.ops.find import chosen
    from envctl.ops.lifetime import unpin as release

    with call.talk() as tell:
        report = release(*chosen(call.file, call.called(named), tell))
    call.answer(report.data(), lifetime_lines(report))


COMMAND = Command(
    name="unpin",
    function=unpin,
    options=ENVIRONMENT,
    examples=(
        ("envctl unpin", "this branch's environment"),
        ("envctl unpin shop/demo --json", "another project's, for a script"),
    ),
)
