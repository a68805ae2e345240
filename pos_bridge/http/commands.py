"""Commands: what people do at screens, and stock as programs set it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kds.kitchen.commands import Command, CommandKind
from kds.records import BadCommands, FieldError, command_from, parse_commands
from kds.records.body import clean, read_json
from kds.records.command_schema import commands_schema
from kds.records.shapes import stock_schema
from kds.store.values import Answer
from pos_bridge.http.answers import answer
from pos_bridge.http.raw import RawRoute, answers, body_of, in_path
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import CommandAnswer, Failure, Faults, StockLeft
from pos_bridge.jobs import DoCommands
from pos_bridge.reading import read_apart
from pos_bridge.status.messages import json_number

_AT_ONCE = 64
"""So many commands of a list are one transaction: others need not wait for a whole long list."""

_LEFT = {
    "type": "object",
    "required": ["left"],
    "properties": {"left": {"anyOf": [stock_schema(), {"type": "null"}]}},
}
_FAILURES = answers(_400=Failure, _401=Failure, _413=Failure, _422=Faults, _503=Failure)


def router(services: Services) -> APIRouter:
    """Return the calls that change something in the kitchen."""
    calls = APIRouter(tags=["commands"], route_class=RawRoute)

    async def post_commands(request: Request) -> Response:
        """Do one command or a list of them, in order, each once."""
        return await _do(services, request)

    async def put_stock(request: Request) -> Response:
        """Set how many portions of an item are left; null: it is not counted."""
        return await _set_stock(services, request)

    calls.add_api_route(
        "/v1/commands",
        post_commands,
        methods=["POST"],
        summary="Do commands",
        response_model=list[CommandAnswer],
        responses=_FAILURES,
        openapi_extra=body_of(commands_schema()),
    )
    calls.add_api_route(
        "/v1/stock/{item_id:path}",
        put_stock,
        methods=["PUT"],
        summary="Set what is left of an item",
        response_model=StockLeft,
        responses=_FAILURES,
        openapi_extra=body_of(_LEFT, also=in_path("item_id")),
    )
    calls.add_api_route(
        "/v1/stock",
        _stock_call(services),
        methods=["GET"],
        summary="Items that are counted",
        response_model=dict[str, StockLeft],
    )
    return calls


async def _do(services: Services, request: Request) -> Response:
    async with services.bodies.of(request) as body:
        content_type = request.headers.get("content-type", "")
        commands = await read_apart(parse_commands, body, content_type)
        answers: list[Answer] = []
        for start in range(0, len(commands), _AT_ONCE):
            some = DoCommands(commands[start : start + _AT_ONCE])
            answers.extend(await services.writer.submit(some))
        return answer([_answer(each) for each in answers])


def _answer(done: Answer) -> dict[str, Any]:
    return {"id": done.id, "result": done.result.value, "why": done.why, "seq": done.seq}


# --- stock ---------------------------------------------------------------------------------


def _stock_call(services: Services) -> Any:
    async def get_stock(_request: Request) -> Response:
        """Answer the portions left by item; what is not listed is not counted.

        `short`, where there are any: portions that are ordered and cannot be made.
        """
        kitchen = services.feed.kitchen
        found: dict[str, Any] = {}
        for item, left in sorted(kitchen.stock.items()):
            found[item] = {"left": json_number(left)}
            if item in kitchen.short:
                found[item]["short"] = json_number(kitchen.short[item])
        return answer(found)

    return get_stock


async def _set_stock(services: Services, request: Request) -> Response:
    item = clean(request.path_params["item_id"])
    async with services.bodies.of(request) as body:
        content_type = request.headers.get("content-type", "")
        value, _ = await read_apart(read_json, body, content_type)
        await services.writer.submit(DoCommands((_stock_command(item, value),)))
    return answer({"left": json_number(services.feed.kitchen.stock.get(item))})


def _stock_command(item: str, value: object) -> Command:
    if not isinstance(value, dict) or "left" not in value:
        raise BadCommands([FieldError("left", "is missing")])
    kind = CommandKind.ON_SALE.value
    return command_from(
        {"id": uuid4().hex, "kind": kind, "item_id": item, "left": value["left"], "device": "http"}
    )
