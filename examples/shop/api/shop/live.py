"""Follows an order: Redis says when the worker has written something."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from shop import orders
from shop.wiring import Wiring

LONGEST_SECONDS = 120
LOOK_AGAIN_SECONDS = 5


async def follow(wiring: Wiring, ref: UUID) -> AsyncIterator[str]:
    """Server-sent events until the order is decided, or for two minutes: the browser then asks again."""
    end = time.monotonic() + LONGEST_SECONDS
    async with wiring.listener.pubsub() as channel:
        await channel.subscribe(f"order:{ref}")
        # Listening must have begun before the first look, or a change in between goes unseen.
        await channel.get_message(timeout=LOOK_AGAIN_SECONDS)
        while True:
            order = await run_in_threadpool(orders.status, wiring, ref)
            yield _event(order)
            if order is None or order["status"] != "received" or time.monotonic() > end:
                return
            await channel.get_message(ignore_subscribe_messages=True, timeout=LOOK_AGAIN_SECONDS)


def _event(order: dict[str, Any] | None) -> str:
    return f"event: order\ndata: {json.dumps(order)}\n\n"
