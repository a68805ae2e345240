"""What the kitchen looks like: boards, visits, alerts."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator
from starlette.responses import Response

from kds.board.scope import UnknownView
from kds.kitchen.state import Alert
from kds.records.times import iso
from pos_bridge.http.answers import answer
from pos_bridge.http.raw import answers
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import AlertAnswer, Failure
from pos_bridge.http.stories import story_json


def _day(text: object) -> object:
    """Take a day as it is written, and no number of seconds."""
    if isinstance(text, str) and _DAY.fullmatch(text) is None:
        raise ValueError("must be a day such as 2026-11-21")
    return text


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, BeforeValidator(_day)]


def router(services: Services) -> APIRouter:
    """Return the calls that look at the kitchen."""
    calls = APIRouter(tags=["kitchen"])

    @calls.get("/v1/board/{view}", summary="What a view shows", responses=answers(_404=Failure))
    async def get_board(view: str) -> Response:
        """Answer exactly what that view shows: a station's id, expo, pickup or all."""
        try:
            return answer(await services.reads.board(view))
        except UnknownView as unknown:
            known = ", ".join(unknown.known)
            message = f"There is no view {view!r}; there are {known}."
            return answer({"error": message, "views": list(unknown.known)}, 404)

    @calls.get("/v1/visits", summary="Visits, also closed ones")
    async def get_visits(
        table: str | None = None,
        on: Annotated[Day | None, Query(alias="date", description="the business day")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Answer the latest visits of a table or business day, with one timeline per line."""
        stories = await services.reads.visits(table, on, limit)
        return answer([story_json(story) for story in stories])

    @calls.get("/v1/alerts", summary="Alerts", response_model=list[AlertAnswer])
    async def get_alerts() -> Response:
        """Answer what could not be understood, with the start of the raw text, newest first."""
        alerts = sorted(services.feed.kitchen.alerts.values(), key=lambda a: a.at, reverse=True)
        return answer([_alert(alert) for alert in alerts])

    return calls


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "source": alert.source,
        "at": iso(alert.at),
        "message": alert.message.en,
        "messages": {"zh": alert.message.zh, "en": alert.message.en},
        "raw": alert.raw,
    }
