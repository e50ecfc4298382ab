"""The contract of the bases that builds start from, kept by the official images and by their stand-ins."""

from __future__ import annotations

import pytest

from tests.images.boxes import Boxes, docker, image_of

pytestmark = pytest.mark.docker

PYTHON = "python:3.13-slim"
CADDY = "caddy:2"


def test_pip_installs_where_the_next_stage_copies_from(boxes: Boxes) -> None:
    """`pip install` works without a refusal, lands in site-packages and on PATH, and pip itself can be upgraded."""
    box = boxes.start(PYTHON, "tail", "-f", "/dev/null")
    box.run("pip", "install", "--quiet", "--root-user-action=ignore", "--upgrade", "pip", "shellingham", "distro")
    assert box.out("ls", "-d", "/usr/local/lib/python3.13/site-packages/shellingham")
    assert box.out("python", "-c", "import shellingham; print(shellingham.__name__)") == "shellingham"
    assert box.out("which", "distro") == "/usr/local/bin/distro"


def test_python_is_3_13_under_every_name(boxes: Boxes) -> None:
    """python, python3 and python3.13 are one Python, and it makes virtual environments."""
    box = boxes.start(PYTHON, "tail", "-f", "/dev/null")
    for name in ("python", "python3", "python3.13", "/usr/local/bin/python"):
        assert box.out(name, "--version").startswith("Python 3.13.")
    box.run("python", "-m", "venv", "/tmp/v")
    assert box.out("/tmp/v/bin/python", "-c", "import sys; print(sys.prefix)") == "/tmp/v"
    modules = "import ssl, sqlite3, ctypes, lzma, bz2, zoneinfo; zoneinfo.ZoneInfo('Europe/Vienna'); print('all')"
    assert box.out("python", "-c", modules) == "all"


def test_caddy_serves_a_folder_by_its_own_command(boxes: Boxes) -> None:
    """With a Caddyfile in its place the image serves /srv, as another user than root too."""
    for user in ("0", "10001"):
        options = ("--user", user, "--env", "XDG_CONFIG_HOME=/tmp", "--env", "XDG_DATA_HOME=/tmp")
        box = boxes.create(CADDY, options=options)
        boxes.put(box, "/etc/caddy/Caddyfile", ":3000 {\n root * /srv\n file_server\n}\n")
        boxes.put(box, "/srv/hello.txt", "good day")
        docker("start", box.name)
        box.wait("wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/hello.txt")
        assert box.out("wget", "-q", "-O", "-", "http://127.0.0.1:3000/hello.txt") == "good day"


def test_what_an_image_declares_is_what_the_official_one_declares() -> None:
    """Ports, volumes, stop signals and working folders are part of the contract."""
    template = "{{json .Config.ExposedPorts}} {{json .Config.Volumes}} {{.Config.StopSignal}} {{.Config.WorkingDir}}"

    def declared(name: str) -> str:
        return docker("image", "inspect", "--format", template, image_of(name)).stdout.strip()

    assert declared("postgres:17") == '{"5432/tcp":{}} {"/var/lib/postgresql/data":{}} SIGINT'
    assert declared("redis:8").split(" ")[0:2] == ['{"6379/tcp":{}}', '{"/data":{}}']
    assert '"9092/tcp":{}' in declared("apache/kafka:4.1.1")
    assert '"/var/lib/kafka/data":{}' in declared("apache/kafka:4.1.1")
    assert declared("caddy:2").endswith("/srv")
