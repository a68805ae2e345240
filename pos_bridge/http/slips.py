"""What the kitchen's printers print: the latest slips, printed once more or forgotten."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from kds.records.errors import RecordError
from kds.records.times import iso
from kds.store.values import Listed
from pos_bridge.http.answers import answer, error
from pos_bridge.http.outbox import Seen
from pos_bridge.http.raw import answers
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure
from pos_bridge.printing.slips import slip_of

Place = Annotated[int, Path(ge=1, lt=2**63)]


class SlipAnswer(BaseModel):
    """A slip. `at`: when it was due; `heading`: table or number; `why` it was given up."""

    id: int
    at: str
    state: Literal["waiting", "printed", "given_up", "forgotten"]
    why: str | None
    printer: str
    rule: str
    on: str
    station: str
    heading: str
    part: str
    lines: list[str]


class SlipsAnswer(BaseModel):
    """How the printers do, as in /health, and the latest slips, newest first."""

    printing: dict[str, Any]
    slips: list[SlipAnswer]


def router(services: Services) -> APIRouter:
    """Return the calls about slips."""
    calls = APIRouter(tags=["printing"])
    failures = answers(_401=Failure, _404=Failure, _503=Failure)

    @calls.get("/v1/slips", summary="What was printed, and what not", response_model=SlipsAnswer)
    async def get_slips(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        given_up: Annotated[bool, Query(description="of those that no printer took")] = False,
    ) -> Response:
        """Answer the latest slips, newest first, and how the printers do."""
        found = await asyncio.to_thread(services.press.latest, limit, given_up=given_up)
        told = {"printing": services.press.as_json(), "slips": [_slip(each) for each in found]}
        return answer(told)

    @calls.post(
        "/v1/slips/{slip_id}/again",
        summary="Print once more",
        response_model=Seen,
        responses=failures,
    )
    async def post_again(slip_id: Place) -> Response:
        """Print a slip that was printed or given up; it says on it that it may be a copy."""
        if await services.press.again(slip_id):
            return answer({"done": "again"})
        return error(404, "There is no such slip, or it still waits for its printer.")

    @calls.delete("/v1/slips/{slip_id}", summary="Forget", response_model=Seen, responses=failures)
    async def delete_slip(slip_id: Place) -> Response:
        """Forget a slip that was given up."""
        if await services.press.drop(slip_id):
            return answer({"done": "forgotten"})
        return error(404, "No such slip was given up.")

    return calls


def _slip(listed: Listed) -> dict[str, Any]:
    row = listed.entry.outgoing
    told = {
        "id": listed.entry.place,
        "at": iso(row.created_at),
        "state": _state(listed),
        "why": listed.why,
        "printer": row.key,
    }
    return told | _content(listed)


def _state(listed: Listed) -> str:
    if listed.why is not None:
        return "given_up" if listed.done_at is None else "forgotten"
    return "waiting" if listed.done_at is None else "printed"


def _content(listed: Listed) -> dict[str, Any]:
    """Return what stands on a slip; nothing of one that this program cannot read."""
    nothing = {"rule": "", "on": "", "station": "", "heading": "", "part": "", "lines": []}
    try:
        slip = slip_of(listed.entry.outgoing)
    except RecordError:
        return nothing
    return {
        "at": iso(slip.at),
        "rule": slip.rule,
        "on": slip.on.value,
        "station": slip.station[slip.lang],
        "heading": slip.heading,
        "part": slip.part,
        "lines": [f"{line.count} {line.name}" for line in slip.lines],
    }
