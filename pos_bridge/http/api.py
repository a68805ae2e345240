"""The HTTP application: every call of the outside contract, its description, its error answers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from kds import __version__
from kds.records import BadBody, BodyError, TooLarge
from kds.records.shapes import path
from kds.store.errors import StoreError
from pos_bridge.access import Access
from pos_bridge.http import (
    capture,
    commands,
    docs,
    events,
    health,
    kitchen,
    order_form,
    orders,
    outbox,
    pos,
    rules,
    slips,
    sources,
    webhooks,
)
from pos_bridge.http.answers import answer, error, faults, unavailable
from pos_bridge.http.bodies import BodyRefusedError
from pos_bridge.http.description import Described
from pos_bridge.http.guard import Guard
from pos_bridge.http.services import Services
from pos_bridge.reads import TooOldError
from pos_bridge.writer import FaultError, NotDurableError

_ABOUT = (
    "Takes orders from any point of sale, tells every kitchen screen, takes the kitchen's actions "
    "back. An answer of 2xx means: it is on disk."
)
_QUIET: dict[str, Any] = {
    "telemetry": {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
}
"""FastAPI's telemetry slows every call and may look for a collector on the network."""


def application(services: Services, access: Access) -> ASGIApp:
    """Return the application, guarded."""
    app = Described(
        title="pos-bridge",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        **_QUIET,
    )
    app.router.redirect_slashes = False
    rooms = (
        orders,
        order_form,
        commands,
        kitchen,
        rules,
        events,
        sources,
        outbox,
        slips,
        capture,
        health,
    )
    for room in rooms:
        app.router.routes += room.router(services).routes  # `include_router` makes them anew
    app.router.routes += pos.router(services, access).routes

    webhooks.describe(app)

    @app.get("/docs", include_in_schema=False)
    async def get_docs() -> Response:
        return HTMLResponse(docs.page(app.openapi()))

    _answer_errors(app)
    return Guard(app, access, {("POST", orders.PATH): orders.hot_path(services)})


def _answer_errors(app: FastAPI) -> None:
    """Give every exception that a call may raise its answer, in JSON and plain words."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(BodyRefusedError, _of_refused_body)
    app.add_exception_handler(BodyError, _of_body)
    app.add_exception_handler(NotDurableError, _of_not_durable)
    app.add_exception_handler(StoreError, _of_store)
    app.add_exception_handler(FaultError, _of_fault)
    app.add_exception_handler(TooOldError, _of_too_old)


async def _of_http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    headers = dict(failure.headers or {})
    if failure.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request))
    return error(failure.status_code, str(failure.detail), headers)


def _methods(request: Request) -> list[str]:
    """Return every method that the path is served by; a router names those of one route."""
    routes = (route for route in request.app.router.routes if isinstance(route, Route))
    here = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in here for method in route.methods or ()})


async def _of_parameters(_request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    return faults((path(found["loc"][1:]), found["msg"]) for found in failure.errors())


async def _of_refused_body(_request: Request, failure: Exception) -> Response:
    assert isinstance(failure, BodyRefusedError)
    if failure.status == 503:
        return unavailable(failure.message)
    return error(failure.status, failure.message)


async def _of_body(_request: Request, failure: Exception) -> Response:
    if isinstance(failure, BadBody):
        return faults(failure.errors)
    return error(413 if isinstance(failure, TooLarge) else 400, str(failure))


async def _of_not_durable(_request: Request, failure: Exception) -> Response:
    return unavailable(str(failure))


async def _of_store(_request: Request, _failure: Exception) -> Response:
    return unavailable("The bridge can not read its store just now.")


async def _of_fault(_request: Request, _failure: Exception) -> Response:
    return error(500, "The bridge failed; its log says why.")


async def _of_too_old(_request: Request, failure: Exception) -> Response:
    assert isinstance(failure, TooOldError)
    return answer({"error": str(failure), "floor": failure.floor}, 410)
