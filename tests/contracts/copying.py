"""Where data is copied for tests: an original with everything odd in it, and copies of it, on the real daemon."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from envctl import labels
from envctl.events import nobody
from envctl.job import Mounted, script
from envctl.observed import Volume
from envctl.ops import pools
from envctl.pool import SNAPSHOTS, Pool
from envctl.snapshot import Held, held
from envctl.snapshots import SCRIPT, STRATEGIES, Layout, Spec, place, spec
from envctl.world import World, real_world
from envctl.world.engine import Engine
from envctl.world.helper import started
from tests.contracts.daemons import small_image
from tests.convergence.daemons import Daemon, impossible
from tests.scenarios.pools import world_of

# What the names of its files hold that a shell or a program might trip over, each once.
ORIGINAL = r"""set -eu
cd "$1"; umask 022
printf 'plain\n' >plain; printf 'new\nline' >"$(printf 'two\nlines')"; printf dash >./-rf
printf '$' >'$(touch gone) `x` "y" \z'
mkdir -p deep/er/folder empty 'with space'; printf 'deep' >deep/er/folder/file; printf 'space' >'with space/a b'
printf 'once' >one; ln one two; ln one deep/three; ln -s plain link; ln -s /nowhere/at/all broken; ln -s deep/er folder
truncate -s 8M sparse; printf 'end' >>sparse; : >nothing
head -c 3000000 /dev/urandom >blocks; mkfifo pipe
chown 999:998 plain deep/er; chown -h 12:13 link; chmod 600 plain; chmod 1777 empty; chmod 4755 one; chmod 000 nothing
find . -mindepth 1 -exec touch -h -d '2024-05-06 07:08:09' {} +
chown 70:71 .; chmod 2750 .; touch -d '2023-01-02 03:04:05' .
"""
# Everything of every file but the sizes and links of folders, which belong to the disk, and the times of symbolic
# links, which busybox does not keep; then what is in the files, and how many files the names of one are.
LOOKED_AT = r"""set -eu
export LC_ALL=C; cd "$1"
find . -type d -exec stat -c '%N %F %u:%g %a %Y' {} + | sort
find . ! -type d ! -type l -exec stat -c '%N %F %u:%g %a %Y %s %h' {} + | sort
find . -type l -exec stat -c '%N %F %u:%g' {} + | sort
find . -type f -exec sha256sum {} + | sort
find . -samefile one | wc -l
"""
BYTES = r"""set -eu
export LC_ALL=C; tar --sort=name --numeric-owner -C "$1" -cf - . | sha256sum
find "$1" | wc -l
"""
# What environments do to files, and worse.
HAVOC = r"""set -eu
cd "$1"
for round in 1 2 3; do
    dd if=/dev/urandom of=blocks bs=8192 seek=$((round * 7)) count=16 conv=notrunc 2>/dev/null
    printf more >>plain; printf x >>two; printf x >>'two
