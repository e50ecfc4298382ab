"""`envctl pin`."""

from __future__ import annotations

from envctl.cli.command import Call, Command
from envctl.cli.extend import Env, lifetime_lines
from envctl.cli.options import ENVIRONMENT


def pin(call: Call, *, named: Env = None) -> None:
    """Keep an environment until it is unpinned.

    `envctl gc` never removes it, whatever it is asked for. `envctl down` still does.
    """
    from envctl.ops.find import chosen
    from envctl.ops.lifetime import pin as hold

    with call.talk() as tell:
        report = hold(*chosen(call.file, call.called(named), tell))
    call.answer(report.data(), lifetime_lines(report), ["Let it go by its lease again with `envctl unpin`."])


COMMAND = Command(
    name="pin",
    function=pin,
    options=ENVIRONMENT,
    examples=(
        ("envctl pin", "this branch's environment stays"),
        ("envctl pin shop/demo", "another project's, from anywhere"),
    ),
)
