"""Orders: in by POST, out by GET."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kds.board.views import order_lines
from kds.kitchen.counts import step_counts
from kds.kitchen.ids import OrderId, OrderKey, SourceId
from kds.kitchen.orders import Line
from kds.kitchen.state import Kitchen
from kds.records.boards import counts_json, line_json
from kds.records.body import clean
from kds.records.canonical import canonical_schema
from pos_bridge.http.answers import answer, error, unavailable
from pos_bridge.http.bodies import BodyRefusedError
from pos_bridge.http.raw import RawRoute, TextRoute, answers, body_of
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Contradiction, Failure, Faults, OrderAnswer, Rejection
from pos_bridge.jobs import Reply
from pos_bridge.writer import NotDurableError

_KEY_HEADER = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 255},
            "description": "The same key with the same content is taken once; kept 40 days.",
        }
    ]
}
_ANSWERS = answers(
    _200=OrderAnswer,
    _201=OrderAnswer,
    _400=Rejection,
    _401=Failure,
    _409=Contradiction,
    _413=Rejection,
    _415=Rejection,
    _422=Faults,
    _503=Failure,
)


PATH = "/v1/orders"


def hot_path(services: Services) -> ASGIApp:
    """Return the taking of orders as a bare application; `router` describes the same call."""

    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        response = await _take(services, Request(scope, receive, send))
        await response(scope, receive, send)

    return take


def router(services: Services) -> APIRouter:
    """Return the calls about orders."""
    calls = APIRouter(tags=["orders"], route_class=TextRoute)

    async def post_order(request: Request) -> Response:
        """Take an order or an amendment. 2xx means: it is on disk."""
        return await _take(services, request)

    calls.add_api_route(
        PATH,
        post_order,
        methods=["POST"],
        summary="Send an order or an amendment",
        status_code=201,
        responses=_ANSWERS,
        openapi_extra=body_of(canonical_schema(), also=_KEY_HEADER),
        route_class_override=RawRoute,
    )

    @calls.get(
        "/v1/orders/{source}/{order_id:path}",
        summary="An order's own lines",
        responses=answers(_404=Failure),
    )
    async def get_order(source: str, order_id: str, lang: Literal["zh", "en"] = "en") -> Response:
        """Answer the lines of one order over all visits, archived ones too."""
        key = OrderKey(SourceId(source), OrderId(clean(order_id)))
        return await _order(services, key, lang)

    return calls


# --- in ------------------------------------------------------------------------------------


async def _take(services: Services, request: Request) -> Response:
    """Read, hand to the intake, answer."""
    headers = request.headers
    content_type = headers.get("content-type", "")
    try:
        async with services.bodies.of(request) as body:
            unfit = _unfit(content_type, headers.get("content-encoding", ""))
            if unfit:
                reply = await services.intake.refuse("orders", body, content_type, 415, unfit)
            else:
                key = headers.get("idempotency-key", "")
                reply = await services.intake.take("orders", body, content_type, key)
    except BodyRefusedError as refusal:
        return await _refused(services, refusal, content_type)
    except NotDurableError as failure:
        return unavailable(str(failure))
    return _answered(reply)


def _unfit(content_type: str, encoding: str) -> str:
    """Say why a body of this type is not read, "" if it is. No type at all is taken for JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        return f"The content type must be application/json, not {kind}."
    if encoding.lower() not in {"", "identity"}:
        return f"The body must not be compressed ({encoding})."
    return ""


async def _refused(services: Services, refusal: BodyRefusedError, content_type: str) -> Response:
    """Answer for a body that did not come in whole; what came is kept and shown."""
    if refusal.status == 503:
        return unavailable(refusal.message)
    try:
        return _answered(
            await services.intake.refuse(
                "orders", refusal.start, content_type, refusal.status, refusal.message
            )
        )
    except NotDurableError as failure:
        return unavailable(str(failure))


def _answered(reply: Reply) -> Response:
    return answer(reply.content, reply.status)


# --- out -----------------------------------------------------------------------------------


async def _order(services: Services, key: OrderKey, lang: str) -> Response:
    kitchen = await services.reads.order(key)
    made = None
    if kitchen is not None:
        made = await asyncio.to_thread(_order_json, services, kitchen, key, lang)
    return error(404, "There is no such order.") if made is None else answer(made)


def _order_json(
    services: Services, kitchen: Kitchen, key: OrderKey, lang: str
) -> dict[str, Any] | None:
    now = services.time.now()
    lines = order_lines(kitchen, services.feed.book, key, now)
    if lines is None:
        return None
    order = kitchen.orders[key]
    return {
        "source": key.source,
        "order_id": key.order_id,
        "revision": order.revision,
        "service": order.fields.service.value,
        "channel": order.fields.channel.value,
        "visit": order.visit,
        "incomplete": order.incomplete,
        "cancelled": order.fields.cancelled,
        "seq": order.seq,
        "lines": [
            line_json(line, now, lang) | {"steps": _steps(order.lines[line.key.line_id])}
            for line in lines
        ],
    }


def _steps(line: Line) -> list[dict[str, Any]]:
    """Return the steps of a line, each with its own portions."""
    return [
        {
            "station": step.station,
            "after": list(step.after),
            "portions": counts_json(step_counts(line, [index])),
        }
        for index, step in enumerate(line.routing.steps)
    ]
