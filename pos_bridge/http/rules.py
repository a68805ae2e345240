"""The rule book over HTTP: which one decides, what another would do, publish, roll back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from kds.records import BadBody, FieldError
from kds.records.body import read_json
from kds.records.times import iso
from kds.rulebook.book import book_to_json
from kds.rulebook.diagnostics import Diagnostic
from kds.store.values import Book as StoredBook
from pos_bridge.going_live import CannotPublishError, Weighed
from pos_bridge.http.answers import answer
from pos_bridge.http.raw import RawRoute, answers, body_of
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure, Faults
from pos_bridge.rule_folder import FILE_NAME, is_file_name
from pos_bridge.rules import changes_json

_FILES = {
    "type": ["object", "null"],
    "additionalProperties": {"type": "string"},
    "propertyNames": {"pattern": FILE_NAME},
    "description": "text by file name; absent: what is in the bridge's own folder",
}
_PERSON = {"type": ["string", "null"], "description": "who does it, for the history"}
_TO = {"type": ["string", "null"], "description": "the begin of a hash; absent: the book before"}
_FAILURES = answers(
    _400=Failure, _401=Failure, _404=Failure, _409=Failure, _413=Failure, _422=Faults, _503=Failure
)


def router(services: Services) -> APIRouter:
    """Return the calls about rules."""
    calls = APIRouter(tags=["rules"])

    @calls.get("/v1/rules", summary="The rule book in force")
    async def get_rules(
        full: Annotated[bool, Query(description="also its texts and compiled form")] = False,
    ) -> Response:
        """Answer which book decides, where it came from, and what is wrong with the folder's."""
        book = services.feed.book
        content = services.rules.state.as_json(book)
        if full:
            content["files"] = await services.rules.text_in_force()
            content["compiled"] = json.loads(book_to_json(book))
        return answer(content)

    @calls.get("/v1/rules/history", summary="The rule books that have decided here")
    async def get_history() -> Response:
        """Answer the books, the latest first."""
        in_force = services.feed.book.hash
        return answer([_kept(book, in_force) for book in await services.rules.history()])

    _add_posts(calls, services)
    return calls


def _add_posts(calls: APIRouter, services: Services) -> None:
    async def check(asked: dict[str, Any]) -> Weighed:
        return await services.rules.check(asked.get("files"))

    async def publish(asked: dict[str, Any]) -> Weighed:
        return await services.rules.publish(asked.get("files"), asked.get("person", ""))

    async def roll_back(asked: dict[str, Any]) -> Weighed:
        return await services.rules.roll_back(asked.get("to", ""), asked.get("person", ""))

    for path, act, summary, fields in (
        (
            "/v1/rules/check",
            check,
            "What would become of rules; changes nothing",
            {"files": _FILES},
        ),
        ("/v1/rules", publish, "Publish rules", {"files": _FILES, "person": _PERSON}),
        ("/v1/rules/rollback", roll_back, "Go back", {"to": _TO, "person": _PERSON}),
    ):
        calls.add_api_route(
            path,
            _call(services, act),
            methods=["POST"],
            summary=summary,
            responses=_FAILURES,
            openapi_extra=body_of({"type": "object", "properties": fields}, is_required=False),
            route_class_override=RawRoute,
        )


def _call(
    services: Services, act: Callable[[dict[str, Any]], Awaitable[Weighed]]
) -> Callable[[Request], Awaitable[Response]]:
    async def post(request: Request) -> Response:
        async with services.bodies.of(request) as body:
            asked = _asked(body, request.headers.get("content-type"))
        try:
            weighed = await act(asked)
        except CannotPublishError as refusal:
            return _refusal(refusal)
        return answer(_weighed(weighed))

    return post


def _asked(body: bytes, content_type: str | None) -> dict[str, Any]:
    """Return what a body asks for, with every fault of its form at once."""
    value, _ = read_json(body, content_type) if body.strip() else ({}, ())
    if not isinstance(value, dict):
        raise BadBody([FieldError("", "must be an object")])
    errors = [
        FieldError(name, "must be a text")
        for name in ("person", "to")
        if not isinstance(value.get(name, ""), str | None)
    ]
    files = value.get("files")
    if files is not None and not isinstance(files, dict):
        errors.append(FieldError("files", "must be an object"))
    for name, text in files.items() if isinstance(files, dict) else ():
        if not is_file_name(name):
            errors.append(FieldError(f"files.{name}", "is no name of a rule file (NAME.yaml)"))
        elif not isinstance(text, str):
            errors.append(FieldError(f"files.{name}", "must be a text"))
    if errors:
        raise BadBody(errors)
    return {name: part for name, part in value.items() if part is not None}


def _weighed(weighed: Weighed) -> dict[str, Any]:
    choice, reading = weighed.choice, weighed.reading
    found = choice.state.changes
    return {
        "result": choice.step.value,
        "sound": reading.book is not None,
        "hash": None if reading.book is None else reading.book.hash,
        "diagnostics": _told(choice.state.diagnostics),
        "cases": [result.as_json() for result in reading.results],
        "changes": None if found is None else changes_json(found),
    }


def _refusal(refusal: CannotPublishError) -> Response:
    content: dict[str, Any] = {
        "error": refusal.message.en,
        "errors_text": {"zh": refusal.message.zh, "en": refusal.message.en},
    }
    if refusal.choice is not None:
        content["diagnostics"] = _told(refusal.choice.state.diagnostics)
    return answer(content, refusal.status)


def _told(diagnostics: tuple[Diagnostic, ...]) -> list[dict[str, Any]]:
    return [found.as_json() for found in diagnostics]


def _kept(book: StoredBook, in_force: str) -> dict[str, Any]:
    data = json.loads(book.compiled)
    return {
        "hash": book.hash,
        "id": data["id"],
        "name": data["name"],
        "at": iso(book.at),
        "in_force": book.hash == in_force,
        "has_text": bool(book.text),
    }
