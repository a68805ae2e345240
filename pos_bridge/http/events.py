"""The log to the outside: by page, and as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from kds.records.events import event_json
from kds.store.errors import StoreError
from pos_bridge.feed import TooManyError, TooSlowError
from pos_bridge.http.answers import answer, unavailable
from pos_bridge.http.raw import answers
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import EventAnswer, Failure, TooOld
from pos_bridge.reads import MOST_EVENTS, TooOldError

_RETRY_MS = 1_000
Place = Annotated[int, Query(ge=0, lt=2**63, description="a log place; what came after it")]


def router(services: Services) -> APIRouter:
    """Return the calls that read the log."""
    calls = APIRouter(tags=["events"], responses=answers(_410=TooOld))

    @calls.get("/v1/events", summary="A page of the log", response_model=list[EventAnswer])
    async def get_events(
        after: Place = 0, limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 500
    ) -> Response:
        """Answer what happened after a log place, oldest first."""
        entries = await services.reads.events(after, limit)
        return answer([event_json(*entry) for entry in entries])

    @calls.get("/v1/stream", summary="The log as it grows", responses=answers(_503=Failure))
    async def get_stream(
        after: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
        last_event_id: Annotated[int | None, Header(ge=0, lt=2**63)] = None,
    ) -> Response:
        """Answer server-sent events after a log place, and go on; without one, from now on.

        A reader that falls behind is cut off; browsers come back by themselves with the id of
        the last event they have seen, which wins over `after`.
        """
        place = last_event_id if last_event_id is not None else after
        if place is None:
            place = services.feed.kitchen.seq
        if services.feed.is_full:
            return unavailable("Too many read the log as it grows.")
        await services.reads.check_place(place)  # said as a status, not in the stream
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        text = _sent(services, place)
        return StreamingResponse(text, headers=headers, media_type="text/event-stream")

    return calls


async def _sent(services: Services, place: int) -> AsyncIterator[str]:
    """Yield the text of the stream; it ends with the bridge or when the reader is too slow."""
    yield f"retry: {_RETRY_MS}\n\n"
    try:
        async for news in services.reads.follow(place):
            yield "".join(f"id: {item.seq}\ndata: {item.text}\n\n" for item in news)
    except (TooManyError, TooSlowError, TooOldError, StoreError):
        return
