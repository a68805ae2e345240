"""A running bridge over HTTP, for commands that ask it something. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

from kds.commandline import CommandError

_PATIENCE_S = 60


class Bridge:
    """Asks one bridge. Every fault is a `CommandError` in plain words."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/")
        self._token = token
        # A bridge stands in the store; no proxy on the way to it.
        self._opener = build_opener(ProxyHandler({}))

    def get(self, *path: str, **query: Any) -> Any:
        """Return the JSON of a GET. `path`: its parts, to be encoded; no query for None."""
        return self._ask(self._to(path, query))

    def events(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Return a page of the log, from its begin on where it does not go so far back."""
        query = {"after": after, "limit": limit}
        try:
            page: list[dict[str, Any]] = self._answer(self._to(("v1", "events"), query))
        except HTTPError as refusal:
            if refusal.code != HTTPStatus.GONE:
                raise CommandError(f"{self._url} says: {_said(refusal)}") from refusal
            with refusal:
                floor = int(json.load(refusal)["floor"])
            page = self._ask(self._to(("v1", "events"), query | {"after": floor}))
        return page

    def _to(self, path: Sequence[str], query: Mapping[str, Any]) -> Request:
        stated = {name: value for name, value in query.items() if value is not None}
        where = "/".join(quote(part, safe="") for part in path)
        return Request(f"{self._url}/{where}?{urlencode(stated)}")

    def post(self, path: str, content: object) -> Any:
        """Return the JSON of a POST of JSON."""
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        headers = {"Content-Type": "application/json"}
        return self._ask(Request(f"{self._url}/{path}", body, headers))

    def _ask(self, request: Request) -> Any:
        try:
            return self._answer(request)
        except HTTPError as refusal:
            raise CommandError(f"{self._url} says: {_said(refusal)}") from refusal

    def _answer(self, request: Request) -> Any:
        """Return the JSON of a request; raises `HTTPError` for a refusal."""
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=_PATIENCE_S) as answer:
                return json.load(answer)
        except HTTPError:
            raise
        except (OSError, HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise CommandError(f"{self._url} cannot be asked: {reason}") from error


def _said(refusal: HTTPError) -> str:
    """Return what the bridge answered in its own words."""
    with refusal:
        try:
            content = json.load(refusal)
            if "errors" in content:
                return "; ".join(f"{e['field']}: {e['message']}" for e in content["errors"])
            return str(content["error"])
        except (ValueError, KeyError, TypeError, OSError):
            return f"{refusal.code} {refusal.reason}"
