"""Secrets arrive, and are seen nowhere else: not by the daemon, on no disk, in no process list, in no output."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread

import pytest

from envctl.ops.bundles.find import bundles, read
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# Whatever comes before the service, checks its health or is run in it finds the variable.
STACK = f"""
[secrets.FROM_ENV]
from = "env"
[secrets.FROM_DOTENV]
from = "dotenv"
[secrets.MADE]
from = "generated"

[services.app]
image = "python:3.13-slim"
{IDLE}
needs = ["db", "cache"]
secrets = ["FROM_DOTENV"]
env.DATABASE_URL = "${{db.url}}"
env.REDIS_URL = "${{cache.url}}"
env.FROM_ENV = "<${{secrets.FROM_ENV}}>"
env.MADE = "${{secrets.MADE}}"
env.DOTENV_FILE = "${{secrets.FROM_DOTENV.file}}"
env."strange.name" = "it's plain"
before = ["sh", "-c", "test -n \\"$FROM_ENV\\" && test -n \\"$DATABASE_URL\\""]
health = ["sh", "-c", "test -n \\"$FROM_ENV\\""]

[services.other]
image = "python:3.13-slim"
{IDLE}
secrets = ["MADE"]
[services.db]
kind = "postgres"
[services.cache]
kind = "redis"
"""
FROM_ENV = (
    f"canary-{token_hex(8)} 'single' \"double\" $HOME ${{HOME}} $(id) `id` \\n %s naïve 日本語 🙂\nsecond\tline \n"
)
FROM_DOTENV = f'canary-{token_hex(8)} $HOME "double" \\n # no comment 日本語\nsecond line'
PLACES = ("/tmp", "/run", "/var/tmp", "/var/log", str(Path.home()))


@dataclass
class Seen:
    """What other processes could see while envctl ran."""

    texts: set[bytes] = field(default_factory=set)

    def look(self, parent: int) -> None:
        """Every command line there is, and the environment of what envctl started."""
        parents: dict[int, int] = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                self.texts.add((process / "cmdline").read_bytes())
                parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        ours = {parent}
        while more := {pid for pid, above in parents.items() if above in ours} - ours:
            ours |= more
        for pid in ours - {parent}:
            try:
                self.texts.add(Path(f"/proc/{pid}/environ").read_bytes())
            except OSError:
                continue


@dataclass
class Paid:
    """An environment that uses secrets, how it came up, and when."""

    stage: Stage
    seen: Seen
    said: list[str]
    began: Path  # as old as the environment
    secrets: dict[str, str]

    @property
    def canaries(self) -> dict[str, str]:
        """What of each secret is looked for: a part that needs no quoting anywhere."""
        return {name: value.split()[0] for name, value in self.secrets.items()}

    def leaks(self, *texts: str) -> list[str]:
        """The names of the secrets that are in a text."""
        return sorted(name for name, value in self.canaries.items() if any(value in text for text in texts))


@contextmanager
def watched(pid: int, seen: Seen) -> Iterator[None]:
    over = Event()

    def watch() -> None:
        while not over.wait(0.02):
            seen.look(pid)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture(scope="module")
def paid(shared_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Paid:
    """Up, watched from the first moment to the last."""
    stage, seen = shared_stage, Seen()
    quoted = FROM_DOTENV.replace("\\", "\\\\").replace("'", "\\'")
    stage.write(STACK, **{".env": f"FROM_DOTENV='{quoted}'\n"})
    stage.environ["FROM_ENV"] = FROM_ENV
    began = tmp_path_factory.mktemp("before") / "began"
    began.touch()
    with stage.running("up") as process:
        with watched(process.pid, seen):
            said = process.communicate(timeout=180)
        assert 0 == process.returncode, said
    made = stage.inside("other", "cat", "/run/secrets/MADE")[1]
    key = stage.inside("other", "cat", "/run/secrets/.envctl-key")[1]
    env = stage.data("env")
    secrets = {"FROM_ENV": FROM_ENV, "FROM_DOTENV": FROM_DOTENV, "MADE": made, "the key": key}
    secrets |= {"db": env["DB_PASSWORD"], "cache": env["CACHE_PASSWORD"]}
    assert len(set(secrets.values())) == len(secrets) and all(len(value) >= 32 for value in secrets.values())
    return Paid(stage, seen, list(said), began, secrets)


def content(path: str) -> bytes:
    """What is in a file, unless it is gone already."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def variables(stage: Stage, service: str) -> dict[str, str]:
    """What the first process of a container was given, from the kernel."""
    _, told = stage.inside(service, "cat", "/proc/1/environ")
    return dict(entry.partition("=")[::2] for entry in told.split("\0") if entry)


