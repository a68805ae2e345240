"""Sources: how each stands, and the sign of life that a till may give."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from kds.records import BadBody, FieldError
from kds.records.body import read_json
from kds.records.shapes import Shape, Whole, field_errors
from kds.records.times import iso
from pos_bridge.http.answers import answer, error
from pos_bridge.http.raw import RawRoute, answers, body_of, in_path
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure, Faults, SourceAnswer
from pos_bridge.pulse.pulse import Standing

_NAME = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_MOST_BYTES = 64 * 1024


class _Beat(Shape):
    """A till's sign of life. `every_s`: when the next comes at the latest.

    `sequence`: the number of the last message that it gave one, sent or not.
    """

    every_s: float | None = Field(None, gt=0, le=3600)
    sequence: Whole | None = None


_BEAT: TypeAdapter[_Beat] = TypeAdapter(_Beat)


def router(services: Services) -> APIRouter:
    """Return the calls about sources."""
    calls = APIRouter(tags=["sources"], route_class=RawRoute)

    async def get_sources(_request: Request) -> Response:
        """Answer when each source was last heard of, what it misses, how long it may be silent."""
        standings = services.pulse.standings(services.time.now())
        return answer([source_json(standing) for standing in standings])

    async def post_heartbeat(request: Request) -> Response:
        """Take a sign of life; the answer names the numbers that have not come."""
        return await _beat(services, request)

    calls.add_api_route(
        "/v1/sources",
        get_sources,
        methods=["GET"],
        summary="How the sources stand",
        response_model=list[SourceAnswer],
    )
    calls.add_api_route(
        "/v1/sources/{source}/heartbeat",
        post_heartbeat,
        methods=["POST"],
        summary="Give a sign of life",
        response_model=SourceAnswer,
        responses=answers(_400=Failure, _404=Failure, _413=Failure, _422=Faults),
        openapi_extra=body_of(
            _BEAT.json_schema(), also=in_path("source", pattern=_NAME.pattern), is_required=False
        ),
    )
    return calls


async def _beat(services: Services, request: Request) -> Response:
    source = request.path_params["source"]
    if _NAME.fullmatch(source) is None:
        return error(404, "A source's name has 1 to 64 letters, digits, '.', '_' and '-'.")
    async with services.bodies.of(request) as body:
        beat = _read(body[: _MOST_BYTES + 1])
    now = services.time.now()
    services.pulse.beat(source, beat.every_s, beat.sequence, now)
    standing = services.pulse.standing(source, now)
    if standing is None:
        return error(404, "More sources than the bridge keeps; this one is not watched.")
    return answer(source_json(standing))


def _read(body: bytes) -> _Beat:
    """Read a heartbeat; an empty body is one that promises nothing. Raises `BodyError`."""
    if not body.strip():
        return _Beat()
    if len(body) > _MOST_BYTES:
        raise BadBody([FieldError("", "is longer than a heartbeat may be")])
    value, _ = read_json(body)
    if not isinstance(value, dict):
        raise BadBody([FieldError("", "a heartbeat must be an object")])
    try:
        return _BEAT.validate_python(value)
    except ValidationError as fault:
        raise BadBody(field_errors(fault.errors(include_url=False, include_input=False))) from None


def source_json(standing: Standing) -> dict[str, Any]:
    """Return how a source stands, as the outside contract shows it."""
    allowed = standing.allowed_ms
    return {
        "source": standing.source,
        "name": standing.name,
        "where": standing.where.value,
        "last_contact": iso(standing.at) if standing.at is not None else None,
        "silent_s": standing.silent_ms / 1000 if standing.silent_ms else None,
        "allowed_silence_s": None if allowed is None else allowed / 1000,
        "last_number": standing.last_number,
        "missing": list(standing.missing),
    }
