"""Healthy if the worker has its partitions and has looked for work lately."""

from __future__ import annotations

import sys
import time
from pathlib import Path

HEARTBEAT = Path("/tmp/heartbeat")  # noqa: S108 - the container's own, nobody else is in it
LONGEST_SECONDS = 30

if __name__ == "__main__":
    if not HEARTBEAT.exists():
        sys.exit("waiting for its partitions")
    silent = time.time() - HEARTBEAT.stat().st_mtime
    sys.exit(0 if silent < LONGEST_SECONDS else f"silent for {silent:.0f} s")