def test_secrets_must_arrive_byte_for_byte(paid: Paid) -> None:
    """As files, and as variables where the stack file asks for it; and variables that a shell would drop too."""
    found = variables(paid.stage, "app")
    assert (f"<{FROM_ENV}>", paid.secrets["MADE"]) == (found["FROM_ENV"], found["MADE"])
    assert "it's plain" == found["strange.name"]
    assert (0, FROM_DOTENV) == paid.stage.inside("app", "cat", found["DOTENV_FILE"])
    assert found["DATABASE_URL"].startswith(f"postgresql://postgres:{paid.secrets['db']}@db:5432/")
    assert (0, FROM_ENV) == paid.stage.inside("app", "cat", "/run/secrets/FROM_ENV")


def test_the_program_must_be_the_first_process_still(paid: Paid) -> None:
    """No shell of ours stays above it, so it gets the signal to end."""
    assert paid.stage.inside("app", "cat", "/proc/1/cmdline")[1].startswith("sh\0-c\0trap exit TERM")


def test_exec_must_see_what_the_service_sees(paid: Paid) -> None:
    """Its status and what is not there are still the command's own."""
    stage = paid.stage
    assert f"<{FROM_ENV}>\n" == stage.did("exec", "app", "printenv", "FROM_ENV").stdout
    assert "it's plain\n" == stage.did("exec", "app", "printenv", "strange.name").stdout
    assert 7 == stage.envctl("exec", "app", "sh", "-c", "exit 7").status
    assert 127 == stage.envctl("exec", "app", "no-such-program").status
    assert 126 == stage.envctl("exec", "app", "/etc/passwd").status


def test_a_service_must_get_its_own_secrets_only(paid: Paid) -> None:
    """What another one uses is not in its container."""
    names = paid.stage.inside("other", "ls", "-A", "/run/secrets")[1].split()
    assert [".envctl-key", "MADE"] == sorted(names)


def test_the_daemon_must_not_know_a_secret(paid: Paid) -> None:
    """Nothing is in what it shows of containers, volumes, networks, images and their history."""
    docker, stage = paid.stage.docker, paid.stage
    containers = [docker.containers.get(id) for id in stage.ids().values()]
    shown = [container.attrs for container in containers]
    shown += [volume.attrs for volume in docker.volumes.list() if str(volume.name).startswith(stage.full())]
    shown += [network.attrs for network in docker.networks.list(names=[stage.full()])]
    images = {str(container.attrs["Image"]) for container in containers}
    shown += [docker.images.get(image).attrs for image in images]
    histories = [docker.images.get(image).history() for image in images]
    assert len(shown) >= 10
    assert [] == paid.leaks(json.dumps(shown, ensure_ascii=False), json.dumps(histories, ensure_ascii=False))


def test_no_secret_must_be_on_the_daemons_disk(paid: Paid) -> None:
    """Not in a container's configuration, log or own layer, and in no volume, a database's own included."""
    docker, stage = paid.stage.docker, paid.stage
    root = str(docker.info()["DockerRootDir"])
    containers = [docker.containers.get(id) for id in stage.ids().values()]
    layers = [str(container.attrs["GraphDriver"]["Data"]["UpperDir"]) for container in containers]
    volumes = [f"{root}/volumes/{stage.full()}_{name}" for name in ("db-data", "cache-data")]
    places = [f"{root}/containers", f"{root}/network", f"{root}/image", *layers, *volumes]
    with_one = stage.folder / "planted"
    with_one.write_text(paid.secrets["db"])
    mounts = [word for place in [*places, str(with_one)] for word in ("--volume", f"{place}:/seen{place}:ro")]
    image = str(containers[0].attrs["Config"]["Image"])
    grep = ("grep", "--recursive", "--files-with-matches", "--fixed-strings", "--file=-", "/seen")
    ran = subprocess.run(
        ("docker", "run", "--rm", "--interactive", "--network=none", "--entrypoint=", *mounts, image, *grep),
        input="\n".join(paid.canaries.values()).encode(),
        capture_output=True,
        check=False,
    )
    with_one.unlink()
    assert [f"/seen{with_one}"] == ran.stdout.decode().splitlines(), ran.stderr.decode()


