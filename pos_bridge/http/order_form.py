"""The form at /order: the kitchen goes on while the point of sale is dead. No script, no internet.

Signing in is the browser's own (HTTP Basic, any name, a token as the password); pages of other
origins are turned away by the guard.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kds.kitchen.ids import BY_HAND
from kds.kitchen.messages import LineContent
from kds.records.shapes import quantity
from pos_bridge.http.bodies import BodyRefusedError
from pos_bridge.http.order_page import Filled, Row, page
from pos_bridge.http.raw import RawRoute
from pos_bridge.http.services import Services
from pos_bridge.jobs import Reply
from pos_bridge.writer import NotDurableError

PATH = "/order"
_MOST_BYTES = 256 * 1024
_ROWS = 8
_MOST_ROWS = 200
_SPELT = {"半": "0.5", "两": "2", "十": "10"} | {
    c: str(i) for i, c in enumerate("一二三四五六七八九", 1)
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def router(services: Services) -> APIRouter:
    """Return the two calls of the form; they are for people and not described."""
    calls = APIRouter(route_class=RawRoute, include_in_schema=False)

    async def get_form(request: Request) -> Response:
        """Answer an empty form."""
        dishes = await services.dishes.known()
        return _page(request, _empty(), dishes)

    async def post_form(request: Request) -> Response:
        """Take the order that is written in the form, or show the form again with what is wrong."""
        return await _take(services, request)

    calls.add_api_route(PATH, get_form, methods=["GET"])
    calls.add_api_route(PATH, post_form, methods=["POST"])
    return calls


async def _take(services: Services, request: Request) -> Response:
    dishes = await services.dishes.known()
    try:
        async with services.bodies.of(request) as body:
            filled = _filled(body)
    except BodyRefusedError as refused:
        return _page(request, _empty(), dishes, (refused.message,), refused.status)
    if filled.wants_rows:
        return _page(request, filled, dishes)
    faults = _faults(filled)
    if faults:
        return _page(request, filled, dishes, faults, 422)
    order = json.dumps(_order(filled, dishes), ensure_ascii=False).encode()
    try:
        reply = await services.intake.take("order", order, "application/json", "")
    except NotDurableError:
        return _page(request, filled, dishes, ("unsaved",), 503)
    if reply.status >= 300:
        return _page(request, filled, dishes, _told(reply), reply.status)
    return _page(request, _empty(sent=filled), dishes)


def _empty(sent: Filled | None = None) -> Filled:
    """Return a form to fill in; its id is the order's, so that sending twice orders once."""
    return Filled(order_id=token_hex(12), rows=(Row(),) * _ROWS, sent=sent)


def _filled(body: bytes) -> Filled:
    """Read what a browser sends. Raises BodyRefusedError."""
    if len(body) > _MOST_BYTES:
        raise BodyRefusedError(413, "too_long")
    sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2_000)
    field = {name: values[0].strip() for name, values in sent.items()}
    columns = [sent.get(name, []) for name in ("dish", "quantity", "line_note")]
    rows = [Row(*map(str.strip, cells)) for cells in zip(*columns, strict=False)]
    more = (Row(),) * _ROWS if "more" in field else ()
    return Filled(
        order_id=field.get("order_id", "") or token_hex(12),
        table=field.get("table", ""),
        number=field.get("number", ""),
        service=field.get("service", "dine_in"),
        guests=field.get("guests", ""),
        note=field.get("note", ""),
        rows=(*rows, *more)[:_MOST_ROWS],
        wants_rows="more" in field,
    )


def _faults(filled: Filled) -> tuple[str, ...]:
    """Return what is missing or no number, before the intake has its say and makes a card of it."""
    faults = []
    if not filled.table and not filled.number:
        faults.append("no_table")
    if not any(row.dish for row in filled.rows):
        faults.append("no_dish")
    if any(not row.dish and (row.quantity or row.note) for row in filled.rows):
        faults.append("no_name")
    odd = [row for row in filled.rows if row.dish and _number(row.quantity or "1") is None]
    if odd:
        faults += ["no_number", *(f"{row.dish}: {row.quantity}" for row in odd)]
    if filled.guests and not _plain(filled.guests).isdecimal():
        faults += ["no_number", filled.guests]
    return tuple(faults)


def _number(typed: str) -> str | None:
    """Return a quantity as it is typed in a hurry (２, 2份, x2, 两) in plain digits, or None."""
    digits = _plain(typed).strip("x×份个 ")
    digits = _SPELT.get(digits, digits)
    try:
        return format(quantity(digits), "f")
    except ValueError:
        return None


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _told(reply: Reply) -> tuple[str, ...]:
    """Return what the intake found wrong, in its words."""
    errors = reply.content.get("errors", [])
    if errors:
        return tuple(f"{each['field']}: {each['message']}" for each in errors)
    return (str(reply.content.get("error", "")),)


def _order(filled: Filled, dishes: Mapping[str, LineContent]) -> dict[str, Any]:
    """Return the canonical order; what the till said of a dish before routes it here, too."""
    rows = [row for row in filled.rows if row.dish]
    return {
        "source": BY_HAND,
        "order_id": filled.order_id,
        "table": filled.table,
        "number": filled.number,
        "service": filled.service,
        "guests": _plain(filled.guests) or None,
        "note": filled.note,
        "lines": [_line(str(number), row, dishes) for number, row in enumerate(rows, 1)],
    }


def _line(line_id: str, row: Row, dishes: Mapping[str, LineContent]) -> dict[str, Any]:
    known = dishes.get(row.dish)
    line: dict[str, Any] = {
        "line_id": line_id,
        "name": row.dish,
        "quantity": _number(row.quantity or "1"),
        "note": row.note,
    }
    if known is not None:
        line |= {
            "item_id": known.item_id,
            "category": known.category,
            "tags": list(known.tags),
            "names": dict(known.names),
            "unit": known.unit,
        }
    return line


def _page(
    request: Request,
    filled: Filled,
    dishes: Mapping[str, LineContent],
    faults: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    asked = request.query_params.get("lang", "")
    spoken = request.headers.get("accept-language", "").lower()
    lang = asked if asked in {"zh", "en"} else "zh" if spoken.startswith("zh") else "en"
    return HTMLResponse(page(filled, dishes, lang, faults), status, _HEADERS)
