"""Answers as JSON: one way to write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from starlette.responses import Response

RETRY_AFTER_S = 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer `content` as JSON."""
    body = _ENCODER.encode(content).encode()
    return Response(body, status, headers, media_type="application/json")


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer one sentence of what went wrong."""
    return answer({"error": message}, status, headers)


def faults(found: Iterable[tuple[str, str]]) -> Response:
    """Answer every fault of a request at once: where, and what."""
    return answer({"errors": [{"field": place, "message": told} for place, told in found]}, 422)


def unavailable(message: str) -> Response:
    """Answer that nothing was kept and the same request should be sent again."""
    return error(503, message, {"Retry-After": str(RETRY_AFTER_S)})
