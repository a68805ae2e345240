"""Routes that read the request and write the answer by hand; FastAPI only describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"


class TextRoute(APIRoute):
    """A route whose `:path` takes any text, line ends as well: ids are what others made them."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


class RawRoute(TextRoute):
    """A route whose endpoint takes the bare request and returns the finished response.

    No dependency, validation or thread pool stands between them: this is the hot path.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint itself."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


def body_of(
    schema: dict[str, Any], *, also: dict[str, Any] | None = None, is_required: bool = True
) -> dict[str, Any]:
    """Return the description of a JSON body, and `also` of more parameters."""
    body = {"requestBody": {"required": is_required, "content": {JSON: {"schema": schema}}}}
    return body | (also or {})


def in_path(*names: str, pattern: str = "") -> dict[str, Any]:
    """Return the description of parameters in the path, for routes that read them by hand."""
    text: dict[str, Any] = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": text} for name in names
        ]
    }


def answers(**models: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Return the description of answers: `_409=Conflict` says what a 409 looks like."""
    return {
        int(status[1:]): {"model": model, "description": (model.__doc__ or "").split("\n")[0]}
        for status, model in models.items()
    }
