"""Values of the stack file arrive byte for byte, and nothing of the caller's shell arrives with them."""

from __future__ import annotations

import json

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

VALUES = {
    "PLAIN": "plain",
    "EMPTY": "",
    "BLANKS": "  leading and trailing\t ",
    "DOLLAR": "$5 and $$ and $$$",
    "VARIABLE": "$HOME ${HOME} ${HOME:-no} ${HOME:?no} $AWS_SECRET_ACCESS_KEY ${AWS_SECRET_ACCESS_KEY}",
    "COMMAND": "$(id) `id` ; id | id & id > /dev/null",
    "PERCENT": "100 % %s %(name)s %%",
    "QUOTES": "'single' \"double\" `back` ''' \"\"\"",
    "BACKSLASHES": "\\ \\\\ \\n \\u0041 C:\\temp\\",
    "LINES": "first\nsecond\r\n\n\tfourth\n",
    "UNICODE": "naïve 日本語 🙂 \u200b\u2028é e\u0301",
    "CONTROL": "\x01\x1b[31m\x7f",
    "EQUALS": "=a=b=",
    "HASH": "# no comment",
    "BRACES": "{{ .Name }} {% raw %} #{x} <%= y %>",
    "YAML": "- !!str yes: no ~ null 0x10 1e3",
    "LONG": "x" * 30_000,
    "lower.case-Name": "names may hold . and -",
}
# What a developer's shell and a `.env` file beside the stack file may hold.
SHELL = {
    "AWS_SECRET_ACCESS_KEY": "real-key",
    "DATABASE_URL": "postgresql://production",
    "DB_PASSWORD": "real-password",
    "PLAIN": "from the shell",
    "COMPOSE_PROJECT_NAME": "evil",
    "COMPOSE_FILE": "evil.yaml",
    "COMPOSE_PROFILES": "evil",
    "COMPOSE_ENV_FILES": "evil.env",
    "COMPOSE_DISABLE_ENV_FILE": "no",
    "COMPOSE_REMOVE_ORPHANS": "1",
    "DOCKER_DEFAULT_PLATFORM": "linux/none",
    "BUILDX_BUILDER": "evil",
    "POSTGRES_PASSWORD": "real-password",
}


@pytest.fixture(scope="module")
def app(shared_stage: Stage) -> Stage:
    """An app with all these values, brought up from a shell with all those variables."""
    env = "".join(f"{json.dumps(name)} = {_toml(value)}\n" for name, value in VALUES.items())
    app = f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}\n[services.app.env]\n{env}'
    shared_stage.write(f'{app}[services.db]\nkind = "postgres"\n')
    dotenv = "".join(f"{name}={value}\n" for name, value in SHELL.items())
    (shared_stage.folder / ".env").write_text(f"{dotenv}FROM_DOTENV=real-key\n")
    shared_stage.up(env=SHELL)
    return shared_stage


def _toml(value: str) -> str:
    """A basic string: TOML's escapes are JSON's, but for characters outside the BMP and DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def environment(stage: Stage, service: str) -> dict[str, str]:
    """What the first process of a container was given, from the kernel."""
    _, told = stage.inside(service, "cat", "/proc/1/environ")
    return dict(entry.partition("=")[::2] for entry in told.split("\0") if entry)


def test_values_must_arrive_byte_for_byte(app: Stage) -> None:
    """Dollars, quotes, backslashes, line breaks and blanks mean nothing to anybody on the way."""
    found = environment(app, "app")
    assert {name: found.get(name) for name in VALUES} == VALUES


def test_the_shell_must_not_leak(app: Stage) -> None:
    """No variable of the caller's shell or of a `.env` file is in any container."""
    own = {"ENVCTL_PROJECT": app.project, "ENVCTL_ENVIRONMENT": app.name, "ENVCTL_BRANCH": ""}
    image = app.docker.images.get(str(app.container("app").attrs["Config"]["Image"])).attrs["Config"]["Env"]
    allowed = {*VALUES, *own, "HOME", "HOSTNAME", "PWD", *(entry.partition("=")[0] for entry in image)}
    found = environment(app, "app")
    assert set() == set(found) - allowed
    assert own.items() <= found.items()
    for entry in ("real-key", "real-password", "postgresql://production"):
        assert entry not in json.dumps([app.container(service).attrs for service in ("app", "db")])


def test_the_shell_must_not_change_names(app: Stage) -> None:
    """COMPOSE_PROJECT_NAME and the like change neither a name nor what a later `up` finds."""
    assert {f"container {app.full()}_app", f"container {app.full()}_db"} < app.objects()
    assert app.full() == app.container("app").labels["com.docker.compose.project"]
    assert [] == app.up()["steps"]


def test_passwords_must_not_be_in_a_store_s_inspect(app: Stage) -> None:
    """What `docker inspect` shows of a store does not hold its password."""
    password = app.data("env")["DB_PASSWORD"]
    assert password not in json.dumps(app.container("db").attrs)
