"""`envctl urls`."""

from __future__ import annotations

from envctl.cli.columns import columns
from envctl.cli.command import Call, Command


def urls(call: Call) -> None:
    """Print the URLs that people open.

    Those of the services with `public = true`.
    """
    from envctl.ops.setting import here
    from envctl.ops.urls import urls as look

    with call.talk() as tell:
        report = look(here(call.file, call.env, tell))
    missing = [] if report.urls else ["No service that runs is public: `public = true` in the stack file makes it so."]
    call.answer(report.data(), columns((u.service, u.url) for u in report.urls) if report.urls else [], missing)


COMMAND = Command(
    name="urls",
    function=urls,
    examples=(
        ("envctl urls", "service and URL, one a line"),
        ("envctl urls --json", 'a list of {"service", "url"} in `data`'),
    ),
)
