"""Containers for the tests of the images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.boxes import Boxes, docker


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[Boxes]:
    """Containers of a test, the last made removed first."""
    made = Boxes(tmp_path, [])
    yield made
    for command in reversed(made.made):
        docker(*command, check=False)
