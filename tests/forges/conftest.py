"""The made-up forge in both dialects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forges.made_up import KINDS, MadeUp, made_up


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest) -> Iterator[MadeUp]:
    """A forge of each kind."""
    with made_up(request.param) as forge:
        yield forge
