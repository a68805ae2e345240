"""What was to be told to the till's side and was given up: looked at, sent again, forgotten."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from kds.records.times import iso
from kds.store.values import Parked
from pos_bridge.http.answers import answer, error
from pos_bridge.http.raw import answers
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure


class GivenUp(BaseModel):
    """A message that was given up. `why`: what the other side said."""

    channel: str
    id: str
    about: str
    at: str
    why: str
    message: dict[str, Any]


class OutboxAnswer(BaseModel):
    """How each destination does, as in /health, and the latest messages that were given up."""

    destinations: list[dict[str, Any]]
    given_up: list[GivenUp]


class Seen(BaseModel):
    """What was done."""

    done: Literal["again", "forgotten"]


def router(services: Services) -> APIRouter:
    """Return the calls about messages to the till's side."""
    calls = APIRouter(tags=["telling"])

    @calls.get("/v1/outbox", summary="What was not told", response_model=OutboxAnswer)
    async def get_outbox() -> Response:
        """Answer what waits for each destination, and up to 100 messages that were given up."""
        parked = await asyncio.to_thread(services.reports.given_up)
        return answer(
            {
                "destinations": services.reports.as_json(),
                "given_up": [_given_up(each) for each in parked],
            }
        )

    failures = answers(_401=Failure, _404=Failure, _503=Failure)

    @calls.post(
        "/v1/outbox/{message_id}/again",
        summary="Send after all",
        response_model=Seen,
        responses=failures,
    )
    async def post_again(message_id: str) -> Response:
        """Send what was given up, if nothing later about the same order has been sent."""
        if await services.reports.again(message_id):
            return answer({"done": "again"})
        return error(404, "No such message was given up, or something later has been told.")

    @calls.delete(
        "/v1/outbox/{message_id}",
        summary="Forget",
        response_model=Seen,
        responses=failures,
    )
    async def delete_given_up(message_id: str) -> Response:
        """Forget a message that was given up."""
        if await services.reports.drop(message_id):
            return answer({"done": "forgotten"})
        return error(404, "No such message was given up.")

    return calls


def _given_up(parked: Parked) -> dict[str, Any]:
    entry = parked.entry.outgoing
    return {
        "channel": entry.channel,
        "id": entry.id,
        "about": entry.key,
        "at": iso(entry.created_at),
        "why": parked.why,
        "message": json.loads(entry.body),
    }
