"""What envctl leaves with the daemon and on the machine, as pages of the reference: labels, files and variables."""

from __future__ import annotations

import inspect
import re

from envctl import labels
from envctl.cli import COMPLETION, failure
from envctl.stack.registry import VARIABLE, user_file
from envctl.stack.source import NAME
from envctl.world.box import IMAGE
from envctl.world.places import LOCK_DIR
from envctl.world.shell import PASSED_ON

Rows = list[tuple[str, str]]

_LABEL = re.compile(r'^[A-Z_]+ = f"\{PREFIX\}(\S+)"(?:  # (.*))?$', re.MULTILINE)
_EVERYWHERE = {"XDG_CONFIG_HOME": "/$XDG_CONFIG_HOME", "HOME": "/~"}


def label_rows() -> Rows:
    """Each label, and what its line in labels.py says about it."""
    return [(f"{labels.PREFIX}{name}", what) for name, what in _LABEL.findall(inspect.getsource(labels))]


def label_page() -> list[str]:
    """The page's lines below its heading."""
    return [
        "Containers, networks and volumes that envctl makes carry these labels. They say which environment a thing",
        "belongs to, and there is no other database; `docker inspect NAME` shows them. A label alone proves nothing:",
        "images and people can write any. What is removed also has the name that envctl would give it.",
        "",
        *_table(("label", "what it says"), label_rows()),
        "",
    ]


def file_rows() -> Rows:
    """What is read and written outside of Docker."""
    return [
        (NAME, "Read: the stack file, here or in a folder above, or where `--file` says."),
        (
            _short(str(user_file(_EVERYWHERE))),
            "Read: settings of the machine; without XDG_CONFIG_HOME it is under `~/.config`.",
        ),
        (
            "$XDG_RUNTIME_DIR/envctl/",
            "Written: in memory, mode 0700; where that folder is not, `/dev/shm/envctl-UID`, and where there is no "
            "/dev/shm under the temporary folder. `environments/` holds the files with passwords that are mounted; "
            "`down` removes those of its environment.",
        ),
        (
            "/dev/shm/envctl-locks/",  # noqa: S108 – a text
            "Written: one lock file for each environment that a command works on, shared by all users of the machine; "
            f"where there is no /dev/shm, `/tmp/envctl-locks/`. {LOCK_DIR} names another folder.",
        ),
        (
            "$XDG_CACHE_HOME/envctl/",
            "Written: what a dump was found to be, by which the next command need not read it again; without "
            "XDG_CACHE_HOME under `~/.cache`. It may be removed at any time.",
        ),
        (
            "REPOSITORY/.git/envctl/",
            "Written: checkouts of environments that `revive` brought back from a commit which is not checked out; "
            "each goes with its environment.",
        ),
        (
            "/dev/envctl/",
            "Written on the daemon's machine, where there is a pool: a link to the loop device that it lies on. A "
            "restart of that machine takes both away; the next command makes them again.",
        ),
        ("$DOCKER_CONFIG/, ~/.docker/", "Read: Docker's current context; its client reads its credentials there."),
    ]


def variable_rows() -> Rows:
    """Variables that change what envctl does, and those that it sets."""
    return [
        (VARIABLE, "Where images are taken from; wins over the stack file and the machine's settings."),
        (LOCK_DIR, "The folder of locks, one for all who use the same daemon, as between a container and its host."),
        (failure.DEBUG, "`1`: a fault of envctl itself comes with its traceback."),
        ("XDG_RUNTIME_DIR, XDG_CONFIG_HOME, XDG_CACHE_HOME, HOME", "Where the folders above are."),
        ("DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG", "Which daemon, as for Docker's own client."),
        ("NO_COLOR, TERM, CI, COLUMNS", "How it prints: no colour, no lines that are drawn over, how wide."),
        (COMPLETION, "Set by the shell's completion script."),
        (
            "ENVCTL_BRANCH",
            "The branch, or a full ref, that a command without `--env` is for; wins over what git has checked out. "
            "For CI, which checks out a commit.",
        ),
        (
            "ENVCTL_MASK_KEY",
            "The secret that masked data depends on, unless `key` in `[data.NAME.mask]` names another; as every secret "
            "it may stand in `.env` instead.",
        ),
        (
            "ENVCTL_PROJECT, ENVCTL_ENVIRONMENT, ENVCTL_BRANCH",
            "Set in every container of an environment: where it runs.",
        ),
    ]


def file_page() -> list[str]:
    """The page's lines below its heading."""
    return [
        "envctl keeps nothing on disk: what it has to remember is with the daemon, as [labels](labels.md), and what is",
        "kept of a removed environment in a volume there. Files get into such a volume, and out of it, through a",
        f"container that is made from the empty image `{IMAGE}`, never started, and removed at once.",
        "",
        *_table(("file or folder", "what for"), file_rows()),
        "",
        "## Variables",
        "",
        *_table(("variable", "what for"), variable_rows()),
        "",
        "Of the caller's variables only these reach what envctl starts (Docker's client and git), and none of them",
        "reaches a container:",
        ", ".join(f"`{name}`" for name in PASSED_ON) + ".",
        "",
    ]


def _short(path: str) -> str:
    return path.removeprefix("/") if path.startswith(("/$", "/~")) else path


def _table(head: tuple[str, str], rows: Rows) -> list[str]:
    cells = (f"| {', '.join(f'`{n}`' for n in name.split(', '))} | {_cell(what)} |" for name, what in rows)
    return [f"| {head[0]} | {head[1]} |", "|---|---|", *cells]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
