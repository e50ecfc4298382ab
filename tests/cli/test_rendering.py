"""What people see: the result on stdout, the talk on stderr."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import asdict

import pytest

from envctl.cli.config import toml
from envctl.cli.env import Format, setting_lines
from envctl.errors import EnvctlError, Exit
from envctl.reports.down import WentDown
from envctl.reports.left import LeftAlone
from envctl.reports.ls import Listing
from envctl.reports.plan import Planned
from envctl.reports.seed import Seeded
from envctl.reports.status import Status
from envctl.reports.up import CameUp, StartedFrom
from envctl.reports.urls import Urls
from tests.cli.made_up import LINE, STATUS, Envctl, Ops

HEAD = "shop / feature-a-1a2b3c (branch feature/a): running"
TABLE = """\
SERVICE   KIND       STATE        HEALTH    ADDRESS
db        postgres   running      healthy   127.0.0.1:41001
web       app        running      healthy   http://127.0.0.1:41002
worker    app        exited (3)   -         -
"""


def test_up_shows_services_and_what_to_do_next(envctl: Envctl) -> None:
    """The table is the result; how long it took and what to do next is talk."""
    ran = envctl("up")
    assert (0, f"{HEAD}\n\n{TABLE}") == (ran.status, ran.out)
    assert "Up in 12.3 s." in ran.err
    assert "  http://127.0.0.1:41002   open web\n" in ran.err
    assert "  envctl logs -f " in ran.err


def test_what_to_do_next_means_the_same_environment(envctl: Envctl) -> None:
    """The commands that `up` proposes carry the environment and the stack file it was called with."""
    ran = envctl("up", "--env", "demo", "--file", "my stack.toml")
    assert "envctl logs --env demo --file 'my stack.toml' -f " in ran.err
    assert "envctl down --env demo --file 'my stack.toml' " in ran.err


@pytest.mark.parametrize(
    ("words", "op"), [(["up", "--from", "main-0a"], "up_from.up_from"), (["fork", "main-0a", "new"], "fork.fork")]
)
def test_what_new_data_started_from_is_said(envctl: Envctl, ops: Ops, words: list[str], op: str) -> None:
    """In the same words and keys by both commands; how long an environment was away where it was."""
    assert "The environment shop/main-0a was away for 1.2 s." in envctl(*words).err
    assert "0123456789abcdef" * 2 == envctl(*words, "--json").envelope["data"]["snapshot"]["address"]
    ops.answers[op] = CameUp(STATUS, (), 1.0, snapshot=StartedFrom("1a" * 16, "first", "dump catalogue"))
    assert "away" not in envctl(*words).err
    assert {op} == set(ops.calls)


def test_up_without_anything_to_do_says_so(envctl: Envctl, ops: Ops) -> None:
    """Up twice is up once, and says that it was."""
    ops.answers["up.up"] = CameUp(STATUS, (), 0.4)
    assert "Already up: nothing was to do." in envctl("up").err


def test_quiet_leaves_the_result_alone(envctl: Envctl) -> None:
    """--quiet prints the result and nothing else."""
    ran = envctl("up", "--quiet")
    assert (f"{HEAD}\n\n{TABLE}", "") == (ran.out, ran.err)


@pytest.mark.parametrize("words", [["plan"], ["up", "--dry-run"]])
def test_a_plan_is_one_line_a_step(envctl: Envctl, ops: Ops, words: list[str]) -> None:
    """Each step stands beside its cause, an empty plan says that there is nothing to do, and nothing is done."""
    assert "create network   absent\nstart db         new\n" == envctl(*words).out
    ops.answers["plan.plan"] = Planned("a", "shop", None, ())
    assert "nothing to do\n" == envctl(*words).out
    assert {"plan.plan"} == set(ops.calls)


@pytest.mark.parametrize(("words", "op"), [(["up"], "up.up"), (["up", "--dry-run"], "plan.plan")])
def test_build_reaches_what_is_done_and_what_is_planned(envctl: Envctl, ops: Ops, words: list[str], op: str) -> None:
    """--build is for the plan as for the deed."""
    envctl(*words)
    assert ops.calls[op][1]["rebuild"] is False
    envctl(*words, "--build")
    assert ops.calls[op][1]["rebuild"] is True


@pytest.mark.parametrize("command", ["up", "down", "seed"])
def test_who_does_not_want_to_wait_does_not(envctl: Envctl, ops: Ops, command: str) -> None:
    """--no-wait is passed on; an environment that is locked is status 6, with its holder in the data."""
    op = ops.behind(command)
    envctl(command)
    assert ops.calls[op][1]["wait"] is True
    ops.answers[op] = EnvctlError(Exit.LOCKED, "shop_main is locked", data={"holder": {"user": "alice"}})
    ran = envctl(command, "--no-wait", "--json")
    assert ops.calls[op][1]["wait"] is False
    assert (6, "locked", "alice") == (
        ran.status, ran.envelope["error"]["code"], ran.envelope["data"]["holder"]["user"]
    )  # fmt: skip


def test_down_names_what_it_left_alone(envctl: Envctl, ops: Ops) -> None:
    """On stderr and in the document, and succeeds; a dry run says that it is one."""
    left = LeftAlone("volume", "shop_a_\x1bdata", "it has no labels of ours")
    ops.answers["down.down"] = WentDown("a", "shop", True, ("network shop_a",), (left,), dry_run=True)
    ran = envctl("down", "--dry-run")
    assert (0, "shop / a would go down, removing:\n  network shop_a\n") == (ran.status, ran.out)
    assert "left alone: volume shop_a_" in ran.err
    assert "\x1b" not in ran.err
    assert ops.calls["down.down"][1]["dry_run"] is True
    assert [asdict(left)] == envctl("down", "--json").envelope["data"]["left"]


def test_other_checkouts_are_named(envctl: Envctl, ops: Ops) -> None:
    """By `up`, and by those who only say what it would do."""
    ops.answers["up.up"] = CameUp(STATUS, (), 1.0, ("/a/folder",))
    ops.answers["plan.plan"] = Planned("a", "shop", None, (), ("/a/folder",))
    for words in (["up"], ["up", "--dry-run"], ["plan"]):
        assert "brought up from /a/folder before" in envctl(*words).err
        assert ["/a/folder"] == envctl(*words, "--json").envelope["data"]["other_folders"]


def test_down_names_what_it_removed(envctl: Envctl, ops: Ops) -> None:
    """`down` lists what is gone; of something absent it says that it is, and succeeds."""
    assert "shop / feature-a-1a2b3c is down, removed:\n  container shop-db\n  network shop\n" == envctl("down").out
    ops.answers["down.down"] = WentDown("a", "shop", existed=False)
    ran = envctl("down")
    assert (0, "shop / a is not there: nothing to remove\n") == (ran.status, ran.out)


def test_seed_says_what_went_where(envctl: Envctl, ops: Ops) -> None:
    """One line a database, and only those that were named are filled."""
    ran = envctl("seed", "db")
    assert "db   filled with catalogue   data/shop.dump   3.2 s\n" == ran.out
    assert ("HERE", ("db",)) == ops.calls["seed.seed"][0]
    ops.answers["seed.seed"] = Seeded("a", ())
    assert "nothing to fill" in envctl("seed").out


def test_seed_dry_run_plans_and_nothing_else(envctl: Envctl, ops: Ops) -> None:
    """It prints the steps of the databases that were named, and fills none."""
    ran = envctl("seed", "db", "--dry-run")
    assert "create network   absent\nstart db         new\n" == ran.out
    assert ("HERE", ("db",)) == ops.calls["seed.plan_seed"][0]
    assert {"seed.plan_seed"} == set(ops.calls)


def test_ls_has_a_line_for_each_environment(envctl: Envctl, ops: Ops) -> None:
    """Columns without frames; nothing at all on stdout where there is nothing."""
    header, row = envctl("ls").out.splitlines()
    assert ["NAME", "PROJECT", "BRANCH", "STATE", "RUNNING", "AGE", "EXPIRES"] == header.split()
    assert ["main-0a", "shop", "-", "partial", "2/3"] == row.split()[:5]
    ops.answers["ls.ls"] = Listing(())
    ran = envctl("ls")
    assert (0, "") == (ran.status, ran.out)
    assert "There is no environment." in ran.err


def test_ls_can_be_of_one_project(envctl: Envctl, ops: Ops) -> None:
    """--project is handed on; without it all are meant."""
    envctl("ls", "--project", "shop")
    assert ("HERE", "shop") == ops.calls["ls.ls"][0]
    envctl("ls")
    assert ("HERE", None) == ops.calls["ls.ls"][0]


def test_status_of_something_absent_says_how_to_make_it(envctl: Envctl, ops: Ops) -> None:
    """An absent environment has no table but a next step."""
    ops.answers["status.status"] = Status("a", "shop", None, "absent")
    ran = envctl("status", "-e", "a")
    assert (0, "shop / a: absent\n") == (ran.status, ran.out)
    assert "envctl up --env a" in ran.err


def test_status_shows_the_table(envctl: Envctl) -> None:
    """The same table that `up` ends with."""
    assert f"{HEAD}\n\n{TABLE}" == envctl("status").out


def test_urls_are_one_a_line(envctl: Envctl, ops: Ops) -> None:
    """Service and URL; without any, stdout stays empty and stderr says how to get one."""
    assert "web   http://127.0.0.1:41002\n" == envctl("urls").out
    ops.answers["urls.urls"] = Urls(())
    ran = envctl("urls")
    assert "" == ran.out
    assert "public = true" in ran.err


AWKWARD = {"A": "plain", "B": "it's", "C": '$HOME `id` \\ "x"', "D": "two\nlines", "E": ""}


def test_a_shell_reads_env_back_unchanged() -> None:
    """Whatever a value holds, `eval` gives it back and runs nothing."""
    script = "\n".join(setting_lines(AWKWARD, Format.SHELL)) + "\nenv -0"
    said = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, check=True).stdout.decode()
    read = dict(entry.split("=", 1) for entry in said.split("\0") if entry)
    assert AWKWARD == {name: read[name] for name in AWKWARD}


def test_dotenv_is_bare_where_it_may_be() -> None:
    """Plain values stand bare, all others in single quotes, where readers replace nothing."""
    assert ["A=http://x:1/?a=b", r"B='it\'s $HOME'", "C="] == setting_lines(
        {"A": "http://x:1/?a=b", "B": "it's $HOME", "C": ""}, Format.DOTENV
    )


def test_env_formats(envctl: Envctl) -> None:
    """Shell is the default; JSON as a format is the flat object, without the envelope."""
    assert "export DB_HOST=127.0.0.1\nexport DB_PASSWORD='it'\"'\"'s $HOME'\n" == envctl("env").out
    assert "DB_HOST=127.0.0.1" in envctl("env", "--format", "dotenv").out
    assert {"DB_HOST": "127.0.0.1", "DB_PASSWORD": "it's $HOME"} == envctl("env", "--format", "json").envelope
    assert 2 == envctl("env", "--format", "xml").status


def test_what_is_gone_has_a_list_of_its_own(envctl: Envctl) -> None:
    """Why it went, until when what is left of it is kept, and how to look at it."""
    ran = envctl("ls", "--removed")
    assert ["a", "shop", "feature/a"] == ran.out.splitlines()[1].split()[:3]
    assert ran.out.splitlines()[1].endswith("4.2 KiB")
    assert "`envctl logs shop/a`" in ran.err


def test_inspect_shows_how_it_ended(envctl: Envctl) -> None:
    """Exit status, the last health check, a log that was cut; what a check printed cannot move the cursor."""
    out = envctl("inspect", "a").out
    assert "shop / a (branch feature/a): removed" == out.splitlines()[0]
    assert "exited (3), out of memory" in out
    assert "the last health check, 2026" in out
    assert "  | no answer" in out
    assert "\x1b" not in out
    assert "only its last 10.0 MiB are kept" in out


def test_down_says_where_its_logs_are(envctl: Envctl, ops: Ops) -> None:
    """Or why they are nowhere."""
    kept = WentDown("a", "shop", True, ("container a",), bundle="b", until="2026-01-10T00:00:00+00:00")
    ops.answers["down.down"] = kept
    assert "`envctl logs --env a` shows them" in envctl("down").err
    ops.answers["down.down"] = WentDown("a", "shop", True, ("container a",), complaint="no space is left")
    assert "not kept: no space is left" in envctl("down", "--no-bundle").err
    assert {"dry_run": False, "wait": True, "keep": False} == ops.calls["down.down"][1]


def test_logs_have_the_service_in_front(envctl: Envctl, ops: Ops) -> None:
    """Each line says whose it is; -t says when, and the options reach the op."""
    assert "api | ready\nworker | oops\n" == envctl("logs").out
    ran = envctl("logs", "api", "worker", "-f", "-t", "--since", "10m", "--tail", "5")
    assert "api    | 2026-01-02T03:04:05Z ready" == ran.out.splitlines()[0]
    (_, services), options = ops.calls["logs.logs"]
    assert (("api", "worker"), {"follow": True, "since": "10m", "tail": 5}) == (services, options)
    assert 2 == envctl("logs", "--tail", "-1").status


def test_following_ends_with_ctrl_c(envctl: Envctl, ops: Ops) -> None:
    """Ctrl-C is how `logs -f` is ended: 130 and no word about it; without -f it is an interrupt like any other."""

    def interrupted(*_args: object, **_named: object) -> object:
        yield LINE
        raise KeyboardInterrupt

    ops.answers["logs.logs"] = interrupted
    assert (130, "api | ready\n", "db  waiting for healthy\n") == tuple(vars(envctl("logs", "-f")).values())
    ran = envctl("logs")
    assert 130 == ran.status
    assert "error: interrupted" in ran.err


def test_config_says_where_each_value_comes_from(envctl: Envctl, ops: Ops) -> None:
    """`key = value`, then the origin as a comment; the file on top."""
    assert '# envctl.toml\nservices.db.version = "17"  # default\n' == envctl("config").out
    envctl("config", "--file", "x.toml")
    assert "x.toml" == str(ops.calls["config.config"][0][0])


def test_toml_values() -> None:
    """Values look as they would in the stack file."""
    assert '["a", { x = 1, "y z" = true }, 1.5, {}]' == toml(["a", {"x": 1, "y z": True}, 1.5, {}])


def test_schema_is_the_schema_itself(envctl: Envctl) -> None:
    """Without --json the document can be given to an editor as it is."""
    assert "object" == envctl("schema").envelope["type"]


def test_an_error_says_what_and_what_next(envctl: Envctl, ops: Ops) -> None:
    """What happened, the evidence, what stayed, what to do: on stderr, with nothing on stdout."""
    ops.answers["up.up"] = EnvctlError(
        Exit.UNHEALTHY,
        "db exited",
        details=("db | \x1b[31mFATAL\x1b[0m\tno space", "\x1b[2Jx\x07"),
        unchanged="What runs was left running.",
        hint="envctl logs db",
    )
    ran = envctl("up", "--quiet")
    assert (8, "") == (ran.status, ran.out)
    assert "error: db exited\n  db | FATAL  no space\n  x�\nWhat runs was left running.\nenvctl logs db\n" == ran.err


def test_an_error_moves_no_cursor(envctl: Envctl, ops: Ops) -> None:
    """It may say what another server, a file or a label said."""
    ops.answers["up.up"] = EnvctlError(Exit.DATA_REFUSED, "no \x1b]0;x\x07", unchanged="\x1bc", hint="\x1b[2Jagain")
    assert "error: no �]0;x�\n�c\nagain\n" == envctl("up", "--quiet").err


def test_a_fault_of_ours_keeps_its_words_to_itself(envctl: Envctl, ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen failure shows its kind and place; the traceback comes only on request."""
    ops.answers["up.up"] = RuntimeError("hunter2")
    ran = envctl("up")
    assert (1, "") == (ran.status, ran.out)
    assert "RuntimeError" in ran.err
    assert "hunter2" not in ran.err
    monkeypatch.setenv("ENVCTL_DEBUG", "1")
    assert "RuntimeError: hunter2" in envctl("up").err


def test_commands_can_be_pasted(envctl: Envctl, ops: Ops) -> None:
    """What `up` proposes is accepted by envctl itself."""
    proposed = [line.split("   ")[0].strip() for line in envctl("up", "-e", "x").err.splitlines() if "envctl" in line]
    assert 3 == len(proposed)
    for line in proposed:
        assert 0 == envctl(*shlex.split(line)[1:]).status
