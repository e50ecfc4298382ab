"""Archives of bundles: written a member at a time, read only when they are whole."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from envctl.world import archive
from envctl.world.archive import Broken, Packed, end, member, members, whole

FILES = {"bundle.json": b"{}", "logs/api.log": b"x" * 3_000_000, "empty": b"", "näme": b"\0\xff"}


def packed(files: Mapping[str, bytes]) -> Packed:
    """An archive of these files."""
    made = Packed()
    for name, content in files.items():
        made.add(member(name, content, 1_000_000_000.5))
    made.add(end())
    return made


def test_what_goes_in_comes_out() -> None:
    """Names and bytes, in their order; size and sha256 are those of the whole."""
    made = packed(FILES)
    content = b"".join(made.blocks())
    assert len(content) == made.size
    assert FILES == whole(content, made.check)
    assert list(FILES) == [name for name, _ in members(content)]
    made.close()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.999])
def test_half_an_archive_is_none(part: float) -> None:
    """Wherever it breaks off; what can still be read of it is known."""
    made = packed(FILES)
    content = b"".join(made.blocks())
    made.close()
    with pytest.raises(Broken, match="not those that were written"):
        whole(content[: int(len(content) * part)], made.check)


def test_garbage_is_no_archive() -> None:
    """Nor is an archive that a hostile hand made too large to read."""
    with pytest.raises(Broken):
        list(members(b"garbage"))


def test_a_member_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes of zstd can say gigabytes."""
    made = packed({"bomb": bytes(2_000)})
    content = b"".join(made.blocks())
    made.close()
    monkeypatch.setattr(archive, "LARGEST", 1_000)
    with pytest.raises(Broken, match="larger"):
        list(members(content))