lines'; dd if=/dev/urandom of=sparse bs=8192 seek=100 count=4 conv=notrunc 2>/dev/null
done
truncate -s 5 blocks; chown 1:2 link deep/three; chmod 777 plain . deep; touch deep/er
mv deep moved; mv moved/er elsewhere; mv plain renamed; mv ./-rf empty/; rm -rf 'with space' broken
mkdir 'with space'; printf other >'with space/a b'; ln -sf nowhere link; rm one; printf 'another' >one; : >sparse
rm pipe
"""


_DISK = 4 << 30  # bytes, of which only those are there that are used
_BUSYBOX = "envctl.invalid/test-busybox:1"
_DOCKERFILE = """FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static && mkdir /bb && busybox --install -s /bb
ENV PATH=/bb
"""


@dataclass(frozen=True)
class Lab:
    """One strategy with the programs of one image. `looks` is an image that has GNU's programs."""

    world: World
    how: str
    image: str
    looks: str
    pool: Pool | None
    token: str

    @property
    def own(self) -> dict[str, str]:
        """What everything here carries."""
        return {labels.PROJECT: self.token, labels.ENVIRONMENT: "one"}

    def original(self) -> Held:
        """The data that is copied, made now."""
        wanted = place(f"{self.token}_one_base", SNAPSHOTS, self.pool.id if self.pool else "")
        self.make(spec(wanted, "x"))
        if self.pool:
            self.run(self.looks, 'mkdir -p "$1"', f"/pool/{wanted.subpath}", mounts={"/pool": Mounted(wanted.volume)})
        self.seen(wanted, ORIGINAL, read_only=False)
        return held(self.volume(wanted.volume))

    def layout(self, base: Held, number: int = 0) -> Layout:
        """How the copy of a number is made."""
        return STRATEGIES[self.how].layout(base, f"{self.token}_one_copy-{number}", number)

    def clone(self, base: Held, number: int = 0) -> Layout:
        """A copy, filled."""
        layout = self.layout(base, number)
        for wanted in layout.volumes:
            self.make(wanted)
        self.fill(layout)
        return layout

    def fill(self, *layouts: Layout) -> list[str]:
        """Fill copies, all in one helper."""
        mounts = {path: mounted for layout in layouts for path, mounted in layout.mounts.items()}
        return self.run(self.image, SCRIPT, *(word for layout in layouts for word in layout.words), mounts=mounts)

    def remove(self, layout: Layout) -> None:
        """Remove a copy as environments' are: what is in the pool first, then the volumes."""
        if layout.held.pool:
            words = ("remove", "-", f"/pool/{layout.held.subpath}")
            self.run(self.image, SCRIPT, *words, mounts={"/pool": Mounted(layout.held.volume)})
        for wanted in reversed(layout.volumes):
            self.world.engine.remove_volume(wanted.name)

    def seen(self, there: Held, text: str = LOOKED_AT, *, read_only: bool = True) -> list[str]:
        """What a script says of a folder, mounted as a service mounts it."""
        mounts = {"/data": Mounted(there.volume, there.subpath, read_only=read_only)}
        return self.run(self.looks, text, "/data", mounts=mounts)

    def run(self, image: str, text: str, *words: str, mounts: Mapping[str, Mounted]) -> list[str]:
        """Run a script, which must succeed; every line that it printed."""
        engine = real_world(nobody, self.world.environ).engine  # of its own: many run at the same time
        name = f"{self.token}_one__helper-{token_hex(4)}"
        with started(engine, script(image, text, *words, mounts=mounts), name, self.own) as container:
            status = engine.wait_container(container)
            said = [
                list(engine.logs(container, stream=stream, follow=False, since=None, tail=None))
                for stream in ("stdout", "stderr")
            ]
        out, err = ([line.decode().partition(" ")[2] for line in lines] for lines in said)
        assert 0 == status, "\n".join([*out, *err][-20:])
        return out

    def make(self, wanted: Spec) -> None:
        """A volume as a layout wants it."""
        options = dict(wanted.options)
        own = {**self.own, **wanted.labels, labels.ROLE: wanted.role}
        self.world.engine.create_volume(wanted.name, own, driver="local", options=options)

    def volume(self, name: str) -> Volume:
        """A volume that must be there."""
        return next(volume for volume in self.world.engine.volumes(self.own) if volume.name == name)

    def clear(self) -> None:
        """Leave nothing behind."""
        engine = self.world.engine
        for container in engine.containers(self.own):
            engine.kill_container(container.id)
        volumes = engine.volumes(self.own)
        pooled = [v for v in volumes if labels.SUBPATH in v.labels]
        if pooled:
            folders = [f"/pool/{v.labels[labels.SUBPATH]}" for v in pooled]
            self.run(self.looks, 'rm -rf "$@"', *folders, mounts={"/pool": Mounted(pooled[0].name)})
        for volume in volumes:
            engine.remove_volume(volume.name)


def lab(world: World, how: str, image: str, looks: str, pool: Pool | None = None) -> Lab:
    """With a token of its own."""
    if pool is not None:
        pools.attach(world, pool)
    return Lab(world, how, image, looks, pool, f"envctl-test-{token_hex(4)}")


@contextmanager
def sharing_daemon(*images: str) -> Iterator[World]:
    """A daemon of our own that has these images, and whose own disk shares what files hold: XFS."""
    if reason := impossible():
        pytest.skip(reason)
    tools = pools.image(real_world(nobody))
    with tempfile.TemporaryDirectory(prefix="envctl-", dir="/var/tmp") as folder, ExitStack() as undo:  # not in memory
        disk, mounted = Path(folder, "disk"), Path(folder, "mounted")
        with disk.open("wb") as file:
            file.truncate(_DISK)
        mounted.mkdir()
        _ran("docker", "run", "--rm", "--volume", f"{folder}:/it", tools, "mkfs.xfs", "-q", "/it/disk")
        _ran("mount", "-o", "loop", str(disk), str(mounted))
        undo.callback(_ran, "umount", "--recursive", str(mounted))
        daemon = Daemon(mounted)
        undo.callback(daemon.close)
        daemon.start()
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "--host", daemon.host, "load", "--quiet"], stdin=saved.stdout, check=True)
        yield world_of(daemon)


def _ran(*argv: str) -> None:
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stderr


def busybox_image(engine: Engine) -> str:
    """An image that has none but busybox's programs, made where it is not there."""
    if engine.image(_BUSYBOX) is None:
        text = _DOCKERFILE.format(base=small_image(engine))
        build = ["docker", "build", "--network", "host", "--tag", _BUSYBOX, "-"]
        ran = subprocess.run(build, input=text, capture_output=True, text=True, check=False)
        assert 0 == ran.returncode, ran.stderr
    return _BUSYBOX
