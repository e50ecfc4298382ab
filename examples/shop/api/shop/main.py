"""The routes. The web container serves them under /api."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from shop import basket, catalogue, orders
from shop.live import follow
from shop.outbox import Relay
from shop.wiring import Wiring, check, connect


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connected while the API runs; what the outbox is sending is finished before it ends."""
    wiring = await run_in_threadpool(connect)
    relay = Relay(wiring)
    relay.start()
    app.state.wiring, app.state.relay = wiring, relay
    yield
    await run_in_threadpool(relay.end)
    await wiring.listener.aclose()
    wiring.cache.close()
    wiring.db.close()


app = FastAPI(title="Alder & Finch", lifespan=lifespan)


def wired(request: Request) -> Wiring:
    """The connections of this process."""
    wiring: Wiring = request.app.state.wiring
    return wiring


def visitor(response: Response, basket: Annotated[UUID | None, Cookie()] = None) -> UUID:
    """The visitor's basket; whoever has none gets one."""
    if basket is None:
        basket = uuid4()
        response.set_cookie("basket", str(basket), max_age=7 * 24 * 3600, httponly=True, samesite="lax")
    return basket


Wired = Annotated[Wiring, Depends(wired)]
Visitor = Annotated[UUID, Depends(visitor)]


class Quantity(BaseModel):
    """How many of a product are wanted."""

    quantity: int = Field(ge=0, le=basket.MOST)


@app.middleware("http")
async def never_kept(request: Request, call_next: Any) -> Response:
    """Nothing here may be kept by a browser: Redis is the cache."""
    response: Response = await call_next(request)
    response.headers["Cache-Control"] = "no-store"
    return response


@app.exception_handler(orders.Refused)
async def refused(_request: Request, problem: orders.Refused) -> JSONResponse:
    """An order that cannot be taken is the customer's to put right."""
    return JSONResponse({"detail": str(problem)}, status_code=409)


@app.get("/healthz")
def healthz(wiring: Wired) -> JSONResponse:
    """Healthy if Postgres, Redis and Kafka answer."""
    said = check(wiring)
    return JSONResponse(said, status_code=200 if set(said.values()) == {"ok"} else 503)


@app.get("/about")
def about(wiring: Wired) -> dict[str, Any]:
    """Which environment this is, and what is in it."""
    with wiring.db.connection() as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM customers) AS customers,"
            " (SELECT count(*) FROM orders) AS orders, (SELECT version_num FROM alembic_version) AS revision"
        ).fetchone()
    names = {name: os.environ.get(f"ENVCTL_{name.upper()}", "") for name in ("environment", "project", "branch")}
    return {**names, **(counted or {})}


@app.get("/products")
def products(wiring: Wired, q: str = "", category: str = "") -> dict[str, Any]:
    """The catalogue, or what of it matches."""
    return catalogue.find(wiring, q[:100], category[:50])


@app.get("/products/{number}")
def product(wiring: Wired, number: int) -> dict[str, Any]:
    """One product and its reviews."""
    found = catalogue.product(wiring, number)
    if found is None:
        raise HTTPException(404, "There is no such product.")
    return found


@app.get("/basket")
def show_basket(wiring: Wired, visitor: Visitor) -> dict[str, Any]:
    """What is in the visitor's basket."""
    return basket.show(wiring, visitor)


@app.put("/basket/{number}")
def change_basket(wiring: Wired, visitor: Visitor, number: int, wanted: Quantity) -> dict[str, Any]:
    """So many of this product, please."""
    basket.change(wiring, visitor, number, wanted.quantity)
    return basket.show(wiring, visitor)


@app.post("/orders", status_code=201)
def place_order(
    request: Request, response: Response, wiring: Wired, visitor: Visitor, form: orders.OrderForm
) -> dict[str, Any] | None:
    """Order what is in the basket."""
    orders.place(wiring, visitor, basket.quantities(wiring, visitor), form)
    order = orders.status(wiring, visitor)
    request.app.state.relay.wake()
    basket.empty(wiring, visitor)
    catalogue.changed(wiring)
    response.delete_cookie("basket")
    return order


@app.get("/orders/{ref}")
def order_status(wiring: Wired, ref: UUID) -> dict[str, Any]:
    """How an order stands."""
    order = orders.status(wiring, ref)
    if order is None:
        raise HTTPException(404, "There is no such order.")
    return order


@app.get("/orders/{ref}/events")
async def order_events(wiring: Wired, ref: UUID) -> StreamingResponse:
    """How an order stands, said again whenever it changes (server-sent events)."""
    if await run_in_threadpool(orders.status, wiring, ref) is None:
        raise HTTPException(404, "There is no such order.")
    return StreamingResponse(follow(wiring, ref), media_type="text/event-stream")
