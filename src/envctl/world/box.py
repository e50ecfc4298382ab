"""Files in volumes, put there and read back without starting anything.

The daemon reads and writes files of containers that were created and never started, and of the volumes they have. Such
a container needs an image: an empty one, which is made where it is not there. It goes again at once.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from envctl import labels
from envctl.errors import EnvctlError
from envctl.identity import Identity
from envctl.observed import COMPOSE_IMAGE
from envctl.world.archive import wrapped

if TYPE_CHECKING:
    from envctl.world.engine import Engine

IMAGE = "envctl.invalid/box:1"  # no registry can be called so (RFC 2606), so nobody can push one of that name
ROLE = "box"
_PLACE = "/volumes"  # where the volumes lie in it


def box_name(identity: Identity) -> str:
    """The container that a bundle is written through. Only who holds the environment's lock does."""
    return f"{identity.full}__{ROLE}"


@contextmanager
def box(
    engine: Engine, identity: Identity, own: Mapping[str, str], volumes: Mapping[str, str], *, read_only: bool = False
) -> Iterator[str]:
    """A container with volumes, each at `place(key)`; its ID. Many may read at the same time, and one writes."""
    image = _image(engine)
    name = f"{box_name(identity)}-{token_hex(4)}" if read_only else box_name(identity)
    # With the ID of its image on it, it is known to be ours also once that image is gone.
    carried = {**own, labels.ROLE: ROLE, COMPOSE_IMAGE: image}
    mounted = {place(key): volume for key, volume in volumes.items()}
    container = engine.make_box(name, IMAGE, carried, mounted, read_only=read_only)
    try:
        yield container
    finally:
        engine.remove_container(container)


def place(key: str, file: str = "") -> str:
    """Where a volume lies in a box, or a file of it."""
    return f"{_PLACE}/{key}/{file}" if file else f"{_PLACE}/{key}"


def put(engine: Engine, container: str, key: str, file: str, size: int, blocks: Iterator[bytes], now: float) -> None:
    """Write a file of a volume. Raises EnvctlError(NO_CAPACITY) where the daemon's disk is full."""
    engine.put_archive(container, place(key), wrapped(file, size, blocks, now))


def get(engine: Engine, identity: Identity, own: Mapping[str, str], volume: str, file: str) -> bytes | None:
    """The content of a file of a volume; None where it has none. Raises EnvctlError."""
    try:
        return _got(engine, identity, own, volume, file)
    except EnvctlError:  # a `down` that came meanwhile may have taken our box for one that somebody left
        return _got(engine, identity, own, volume, file)


def _got(engine: Engine, identity: Identity, own: Mapping[str, str], volume: str, file: str) -> bytes | None:
    with box(engine, identity, own, {"it": volume}, read_only=True) as container:
        return engine.read_file(container, place("it", file))


def _image(engine: Engine) -> str:
    """The ID of the empty image, which is made if need be: with the same ID each time, whoever makes it."""
    if (found := engine.image(IMAGE)) is None:
        engine.load_image(empty_image())
        found = engine.image(IMAGE)
    return found or ""


def empty_image() -> bytes:
    """An image without a file and without a label, as `docker save` would write it."""
    layer = bytes(2 * tarfile.BLOCKSIZE)
    config = json.dumps({
        "architecture": "amd64",  # of nothing that could run
        "os": "linux",
        "config": {},
        "created": "1970-01-01T00:00:00Z",
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": "1970-01-01T00:00:00Z", "comment": "empty"}],
    }).encode()  # fmt: skip
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [IMAGE], "Layers": ["layer.tar"]}]).encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in (("config.json", config), ("layer.tar", layer), ("manifest.json", manifest)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return archive.getvalue()
