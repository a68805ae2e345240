"""What tills have printed: the latest jobs, each as it came, and its pictures for a browser."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from kds.records.times import iso
from kds.store.values import Intake, IntakeHead
from pos_bridge.capture.jobs import CONTENT_TYPE, JOB, PICTURES
from pos_bridge.capture.paper.decoding import decode
from pos_bridge.capture.paper.png import pictures_of, png
from pos_bridge.capture.paper.setup import Setup
from pos_bridge.capture.receiving import ENDPOINT
from pos_bridge.http.answers import answer, error
from pos_bridge.http.raw import answers
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure

_MOST = 1_000


class CapturedJob(BaseModel):
    """A slip that was printed. `verdict`: what became of it; `printer`: where it was printed to."""

    id: str
    at: str
    printer: str
    source: str
    verdict: str
    bytes: int


def router(services: Services) -> APIRouter:
    """Return the calls about captured print jobs."""
    calls = APIRouter(tags=["capture"])

    @calls.get("/v1/capture", summary="What was printed", response_model=list[CapturedJob])
    async def get_jobs(limit: Annotated[int, Query(ge=1, le=_MOST)] = 100) -> Response:
        """Answer the latest captured slips, newest first."""
        found = await services.reads.intakes(f"{ENDPOINT} ", limit)
        return answer([_head(each) for each in found])

    @calls.get(
        "/v1/capture/{job}",
        summary="A print job",
        response_class=Response,
        responses={
            200: {"content": {CONTENT_TYPE: {}}, "description": "Its bytes"},
            **answers(_404=Failure, _503=Failure),
        },
    )
    async def get_job(job: str) -> Response:
        """Answer a slip's bytes as they came; the media type says how the printer was set then,
        and its port.
        """
        found = await _job(services, job)
        if found is None:
            return error(404, "No such job is kept.")
        port = found.endpoint.rpartition(":")[2]
        return Response(found.body, media_type=f"{found.content_type}; port={port}")

    @calls.get(
        "/v1/capture/{job}/picture",
        summary="What a print job drew",
        response_class=Response,
        responses={
            200: {"content": {"image/png": {}}, "description": "Its pictures in one"},
            **answers(_404=Failure, _503=Failure),
        },
    )
    async def get_picture(job: str) -> Response:
        """Answer a slip's pictures, as they stood below each other, as PNG."""
        return await _drawn(services, job)

    @calls.get(f"{PICTURES}{{name}}", include_in_schema=False)
    async def get_slip(name: str) -> Response:
        """Answer the same to people, who type the address from a card."""
        return await _drawn(services, f"{JOB}{name}")

    return calls


async def _drawn(services: Services, job: str) -> Response:
    found = await _job(services, job)
    image = None if found is None else await asyncio.to_thread(_picture, found)
    if image is None:
        return error(404, "No such job is kept, or it drew nothing.")
    return Response(image, media_type="image/png")


async def _job(services: Services, job: str) -> Intake | None:
    found = await services.reads.intake(job)
    is_job = found is not None and found.content_type.startswith(CONTENT_TYPE)
    return found if is_job else None


def _picture(job: Intake) -> bytes | None:
    document, _ = decode(job.body, Setup.from_text(job.content_type))
    pictures = pictures_of(document)
    return png(pictures) if pictures else None


def _head(job: IntakeHead) -> dict[str, Any]:
    return {
        "id": job.id,
        "at": iso(job.at),
        "printer": job.endpoint.removeprefix(f"{ENDPOINT} "),
        "source": job.source,
        "verdict": job.verdict,
        "bytes": job.size,
    }
