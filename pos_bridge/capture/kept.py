"""Captured jobs as a running bridge keeps them, over HTTP. Blocks; any thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from pos_bridge.settings import StartError, plain, read_tokens

_PATIENCE_S = 60
_LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A job's bytes. `setup`: how the printer was set before them, as `Setup.as_text`; `port`: of
    that printer, where it is known.
    """

    data: bytes
    setup: str
    port: int | None


class Keeper:
    """The bridge at `url`. Every fault is a `StartError` in plain words."""

    def __init__(self, url: str, token_file: Path | None) -> None:
        self._url = url.rstrip("/")
        self._token = read_tokens(token_file)[0] if token_file else ""
        # A bridge stands in the store; no proxy on the way to it.
        self._opener = build_opener(ProxyHandler({}))

    def latest(self, most: int) -> Iterator[dict[str, Any]]:
        """Yield what is known of the latest jobs, oldest first."""
        body, _ = self._get(f"/v1/capture?limit={most}")
        yield from reversed(json.loads(body))

    def job(self, name: str) -> Kept:
        """Return the job of that id."""
        data, media_type = self._get(f"/v1/capture/{quote(name, safe='')}")
        port = media_type.rpartition("port=")[2]
        return Kept(data, media_type, int(port) if port.isdecimal() else None)

    def _get(self, path: str) -> tuple[bytes, str]:
        """Return the body and the media type of an answer."""
        try:
            request = Request(f"{self._url}{path}")
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
            raise StartError(
                f"The bridge at {self._url} cannot be asked for kept jobs: {why}. "
                "--bridge names another one; files can be read without any."
            ) from error


def _said(refusal: HTTPError) -> str:
    try:
        return str(json.load(refusal)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{refusal.code} {refusal.reason}"
