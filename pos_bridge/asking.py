"""A running bridge over HTTP, for commands that ask it something. Blocks; any thread."""

from __future__ import annotations

import json
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from pos_bridge.settings import StartError, plain, read_tokens

USUAL = "http://127.0.0.1:8480"
_PATIENCE_S = 60
_LONGEST = 64 * 1024 * 1024


class Asking:
    """Asks the bridge at `url`. Every fault is a `StartError` in plain words."""

    def __init__(self, url: str, token_file: Path | None) -> None:
        self._url = url.rstrip("/")
        self._token = read_tokens(token_file)[0] if token_file else ""
        # A bridge stands in the store; no proxy on the way to it.
        self._opener = build_opener(ProxyHandler({}))

    def json(self, *path: str, query: str = "", method: str = "GET") -> Any:
        """Return the JSON that the bridge answers. `path`: its parts, to be encoded."""
        body, _ = self.body(*path, query=query, method=method)
        try:
            return json.loads(body)
        except ValueError as error:
            raise StartError(f"{self._url} is no bridge: it does not answer in JSON.") from error

    def body(self, *path: str, query: str = "", method: str = "GET") -> tuple[bytes, str]:
        """Return the body and the media type of an answer."""
        where = "/".join(quote(part, safe="") for part in path)
        try:
            request = Request(f"{self._url}/{where}{'?' if query else ''}{query}", method=method)
            if self._token:
                request.add_header("Authorization", f"Bearer {self._token}")
            with self._opener.open(request, timeout=_PATIENCE_S) as answer:
                return answer.read(_LONGEST), answer.headers.get("Content-Type", "")
        except HTTPError as refusal:
            with refusal:
                raise StartError(f"{self._url} says: {_said(refusal)}") from refusal
        except (OSError, HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            why = plain(reason) if isinstance(reason, Exception) else reason
            raise StartError(f"{self._url} cannot be asked: {why}.") from error


def _said(refusal: HTTPError) -> str:
    try:
        return str(json.load(refusal)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{refusal.code} {refusal.reason}"
