"""Commands and exit statuses written from the code: `python -m envctl.cli.reference docs/reference`."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from envctl.cli import HELP, HELP_WIDTH, traces
from envctl.cli.app import COMMANDS, GROUPS, PROGRAM, group
from envctl.cli.command import Command
from envctl.cli.completing import KNOWN
from envctl.errors import Exit

WRITTEN = "<!-- Written by `python -m envctl.cli.reference docs/reference`; a test compares it with the code. -->"

MEANING = {
    Exit.DONE: "Done.",
    Exit.OUR_FAULT: "A fault of envctl itself. `ENVCTL_DEBUG=1` shows the traceback.",
    Exit.USAGE: "The command line cannot be used as it is.",
    Exit.STACK_FILE: "The stack file is missing, cannot be read, or says something impossible.",
    Exit.DOCKER: "Docker, Compose or another tool is missing, does not answer, or is too old.",
    Exit.NOT_FOUND: "What was named is not there, where that matters.",
    Exit.LOCKED: "Another envctl works on this environment.",
    Exit.NO_CAPACITY: "No free port or subnet, or not enough memory or disk. "
    "`ci comment`: the forge takes no more requests for now.",
    Exit.UNHEALTHY: "A service exited, was killed, or did not become healthy. "
    "`ci comment`: the forge is ill: it fails, does not answer, or not in a way that can be understood.",
    Exit.DATA_REFUSED: "Data is truncated, missing, of the wrong kind, or must not be loaded. The old data stays. "
    "`kafka offsets`: consumers of the group are running.",
    Exit.PARTLY_DONE: "A part was done; the result says which.",
    Exit.NOT_OURS: "Something is in the way that envctl did not make. It was left alone.",
    Exit.EXEC_FAILED: "`exec`, `run`: the command could not be run.",
    Exit.EXEC_NOT_EXECUTABLE: "`exec`, `run`: the command is not executable.",
    Exit.EXEC_NOT_FOUND: "`exec`, `run`: there is no such command.",
    Exit.INTERRUPTED: "Interrupted, by Ctrl-C or SIGTERM. The same command run again goes on from there.",
}


def exit_statuses() -> str:
    """The page about exit statuses."""
    rows = [f"| {int(code)} | `{code.name.lower()}` | {MEANING[code]} |" for code in Exit]
    return "\n".join(
        [
            "# Exit statuses",
            "",
            WRITTEN,
            "",
            "The same for every command. `error.code` and `error.exit` of the `--json` envelope say the same.",
            "`exec` and `run` pass on the status of the command they ran.",
            "",
            "| status | `error.code` | meaning |",
            "|---:|---|---|",
            *rows,
            "",
        ]
    )


def commands() -> str:
    """The page about commands."""
    app = group()
    parts = [
        "# Commands",
        WRITTEN,
        "Options come after the command's name. Results go to stdout, everything else to stderr. With `--json` stdout "
        'carries one document, `{"schema", "command", "ok", "data", "error"}`, where `error` is null or '
        '`{"code", "exit", "message", "hint", "unchanged", "details"}`. What the statuses mean: '
        "[exit statuses](exit-statuses.md).",
        *(_section(command, _found(app, name)) for name, command in COMMANDS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def checks() -> str:
    """The page about what `doctor` checks."""
    from envctl.ops.checks import CHECKS

    rows = [f"| {check.__name__.replace('_', ' ')} | {inspect.cleandoc(check.__doc__ or '')} |" for check in CHECKS]
    return "\n".join(
        [
            "# What `envctl doctor` checks",
            "",
            WRITTEN,
            "",
            "`failed` keeps envctl from working and sets the exit status: Docker's before that of capacity before that",
            "of the stack file. `warning` is worth a look, `unknown` cannot be told here. Each has its remedy beside.",
            "",
            "| check | it is well when |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _section(command: Command, known: Any) -> str:
    text = inspect.cleandoc(command.function.__doc__ or "")
    words = [_argument(p) for p in known.params if p.param_type_name == "argument"]
    usage = " ".join([PROGRAM, command.name, "[OPTIONS]", *words])
    described = [p for p in known.params if getattr(p, "help", None)]
    table = ["| | |", "|---|---|", *(f"| `{_spelled(p)}` | {_cell(p.help)} |" for p in described)]
    width = max(len(line) for line, _ in command.examples)
    shown = [f"{line:<{width}}  # {what}" for line, what in command.examples]
    return "\n\n".join(
        [f"## {command.name}", text, f"    {usage}", "\n".join(table), "\n".join(["```sh", *shown, "```"])]
    )


def _argument(parameter: Any) -> str:
    return str(parameter.metavar)


def _spelled(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _argument(parameter)
    flags = ", ".join(sorted(parameter.opts, key=len))
    choices = "\\|".join(str(getattr(c, "value", c)) for c in getattr(parameter.type, "choices", ()))
    return " ".join(filter(None, [flags, parameter.metavar or choices]))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def labels() -> str:
    """The page about labels."""
    return "\n".join(["# Labels", "", WRITTEN, "", *traces.label_page()])


def files() -> str:
    """The page about files, folders and variables."""
    return "\n".join(["# Files and variables", "", WRITTEN, "", *traces.file_page()])


def group_help() -> str:
    """What `envctl --help` says on a terminal that is wide enough."""
    app = group()
    with app.make_context(PROGRAM, ["version"], terminal_width=HELP_WIDTH - 2) as context:  # Typer's margin
        return str(context.get_help()) + "\n"


def completions() -> dict[str, Any]:
    """What `completing` knows of the commands: options with what their values are, and what the arguments are."""
    app = group()
    return {
        "options": {**_options(app.params), "--help": "Show the commands"},
        "groups": {name: what.rstrip(".") for name, what in GROUPS.items()},
        "commands": {name: _completed(command, _found(app, name)) for name, command in COMMANDS.items()},
    }


def _found(app: Any, name: str) -> Any:
    """A command as Typer has it, by all its words."""
    for word in name.split():
        app = app.commands[word]
    return app


def _completed(command: Command, known: Any) -> dict[str, Any]:
    arguments = [p for p in known.params if p.param_type_name == "argument"]
    own = [p for p in known.params if p.param_type_name == "option"]
    return {
        "help": inspect.cleandoc(command.function.__doc__ or "").splitlines()[0].rstrip("."),
        "options": {
            **{
                flag: {"help": p.help.rstrip("."), "value": None if p.is_flag else _value(p)}
                for p in own
                for flag in p.opts
            },
            "--help": {"help": "Show what it does and takes", "value": None},
        },
        "arguments": [_value(p) for p in arguments],
        "repeats": any(p.nargs == -1 for p in arguments),
        "passes_on": command.passes_on,
    }


def _options(parameters: list[Any]) -> dict[str, str]:
    return {flag: p.help.rstrip(".") for p in parameters if p.param_type_name == "option" for flag in p.opts}


def _value(parameter: Any) -> Any:
    """What a value can be: a list of words, or what `completing` finds out; nothing where only people know."""
    if choices := getattr(parameter.type, "choices", None):
        return [str(getattr(choice, "value", choice)) for choice in choices]
    if parameter.name in _VALUES:
        return _VALUES[parameter.name]
    return "files" if parameter.type.name == "path" else "nothing"


_VALUES = {  # by parameter name
    "env": "environments",
    "named": "environments",
    "start_from": "environments",
    "project": "projects",
    "service": "services",
    "services": "services",
    "source": "places",
    "target": "places",
    "folder": "folders",
    "argv": "files",
}


def main(folder: Path) -> None:
    """Write the pages, and the help and the words that are known without loading Typer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "commands.md").write_text(commands(), encoding="utf-8")
    (folder / "exit-statuses.md").write_text(exit_statuses(), encoding="utf-8")
    (folder / "doctor.md").write_text(checks(), encoding="utf-8")
    (folder / "labels.md").write_text(labels(), encoding="utf-8")
    (folder / "files.md").write_text(files(), encoding="utf-8")
    Path(HELP).write_text(group_help(), encoding="utf-8")
    KNOWN.write_text(json.dumps(completions(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