def test_no_secret_must_be_on_the_users_disk(paid: Paid) -> None:
    """In nothing that was written since, but the file in memory; nor is the Compose project."""
    stage = paid.stage
    project = f'"container_name": "{stage.full()}_app"'
    (stage.folder / "planted").write_text(project)
    find = ("find", *PLACES, "-xdev", "-type", "f", "-newer", str(paid.began), "-size", "-20M", "-print0")
    written = subprocess.run(find, capture_output=True, check=False).stdout.decode().split("\0")
    needles = [needle.encode() for needle in (*paid.canaries.values(), project)]
    found = {path for path in written if path and any(needle in content(path) for needle in needles)}
    (stage.folder / "planted").unlink()
    assert {str(stage.folder / "planted")} == found


def test_the_files_must_be_for_nobody_else(paid: Paid) -> None:
    """They lie in memory, in folders that only their owner enters, and are not written to."""
    files = [path for path in paid.stage.runtime.glob("envctl/environments/*/*/*") if path.is_file()]
    assert len(files) >= 8
    for path in files:
        assert 0o444 == path.stat().st_mode & 0o777
        assert {0o700} == {folder.stat().st_mode & 0o777 for folder in list(path.parents)[:4]}
    kind = subprocess.run(("stat", "--file-system", "--format=%T", files[0]), capture_output=True, check=True).stdout
    assert b"tmpfs\n" == kind


def test_no_process_must_show_a_secret(paid: Paid) -> None:
    """In no argument of any program, and in the environment of none that envctl started."""
    seen = b"\n".join(paid.seen.texts).decode("utf-8", "replace")
    assert str(paid.stage.folder) in seen, "something was seen"
    assert [] == paid.leaks(seen)


def test_nothing_that_is_said_must_hold_a_secret(paid: Paid) -> None:
    """Neither for people nor as JSON; `env` shows how the stores are reached, which it is for, and no secret."""
    stage = paid.stage
    commands = (["up"], ["plan"], ["status"], ["ls"], ["urls"], ["config"], ["logs"], ["version"], ["schema"])
    ran = [stage.did(*words, *json) for words in commands for json in ((), ("--json",))]
    assert [] == paid.leaks(*paid.said, *(text for each in ran for text in (each.stdout, each.stderr)))
    env = stage.did("env")
    assert ["cache", "db"] == paid.leaks(env.stdout, env.stderr)


def test_a_failed_up_must_not_say_a_secret(paid: Paid) -> None:
    """Whatever it complains of: a program that ends, one that is not there, a variable that is not set."""
    stage, before = paid.stage, paid.stage.ids()
    said = []
    for broken, status in (
        (STACK.replace(IDLE, 'command = ["false"]', 1), 8),
        (STACK.replace(IDLE, 'command = ["no-such-program"]', 1), 8),
        (STACK.replace("db.url", "db.ulr"), 3),
        (STACK.replace('from = "env"', 'from = "canary-value"'), 3),
    ):
        stage.write(broken)
        envelope = stage.refused(status, "up")
        said.append(json.dumps(envelope, ensure_ascii=False))
        ran = stage.envctl("up")
        said += [ran.stdout, ran.stderr]
    assert [] == paid.leaks(*said)
    assert "canary-value" not in "".join(said)
    stage.write(STACK)
    stage.up()
    assert {name: id for name, id in before.items() if not name.startswith("app")}.items() <= stage.ids().items()


def test_a_missing_secret_must_change_nothing(paid: Paid) -> None:
    """All that are missing are named at once, with status 5, before anything is touched."""
    stage, before = paid.stage, paid.stage.ids()
    (stage.folder / ".env").rename(stage.folder / "elsewhere")
    value = stage.environ.pop("FROM_ENV")
    error = stage.refused(5, "up")["error"]
    stage.environ["FROM_ENV"] = value
    (stage.folder / "elsewhere").rename(stage.folder / ".env")
    assert [
        "FROM_ENV: the variable FROM_ENV is not set here",
        f"FROM_DOTENV: there is no {(stage.folder / '.env').resolve()}",
    ] == sorted(error["details"], reverse=True)
    assert before == stage.ids()
    assert [] == stage.up()["steps"]


def test_a_changed_secret_must_recreate_what_uses_it(paid: Paid) -> None:
    """And nothing else; what is generated stays as it is, and the new value is there."""
    stage, before = paid.stage, paid.stage.ids()
    stage.environ["FROM_ENV"] = "changed"
    steps = [step["step"] for step in stage.up()["steps"]]
    assert "start app" in steps
    after = stage.ids()
    assert {"app", "app-before"} == {name for name in before if before[name] != after[name]}
    found = variables(stage, "app")
    assert ("<changed>", paid.secrets["MADE"]) == (found["FROM_ENV"], found["MADE"])
    stage.environ["FROM_ENV"] = FROM_ENV
    stage.up()


