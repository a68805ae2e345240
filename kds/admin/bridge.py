"""A running bridge over HTTP, for commands that ask it something. Standard library only."""

from __future__ import annotations

import json
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
        stated = {name: value for name, value in query.items() if value is not None}
        where = "/".join(quote(part, safe="") for part in path)
        return self._ask(Request(f"{self._url}/{where}?{urlencode(stated)}"))

    def post(self, path: str, content: object) -> Any:
        """Return the JSON of a POST of JSON."""
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        headers = {"Content-Type": "application/json"}
        return self._ask(Request(f"{self._url}/{path}", body, headers))

    def _ask(self, request: Request) -> Any:
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=_PATIENCE_S) as answer:
                return json.load(answer)
        except HTTPError as refusal:
            raise CommandError(f"{self._url} says: {_said(refusal)}") from refusal
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
