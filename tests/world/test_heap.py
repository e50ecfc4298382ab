"""The memory of a process that works on large blocks. How much time that saves is measured by bench.mask."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator

import pytest

from envctl.world.heap import kept


@pytest.fixture(autouse=True)
def looked_through() -> Iterator[None]:
    """All objects are looked through for garbage again afterwards."""
    yield
    gc.unfreeze()


class Library:
    """A C library that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, ...]] = []

    def mallopt(self, *setting: int) -> int:
        self.told.append(setting)
        return 1

    def malloc_trim(self, *kept: int) -> int:
        self.told.append(kept)
        return 1


def test_memory_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is free at the end is given back, also where the work fails."""
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    with pytest.raises(KeyError), kept():
        assert gc.get_freeze_count()
        assert [(-8, 1), (-3, 16 << 20), (-1, 16 << 20)] == library.told
        raise KeyError
    assert (0,) == library.told[-1]


def test_another_library_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has none of these."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    with kept():
        pass


def test_this_one_takes_it() -> None:
    """Whatever it is."""
    with kept():
        assert len(bytes(1 << 20)) == 1 << 20