def test_after_a_reboot_up_must_bring_secrets_back(paid: Paid) -> None:
    """The memory is empty and the containers are stopped: those provided are the same, what was made is made anew."""
    stage = paid.stage
    for id in stage.ids().values():
        stage.docker.containers.get(id).stop(timeout=1)
    for path in stage.runtime.glob("envctl/environments/**/*"):
        if path.is_file():
            path.unlink()
    assert "running" == stage.up()["state"]
    found = variables(stage, "app")
    assert (f"<{FROM_ENV}>", stage.inside("other", "cat", "/run/secrets/MADE")[1]) == (found["FROM_ENV"], found["MADE"])
    assert stage.data("env")["DB_PASSWORD"] in found["DATABASE_URL"]
    assert [] == stage.up()["steps"]


def test_what_is_no_more_used_must_go(paid: Paid) -> None:
    """A secret that left the stack file is in no container and in no memory; `down` leaves none at all."""
    stage = paid.stage
    fewer = STACK.replace('secrets = ["MADE"]\n', "").replace('secrets = ["FROM_DOTENV"]\n', "")
    stage.write(fewer.replace('env.DOTENV_FILE = "${secrets.FROM_DOTENV.file}"\n', ""))
    stage.up()
    assert 0 != stage.inside("other", "ls", "/run/secrets")[0]
    assert 0 != stage.inside("app", "cat", "/run/secrets/FROM_DOTENV")[0]
    left = {path.parent.name: path.name for path in stage.runtime.glob("envctl/environments/*/*/*")}
    assert "other" not in left
    assert [] == list(stage.runtime.glob("envctl/environments/*/app/FROM_DOTENV"))
    ran = stage.did("down")
    assert [] == paid.leaks(ran.stdout, ran.stderr)
    assert [] == list(stage.runtime.glob("envctl/environments/*"))


def test_what_is_kept_of_the_dead_must_not_hold_a_secret(paid: Paid) -> None:
    """Not even where a service printed all it knew: neither in the bundle nor in what is said of it."""
    stage = paid.stage
    told = 'echo "$FROM_ENV"; echo "$DATABASE_URL" "$REDIS_URL" >&2; echo "$MADE"; cat "$DOTENV_FILE"; echo no secret'
    chatty = IDLE.replace("trap exit TERM", told.replace('"', '\\"') + "; trap exit TERM")
    stage.write(STACK.replace(IDLE, chatty, 1))
    stage.up()
    known = dict(paid.secrets)
    known["MADE"] = stage.inside("other", "cat", "/run/secrets/MADE")[1]
    env = stage.data("env")
    known |= {"db": env["DB_PASSWORD"], "cache": env["CACHE_PASSWORD"]}
    printed = stage.did("logs", "app").stdout
    looked_for = Paid(stage, paid.seen, [], paid.began, known)
    assert {"FROM_ENV", "FROM_DOTENV", "MADE", "db", "cache"} == set(looked_for.leaks(printed)), "it did print them"
    stage.did("down")
    world = stage.here().world
    kept = [bundle for bundle in bundles(world, stage.project) if bundle.identity.full == stage.full()]
    files = [content.decode("utf-8", "replace") for bundle in kept for content in read(world, bundle).files.values()]
    assert "no secret" in "".join(files)
    labelled = json.dumps([v.attrs for v in stage.docker.volumes.list(filters=stage.mine())], ensure_ascii=False)
    asked = (["logs"], ["inspect", stage.name])
    said = [stage.did(*words, *how).stdout for words in asked for how in ((), ("--json",))]
    assert [] == looked_for.leaks(*files, labelled, *said)


def test_an_image_without_a_shell_must_be_told_apart(stage: Stage) -> None:
    """The error says what is missing and names the key that does without it; `inspect` shows the variable then."""
    key = '[secrets.KEY]\n[services.bare]\nbuild = "bare"\nenv.KEY = "${secrets.KEY}"\n'
    stage.write(key, bare__Dockerfile='FROM scratch\nCOPY Dockerfile /it\nENTRYPOINT ["/it"]\n')
    error = stage.refused(8, "up")["error"]
    assert "bare could not be started" in error["message"]
    assert "services.bare.plain_env = true" in error["hint"]
    bare = f'[services.bare]\nimage = "python:3.13-slim"\n{IDLE}\nenv.KEY = "${{secrets.KEY}}"\nplain_env = true\n'
    stage.write(f"[secrets.KEY]\n{bare}")
    stage.up()
    _, value = stage.inside("bare", "cat", "/run/secrets/KEY")
    assert f"KEY={value}" in stage.container("bare").attrs["Config"]["Env"]
    assert [] == stage.up()["steps"]
