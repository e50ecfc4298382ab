"""Which data a server can go on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envctl.services import BY_NAME
from envctl.text import text
from envctl.workload import Format


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("postgres", {"version": "17.2"}, Format((17,))),
        ("postgres", {"version": "latest"}, Format()),
        ("postgres", {"image": "postgis/postgis:15-3.4"}, Format((15,))),
        ("redis", {"version": "7.2.4"}, Format((7, 2), reads_older=True)),
        ("redis", {"version": 8}, Format((8,), reads_older=True)),
        ("redis", {"image": "valkey/valkey:8.1-alpine"}, Format((8, 1), reads_older=True)),
        ("kafka", {"version": "4.1.1"}, Format((4, 1), reads_older=True)),
        ("kafka", {"image": "acme/kafka:edge", "version": "3.9.0"}, Format((3, 9), reads_older=True)),
    ],
)
def test_the_version_that_its_data_depends_on(kind: str, fields: dict[str, Any], expected: Format) -> None:
    """The major one of Postgres; Redis and Kafka change their format with minor ones too, and read older data."""
    section = BY_NAME[kind].model_validate({"kind": kind, **fields})
    assert expected == section.workload("db", "shop", Path("/"), lambda service, attribute: text("")).format
