"""What each way of copying makes and does, as values."""

from __future__ import annotations

import pytest

from envctl import labels
from envctl.job import Mounted
from envctl.pool import Pool
from envctl.snapshot import Held
from envctl.snapshots import STRATEGIES
from envctl.snapshots.overlay import companion

DISK = Held("base-1", path="/var/lib/docker/volumes/base-1/_data")
POOLED = Held("base-1", "snapshots/base-1", "0123", "/var/lib/docker/volumes/base-1/_data")
CLONE = "shop_main_db-data"


def test_each_way_is_called_as_it_is_listed() -> None:
    """Labels of volumes hold the name, so it has to lead back to the way."""
    assert {"reflink", "overlay", "copy"} == set(STRATEGIES)
    assert all(name == strategy.name for name, strategy in STRATEGIES.items())


@pytest.mark.parametrize("how", ["reflink", "copy"])
def test_on_a_disk_a_copy_is_a_volume_of_its_own(how: str) -> None:
    """The original cannot be written to meanwhile, and a further copy has folders of its own."""
    layout = STRATEGIES[how].layout(DISK, CLONE, 3)
    assert Held(CLONE) == layout.held
    assert (how, "/from/3", "/to/3") == layout.words
    assert {"/from/3": Mounted("base-1", read_only=True), "/to/3": Mounted(CLONE)} == layout.mounts
    (made,) = layout.volumes
    assert (CLONE, "data", {}, {}) == (made.name, made.role, made.options, made.labels)


def test_in_a_pool_a_copy_is_a_folder_beside() -> None:
    """Both are seen through one mount: older kernels share nothing across two."""
    layout = STRATEGIES["reflink"].layout(POOLED, CLONE, 0)
    assert Held(CLONE, f"clones/{CLONE}", "0123") == layout.held
    assert ("reflink", "/pool/snapshots/base-1", f"/pool/clones/{CLONE}") == layout.words
    assert {"/pool": Mounted("base-1")} == layout.mounts
    (made,) = layout.volumes
    assert Pool("0123").options == made.options
    assert {labels.SUBPATH: f"clones/{CLONE}", labels.POOL: "0123"} == made.labels


def test_out_of_a_pool_every_byte_is_copied() -> None:
    """A full copy of what lies in a pool lands on the daemon's own disk."""
    layout = STRATEGIES["copy"].layout(POOLED, CLONE, 0)
    assert Held(CLONE) == layout.held
    assert Mounted("base-1", "snapshots/base-1", read_only=True) == layout.mounts["/from/0"]


def test_an_overlay_lies_over_the_original() -> None:
    """A second volume takes what is written; the clone itself is made last, and leads to both."""
    layout = STRATEGIES["overlay"].layout(DISK, CLONE, 1)
    upper, clone = layout.volumes
    assert ("shop_main__upper-db-data", "upper") == (upper.name, upper.role)
    assert (CLONE, "data") == (clone.name, clone.role)
    place = "/var/lib/docker/volumes/shop_main__upper-db-data/_data"
    assert (
        f"lowerdir={DISK.path},upperdir={place}/upper,workdir={place}/work,redirect_dir=on,index=off"
        == clone.options["o"]
    )
    assert {labels.BENEATH: f"base-1 {upper.name}"} == clone.labels
    assert ("overlay", "/from/1", "/to/1") == layout.words
    assert {"/from/1": Mounted("base-1", read_only=True), "/to/1": Mounted(upper.name)} == layout.mounts


@pytest.mark.parametrize("path", ["", "/a,b/_data", "/a:b/_data", '/a"b/_data', "/a\\b/_data"])
def test_no_overlay_lies_over_what_would_end_an_option(path: str) -> None:
    """Nor over what nobody knows the place of, nor over a folder of a pool."""
    with pytest.raises(ValueError, match="no overlay can lie over"):
        STRATEGIES["overlay"].layout(Held("base-1", path=path), CLONE, 0)
    with pytest.raises(ValueError, match="no overlay can lie over"):
        STRATEGIES["overlay"].layout(POOLED, CLONE, 0)


def test_no_volume_of_a_stack_is_called_as_a_companion() -> None:
    """None of its names begins with an underscore."""
    assert "shop_main__upper-db-data" == companion(CLONE)
    assert "shop_main__upper-a_b" == companion("shop_main_a_b")
