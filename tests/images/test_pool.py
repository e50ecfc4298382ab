"""What pools are made with: the image that envctl builds where it is not there, and `make setup` on closed networks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from envctl.ops.pools.programs import folder, pool_image
from tests.images.boxes import Box, Boxes, docker

pytestmark = pytest.mark.docker

CLOSED = "envctl.invalid"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def box(boxes: Boxes) -> Box:
    """A container of it, without any privilege."""
    if docker("image", "inspect", pool_image(), check=False).returncode:
        docker("build", "--tag", pool_image(), str(folder()))
    return boxes.start(pool_image(), "sleep", "1000", options=("--network", "none"))


def test_a_sparse_file_becomes_a_disk_that_older_kernels_can_mount(box: Box) -> None:
    """It shares blocks, and has no feature that came after Linux 5.15; of 50 GiB next to nothing is taken."""
    box.run("truncate", "-s", "50G", "/tmp/disk")
    said = box.out("mkfs.xfs", "-c", "options=/usr/share/xfsprogs/mkfs/lts_5.15.conf", "/tmp/disk")
    found = dict(re.findall(r"(\w+)=(\d+)", said))
    assert ("1", "0", "0", "0") == tuple(found[key] for key in ("reflink", "nrext64", "exchange", "parent"))
    assert int(box.out("du", "-m", "/tmp/disk").split()[0]) < 100


@pytest.mark.parametrize(
    "program", ["losetup", "flock", "mount", "umount", "xfs_growfs", "du", "df", "truncate", "rmdir"]
)
def test_all_that_is_needed_is_there(box: Box, program: str) -> None:
    """With every library that it wants."""
    assert box.out(program, "-V" if program == "xfs_growfs" else "--version")


def test_its_copies_can_share_blocks_or_fail(box: Box) -> None:
    """`cp` knows `--reflink=always`, which never copies in full without a word."""
    assert "--reflink" in box.out("cp", "--help")


def test_it_gives_its_containers_no_label_that_says_whose_they_are(box: Box) -> None:
    """What an image carries its containers inherit."""
    found = docker("image", "inspect", "--format", "{{json .Config.Labels}}", pool_image()).stdout
    assert not re.search(r"dev\.envctl\.(project|environment|role|pool|snapshot)", found)


def test_the_setup_knows_its_name() -> None:
    """The line of `make setup` that names what it builds makes the name that `pool create` looks for."""
    (line,) = re.findall(r"name=\$LOCAL/pool:.*", (ROOT / "scripts" / "images").read_text())
    told = ["bash", "-euc", f'LOCAL={CLOSED} folder=$1; {line}; printf %s "$name"', "bash", str(folder())]
    assert pool_image() == subprocess.run(told, capture_output=True, text=True, check=True).stdout
