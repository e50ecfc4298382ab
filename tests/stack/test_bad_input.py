"""Bad stack files, and exactly what is said about them."""

from __future__ import annotations

import pytest

from envctl.errors import EnvctlError
from tests.stack.conftest import Read, Refusal, Write

SERVICES = "services are: api, db"
STACK = """
[services.api]
image = "acme/api:1"
port = 8000
{api}
[services.db]
kind = "postgres"
{db}
{rest}
"""


def stack(api: str = "", db: str = "", rest: str = "") -> str:
    """A small stack with something wrong at line 6 (api), 9 (db) or 10."""
    return STACK.format(api=api, db=db, rest=rest)


SUBSET = '[data.live]\nfrom = "live"\nurl = "STAGING"\n[data.live.mask]\n[data.live.subset]'
CASES = {
    "a port out of range": (
        stack(rest="[services.web]\nimage = 'a'\nport = 99999"),
        "envctl.toml:13: services.web.port: 99999 is not a port (1–65535)",
    ),
    "a port as text": (
        stack(rest="[services.web]\nimage = 'a'\nport = '3000'"),
        "envctl.toml:13: services.web.port: must be a whole number, not text (write it without quotes)",
    ),
    "an unknown key": (
        stack(api='comand = "run"'),
        "envctl.toml:7: services.api.comand: unknown key; did you mean command?",
    ),
    "an unknown key that is like none": (
        stack(db="zzz = 1"),
        "envctl.toml:10: services.db.zzz: unknown key "
        "(known here: kind, needs, limits, version, image, database, user, data, settings)",
    ),
    "an unknown key deeper down": (
        stack(api='health = { pth = "/", timeout = "1s" }'),
        "envctl.toml:7: services.api.health.pth: unknown key; did you mean path?",
    ),
    "a key of another kind": (
        stack(db='topics = { a = 1 }'),
        "envctl.toml:10: services.db.topics: unknown key "
        "(known here: kind, needs, limits, version, image, database, user, data, settings)",
    ),
    "an unknown section": (
        stack(rest="[service.web]\nimage = 'a'"),
        "envctl.toml:11: service: unknown section; did you mean services?",
    ),
    "an unknown kind": (
        stack(rest='[services.q]\nkind = "postgresql"'),
        "envctl.toml:12: services.q.kind: there is no kind 'postgresql'; did you mean postgres? "
        "(kinds are: app, postgres, kafka, redis)",
    ),
    "a need that is not there": (
        stack(api='needs = ["db", "dbs"]'),
        f"envctl.toml:7: services.api.needs[1]: there is no service 'dbs'; did you mean db? ({SERVICES})",
    ),
    "a need named twice": (
        stack(api='needs = ["db", "db"]'),
        "envctl.toml:7: services.api.needs[1]: db is there already (name it once)",
    ),
    "a need of itself": (
        stack(api='needs = ["api"]'),
        "envctl.toml:7: services.api.needs: a cycle that could never start: api → api",
    ),
    "a cycle": (
        stack(api='needs = ["db"]', db='needs = ["api"]'),
        "envctl.toml:7: services.api.needs: a cycle that could never start: api → db → api",
    ),
    "a reference to no service": (
        stack(api='env.X = "a ${dbs.url}"'),
        "envctl.toml:7: services.api.env.X: ${dbs.url}: there is no service 'dbs'; did you mean db? "
        f"({SERVICES}; write $${{dbs.url}} if the text itself is meant)",
    ),
    "a reference to no attribute": (
        stack(api='env.X = "${db.ulr}"'),
        "envctl.toml:7: services.api.env.X: ${db.ulr}: db has no attribute 'ulr'; did you mean url? (it has: url, "
        "host, port, address, user, password, database; write $${db.ulr} if the text itself is meant)",
    ),
    "a reference to what has no port": (
        stack(rest='[services.w]\nimage = "a"\nenv.X = "${w.url}"'),
        "envctl.toml:13: services.w.env.X: ${w.url}: w has no port, so it cannot be reached (give it a port)",
    ),
    "a reference where none is answered": (
        stack(api='command = ["sh", "-c", "psql ${db.url}"]'),
        "envctl.toml:7: services.api.command[2]: references are answered in env only "
        '(refer to it in env and write "$NAME" in a shell: command = ["sh", "-c", "…"])',
    ),
    "data that is not there": (
        stack(db='data = "catalog"', rest='[data.catalogue]\nfrom = "dump"\npath = "x"'),
        "envctl.toml:10: services.db.data: there is no [data.catalog]; did you mean catalogue? "
        "(data sections are: catalogue)",
    ),
    "data from nowhere known": (
        stack(rest='[data.catalogue]\nfrom = "dmup"\npath = "x"'),
        "envctl.toml:12: data.catalogue.from: data cannot come from 'dmup'; did you mean dump? "
        "(known: dump, backup, live, rows, synthetic, csv)",
    ),
    "data that says not from where": (
        stack(rest='[data.catalogue]\npath = "x"'),
        "envctl.toml:11: data.catalogue.from: is missing (known: dump, backup, live, rows, synthetic, csv)",
    ),
    "data from a number": (
        stack(rest="[data.catalogue]\nfrom = 1"),
        "envctl.toml:12: data.catalogue.from: must be text, not a number "
        "(known: dump, backup, live, rows, synthetic, csv)",
    ),
    "data that is no table": (
        stack(rest='[data]\ncatalogue = "live"'),
        "envctl.toml:12: data.catalogue: must be a table, not text (write [data.catalogue])",
    ),
    "a live server's data by its URL": (
        stack(rest='[data.live]\nfrom = "live"\nurl = "postgresql://ann:pw@db.example.com/shop"'),
        "envctl.toml:13: data.live.url: is not the name of a secret (no URL belongs into this file: write the name "
        "of a variable, and the URL into .env or [secrets.NAME])",
    ),
    "a live server's data without its URL": (
        stack(rest='[data.live]\nfrom = "live"'),
        "envctl.toml:11: data.live.url: is missing",
    ),
    "a live server's data by a random URL": (
        stack(rest='[data.live]\nfrom = "live"\nurl = "STAGING"\n[secrets.STAGING]'),
        "envctl.toml:13: data.live.url: STAGING is a random secret, and no server is found by it "
        '(write from = "env" or "dotenv" in [secrets.STAGING], or take that section out)',
    ),
    "a method that is none": (
        stack(rest='[data.live]\nfrom = "live"\nurl = "STAGING"\nmethod = "magic"'),
        'envctl.toml:14: data.live.method: must be "logical" or "physical"',
    ),
    "a live server's data from a path": (
        stack(rest='[data.live]\nfrom = "live"\nurl = "STAGING"\npath = "x"'),
        "envctl.toml:14: data.live.path: unknown key (known here: from, url, method, mask, subset)",
    ),
    "a subset without a mask": (
        stack(rest='[data.live]\nfrom = "live"\nurl = "STAGING"\n[data.live.subset]\norders = "id > 1"'),
        "envctl.toml:14: data.live.subset: rows are only chosen where they are masked (write [data.live.mask] "
        'beside it; with unlisted = "keep" nothing is masked but what it says)',
    ),
    "a subset that is no condition": (
        stack(rest=f'{SUBSET}\norders = 5'),
        "envctl.toml:16: data.live.subset.orders: must be a condition or a table, not a number "
        '(write a condition in quotes, or a table: { where = "…", follow = ["items"] })',
    ),
    "a subset that says nothing": (
        stack(rest=f'{SUBSET}\norders = {{}}'),
        "envctl.toml:16: data.live.subset.orders: says nothing "
        '(write a condition in quotes, or a table: { where = "…", follow = ["items"] })',
    ),
    "a subset with another key": (
        stack(rest=f'{SUBSET}\norders = {{ folow = true }}'),
        "envctl.toml:16: data.live.subset.orders.folow: unknown key; did you mean follow?",
    ),
    "a subset that follows a number": (
        stack(rest=f'{SUBSET}\norders = {{ follow = ["items", 5] }}'),
        "envctl.toml:16: data.live.subset.orders.follow: must be true, false or a list of tables, not a list",
    ),
    "a backup without a path": (
        stack(rest='[data.base]\nfrom = "backup"'),
        "envctl.toml:11: data.base.path: is missing",
    ),
    "a backup with an empty path": (
        stack(rest='[data.base]\nfrom = "backup"\npath = ""'),
        "envctl.toml:13: data.base.path: is empty",
    ),
    "neither image nor build": (
        stack(rest="[services.w]\nport = 1"),
        "envctl.toml:11: services.w: has neither `build` nor `image` "
        "(give it a folder with a Dockerfile (`build`) or an `image`)",
    ),
    "both image and build": (
        stack(api='build = "."'),
        "envctl.toml:4: services.api: has both `image` and `build` "
        "(give it a folder with a Dockerfile (`build`) or an `image`)",
    ),
    "public without a port": (
        stack(rest="[services.w]\nimage = 'a'\npublic = true"),
        "envctl.toml:13: services.w.public: a service without a port has no URL (add `port`)",
    ),
    "a health path without a port": (
        stack(rest="[services.w]\nimage = 'a'\nhealth = '/h'"),
        "envctl.toml:13: services.w.health: a path is asked for at the service's port, and it has none (add `port`)",
    ),
    "a health path that is none": (
        stack(api='health = "healthz"'),
        "envctl.toml:7: services.api.health.path: must be a path that starts with /, or a command as a list of words",
    ),
    "health with both": (
        stack(api='health = { path = "/", command = ["true"] }'),
        "envctl.toml:7: services.api.health: has both `path` and `command` (give it exactly one of them)",
    ),
    "a version that lost its zero": (
        stack(db="version = 17.10"),
        "envctl.toml:10: services.db.version: a version with a dot must be text, or 17.10 would become 17.1 "
        "(write it in quotes)",
    ),
    "a host path as a volume": (
        stack(api='volumes = { "./up" = "/up" }'),
        "envctl.toml:7: services.api.volumes.\"./up\": './up' is not the name of a volume "
        "(a–z, 0–9 and -, starting with a letter)",
    ),
    "a volume at no absolute path": (
        stack(api='volumes = { up = "../up" }'),
        "envctl.toml:7: services.api.volumes.up: must be an absolute path inside the container, such as /var/uploads",
    ),
    "a volume that is a store's": (
        stack(api='volumes = { db-data = "/x" }'),
        "envctl.toml:7: services.api.volumes.db-data: db keeps its data in the volume of this name "
        "(choose another name)",
    ),
    "two volumes at one place": (
        stack(api='volumes = { a = "/x", b = "/y", c = "/x/" }'),
        "envctl.toml:7: services.api.volumes.a: another volume is mounted at /x too",
    ),
    "a list as a variable": (
        stack(api='env.HOSTS = ["a"]'),
        "envctl.toml:7: services.api.env.HOSTS: must be text, a number or a boolean, not a list",
    ),
    "dots in a variable's name": (
        stack(api='env.spring.url = "x"'),
        "envctl.toml:7: services.api.env.spring: must be text, a number or a boolean, not a table "
        "(a key that holds dots goes into quotes)",
    ),
    "no words of a command": (
        stack(api="command = []"),
        "envctl.toml:7: services.api.command: is empty (leave the key out to keep the image's own command)",
    ),
    "a command with an open quote": (
        stack(api="""command = 'run "x'"""),
        "envctl.toml:7: services.api.command: cannot be split into words: no closing quotation "
        "(write it as a list of words)",
    ),
    "no image's name": (
        stack(rest='[services.w]\nimage = "https://hub/Nginx"'),
        "envctl.toml:12: services.w.image: 'https://hub/Nginx' is not the name of an image "
        "(such as nginx:1.29 or ghcr.io/acme/api:2)",
    ),
    "a setting of Postgres that is envctl's": (
        stack(db="settings = { port = 5433 }"),
        "envctl.toml:10: services.db.settings.port: is decided by envctl (leave it out)",
    ),
    "a database's name that is too long": (
        stack(db=f'database = "{"x" * 64}"'),
        "envctl.toml:10: services.db.database: is longer than the 63 bytes that Postgres keeps of a name",
    ),
    "a database's name that is none": (
        stack(db="database = \"sh'op\""),
        "envctl.toml:10: services.db.database: "
        "must start with a letter or _, and hold letters, digits, _ and - only",
    ),
    "a topic without partitions": (
        stack(rest='[services.q]\nkind = "kafka"\ntopics = { a = 0 }'),
        "envctl.toml:13: services.q.topics.a: 0 is not a number of partitions (1–1000)",
    ),
    "two topics that are one in metrics": (
        stack(rest='[services.q]\nkind = "kafka"\ntopics = { "a.b" = 1, a_b = 1 }'),
        "envctl.toml:13: services.q.topics.a_b: Kafka cannot tell it from a.b: . and _ are one to it",
    ),
    "a topic's name that is none": (
        stack(rest='[services.q]\nkind = "kafka"\ntopics = { "a/b" = 1 }'),
        "envctl.toml:13: services.q.topics.\"a/b\": 'a/b' is not a topic (1–249 of a–z, A–Z, 0–9, . _ -)",
    ),
    "a setting of the broker that is envctl's": (
        stack(rest='[services.q]\nkind = "kafka"\nconfig = { "advertised.listeners" = "x" }'),
        'envctl.toml:13: services.q.config."advertised.listeners": is decided by envctl (leave it out)',
    ),
    "a setting of Redis with a line break": (
        stack(rest='[services.q]\nkind = "redis"\nconfig = { maxmemory = "1\\nrequirepass x" }'),
        "envctl.toml:13: services.q.config.maxmemory: holds a line break or another control character",
    ),
    "a service's name that is no host name": (
        stack(rest='[services.My_App]\nimage = "a"'),
        "envctl.toml:11: services.My_App: 'My_App' is not a service's name "
        "(a–z, 0–9 and -, starting with a letter, at most 40)",
    ),
    "a service's name that a one-shot has": (
        stack(rest='[services.api-before]\nimage = "a"'),
        "envctl.toml:11: services.api-before: names that end with -before belong to one-shots (choose another name)",
    ),
    "a service that is no table": (
        "[services]\nweb = 3",
        "envctl.toml:4: services.web: must be a table, not a number (write [services.web])",
    ),
    "no service": (
        "",
        "envctl.toml: services: there is no service (add one: [services.web] with build or image)",
    ),
    "a project's name that is none": (
        '[project]\nname = "My Shop"\n[services.a]\nimage = "a"',
        "envctl.toml:2: project.name: 'My Shop' is not a project's name "
        "(a–z, 0–9 and -, starting with a letter, not ending with -, at most 30)",
    ),
    "a registry with a scheme": (
        '[project]\nname = "s"\nregistry = "https://hub"\n[services.a]\nimage = "a"',
        "envctl.toml:3: project.registry: a registry is named without https:// "
        "(a host with an optional port and path, such as mirror.example.com:5000/hub)",
    ),
    "limits that are no amount": (
        stack(rest='[limits]\nmemory = "much"'),
        'envctl.toml:12: limits.memory: is not an amount of memory (such as "512MiB" or "4GiB")',
    ),
    "too little for anything": (
        stack(api='limits = { memory = "1MiB" }'),
        "envctl.toml:7: services.api.limits.memory: 1 MiB is too little (at least 6 MiB)",
    ),
    "shares that are too small": (
        stack(rest='[limits]\nmemory = "100MiB"'),
        "envctl.toml:12: limits.memory: 100 MiB leaves 50 MiB for each service without its own (2) "
        "(each needs at least 64 MiB)",
    ),
    "own limits above the whole": (
        stack(api='limits = { cpus = 3 }', rest="[limits]\ncpus = 2"),
        "envctl.toml:12: limits.cpus: 2 is less than what the services' own limits add up to "
        "(raise it, or lower theirs)",
    ),
    "a time that is none": (
        stack(api='health = { path = "/", timeout = "soon" }'),
        'envctl.toml:7: services.api.health.timeout: is not a time (such as "30s" or "2m")',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CASES.values(), ids=CASES.keys())
def test_what_is_wrong_is_said_with_its_place(refusal: Refusal, text: str, said: str) -> None:
    """One thing that is wrong is one line: file, line, key, what, and what to write."""
    assert said in refusal(text).details
    assert refusal(text).details[0] == said or "another volume" in said


def test_everything_wrong_is_said_at_once(refusal: Refusal) -> None:
    """All problems of a file come in one error, in the order of the file, whatever stage finds them."""
    error = refusal(
        """
        [services.web]
        prt = 1
        needs = ["aip"]
        env.A = "${aip.url}"
        [services.api]
        image = "a"
        needs = ["api"]
        [services.db]
        kind = "mysql"
        [limits]
        cpus = 0
        """
    )
    assert [
        "envctl.toml:5: services.web.prt",
        "envctl.toml:6: services.web.needs[0]",
        "envctl.toml:7: services.web.env.A",
        "envctl.toml:10: services.api.needs",
        "envctl.toml:12: services.db.kind",
        "envctl.toml:14: limits.cpus",
    ] == [": ".join(line.split(": ")[:2]) for line in error.details]
    assert error.message.endswith("envctl.toml has 6 problems")


def test_a_thousand_problems_are_counted_not_listed(refusal: Refusal) -> None:
    """What nobody would read is only counted."""
    keys = "\n".join(f"key{number} = 1" for number in range(1000))
    error = refusal(f"[services.web]\nimage = 'a'\n{keys}")
    assert "… and 950 more" == error.details[-1]
    assert len(error.details) == 51


SECRET = "hunter2-swordfish"


@pytest.mark.parametrize(
    "line",
    [
        f'env.PASSWORD = ["{SECRET}"]',
        f'env.PASSWORD = "{SECRET}',
        f'env.PASSWORD = "{SECRET}" x',
        f'env = {{ PASSWORD = "{SECRET}" ',
        f'env = {{ PASSWORD = "${{dbx.url}} {SECRET}" }}',
        f'env.PASSWORD = """\n{SECRET}\\q\n"""',
        f'env.PASSWORD = "{SECRET}\\u0000"',
        f'[services.api.env]\nPASSWORD = "{SECRET}" x',
        f'[services.api.env]\nPASSWORD = """{SECRET}\n{SECRET}',
        f'build = {{ context = ".", args = {{ T = ["{SECRET}"] }} }}',
    ],
)
def test_the_value_of_a_variable_is_never_repeated(refusal: Refusal, line: str) -> None:
    """Whatever is wrong with a variable, its value may be a secret."""
    error = refusal(f"[services.api]\nport = 1\n{line}\n")
    assert SECRET not in "\n".join([error.message, error.hint, *error.details])


SYNTAX = {
    "an open text": ('[services.web]\nimage = "web', 4, "a text is not closed on its line", None, None),
    "an open long text": (
        "[services.web]\nimage = '''web\n",
        4,
        "the long text that begins here is not closed",
        None,
        10,
    ),
    "a key twice": ("[limits]\ncpus = 1\ncpus = 2\n", 5, "this key is there already", "  cpus = 2", 10),
    "a table twice": ("[limits]\n[limits]\n", 4, "the table 'limits' is there already", "  [limits]", 9),
    "no value": ("[limits]\ncpus =\n", 4, "invalid value", "  cpus =", 8),
    "a Windows path": (
        '[services.a]\nbuild = "C:\\work"\n',
        4,
        "unescaped '\\' in a string",
        '  build = "C:\\work"',
        None,
    ),
}


@pytest.mark.parametrize(("text", "line", "what", "shown", "caret"), SYNTAX.values(), ids=SYNTAX.keys())
def test_a_syntax_error_shows_its_line(
    refusal: Refusal, text: str, line: int, what: str, shown: str | None, caret: int | None
) -> None:
    """What TOML does not allow is shown with its line and a caret under the place."""
    error = refusal(text)
    assert f"envctl.toml:{line}: not valid TOML: {what}" in error.message
    assert shown is None or shown == error.details[0]
    assert "^" == error.details[1].strip()
    assert caret is None or caret == error.details[1].index("^")


def test_the_error_is_the_same_for_windows_line_ends(write: Write, read: Read) -> None:
    """A file with CRLF loads, and its lines are counted right."""
    with pytest.raises(EnvctlError) as raised:
        read('[services.web]\r\nimage = "a"\r\nprt = 1\r\n')
    assert ("envctl.toml:5: services.web.prt: unknown key; did you mean port?",) == raised.value.details


def test_more_ports_than_an_environment_has_are_refused(refusal: Refusal, read: Read) -> None:
    """With the first service that would get none; those without a port do not count."""
    services = [f'[services.s{n}]\nimage = "a"\nport = 80' for n in range(31)]
    without = '[services.worker]\nimage = "a"'
    two = ['[services.db]\nkind = "postgres"', '[services.cache]\nkind = "redis"']
    assert 33 == len(read("\n".join([*services, without, two[0]])).services)
    (problem,) = refusal("\n".join([*services, without, *two])).details
    assert (
        "envctl.toml:100: services.cache: 33 services have a port, and an environment has 32 of the host's "
        "(leave the port out where only needs use the service)"
    ) == problem
